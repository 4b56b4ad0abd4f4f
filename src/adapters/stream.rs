//! A `Stream` of events over a stream of byte chunks. Feature `stream`; the trait crate only, no runtime.

use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project_lite::pin_project;

use super::chunks::Chunks;
use super::copied::Copied;
use crate::decode::chunk::SharedChunk;
use crate::decode::decoder::Decoder;
use crate::decode::finish::CutEvent;
use crate::decode::owned::{EventBuf, FrameBuf};
use crate::error::SourceError;

pin_project! {
    /// Yields the frames from a stream of byte chunks, such as the body of a response: events, retries, and comments
    /// if the decoder has them enabled.
    ///
    /// It reads only bytes, not the status or the content type. An error page or a JSON error is a valid stream without events. So
    /// first check the status and [`headers::is_event_stream`](crate::headers::is_event_stream).
    ///
    /// Errors of the source and of the decoder are distinct variants, and frames that were complete before an error
    /// have been yielded. Neither ends this stream: it ends when the source does.
    ///
    /// An unfinished event at the end of the source is discarded, as in the standard, or yielded if the decoder's
    /// setting [`unfinished`](crate::DecoderBuilder::unfinished) accepts it. After the end, [`Decoder::finish`] on
    /// [`FrameStream::decoder_mut`] returns what was discarded.
    ///
    /// After 128 ready frames or chunks in a row it is pending once and wakes its task, so that other tasks run even
    /// if the source is always ready.
    ///
    /// A chunk is a [`Bytes`] or a type that becomes one without a copy, such as `Vec<u8>`; for other types see
    /// [`FrameStream::copying`]. The source need not be `Unpin`; the stream is `Unpin` if the source is.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::{FrameBuf, FrameStream};
    ///
    /// let body = stream::iter([Ok::<_, std::io::Error>("retry: 50\ndata: a\n"), Ok("\ndata: b\n\n")]);
    /// let frames: Vec<_> = block_on(FrameStream::new(body).collect());
    /// assert!(matches!(frames[0], Ok(FrameBuf::Retry(_))));
    /// assert!(matches!(&frames[2], Ok(FrameBuf::Event(event)) if event.data() == "b"));
    /// ```
    #[derive(Debug)]
    pub struct FrameStream<S> {
        #[pin]
        chunks: Chunks<S>,
        decoder: Decoder,
        chunk: SharedChunk,
    }
}

pin_project! {
    /// Like [`FrameStream`], but yields events only.
    ///
    /// It reads only bytes, not the status or the content type. An error page or a JSON error is a valid stream without events. So
    /// first check the status and [`headers::is_event_stream`](crate::headers::is_event_stream).
    ///
    /// An event over the limit is an error item, and the stream continues after it. It also continues after an error
    /// of the source, until the source ends. An unfinished event at the end is discarded, or yielded if the decoder's
    /// setting [`unfinished`](crate::DecoderBuilder::unfinished) accepts it. The stream is `Unpin` if its source is:
    /// reqwest's `bytes_stream()` is, and needs no `pin!`.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::EventStream;
    ///
    /// let body = stream::iter([Ok::<_, std::io::Error>("data: a\n\nda"), Ok("ta: b\nid: 2\n\n")]);
    /// block_on(async {
    ///     let mut events = EventStream::new(body); // with reqwest: `EventStream::new(response.bytes_stream())`
    ///     let mut seen = Vec::new();
    ///     while let Some(event) = events.next().await {
    ///         seen.push(event?.data().to_owned());
    ///     }
    ///     assert_eq!(seen, ["a", "b"]);
    ///     assert_eq!(events.decoder().last_event_id(), "2");
    ///     Ok::<(), sse_proto::SourceError<std::io::Error>>(())
    /// })?;
    /// # Ok::<(), sse_proto::SourceError<std::io::Error>>(())
    /// ```
    #[derive(Debug)]
    pub struct EventStream<S> {
        #[pin]
        frames: FrameStream<S>,
    }
}

impl<S> FrameStream<S> {
    /// Frames of `source`, by a new decoder.
    pub fn new(source: S) -> Self {
        Self::with_decoder(source, Decoder::new())
    }

    /// Frames of `source`, decoded by `decoder`: with its settings, and with the last event ID and the reconnection
    /// time of the previous connection. An open block of that connection is dropped, like in [`Decoder::reconnect`].
    pub fn with_decoder(source: S, mut decoder: Decoder) -> Self {
        decoder.reconnect();
        Self { chunks: Chunks::of(source), decoder, chunk: SharedChunk::default() }
    }

    /// The source.
    #[must_use]
    pub const fn get_ref(&self) -> &S {
        self.chunks.source()
    }

    /// The source. Items that you take from it here are missing from the stream.
    ///
    /// ```
    /// use futures::{Stream, StreamExt, executor::block_on, stream};
    /// use sse_proto::FrameStream;
    ///
    /// let mut frames = FrameStream::new(stream::iter([Ok::<_, std::io::Error>("data: a\n\n"), Ok(": the rest")]));
    /// assert!(block_on(frames.next()).is_some());
    /// assert_eq!(frames.get_ref().size_hint(), (1, Some(1)));
    /// let rest = block_on(frames.get_mut().next());
    /// assert_eq!(rest.unwrap().unwrap(), ": the rest");
    /// ```
    pub const fn get_mut(&mut self) -> &mut S {
        self.chunks.source_mut()
    }

    /// The decoder, for the last event ID and the reconnection time.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The decoder, for what was open when the source ended.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::{FrameStream, End};
    ///
    /// let mut frames = FrameStream::new(stream::iter([Ok::<_, std::io::Error>("data: cut\n")]));
    /// assert!(block_on(frames.next()).is_none());
    /// let End::Truncated(block) = frames.decoder_mut().finish() else { unreachable!() };
    /// assert_eq!(block.event().unwrap().data(), "cut");
    /// ```
    pub const fn decoder_mut(&mut self) -> &mut Decoder {
        &mut self.decoder
    }

    /// The source and the decoder, which can continue with the next connection ([`FrameStream::with_decoder`]). Bytes
    /// that were not decoded yet are dropped.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::FrameStream;
    ///
    /// let body = stream::iter([Ok::<_, std::io::Error>("id: 7\ndata: a\n\ndata: cut")]);
    /// let mut frames = FrameStream::new(body);
    /// while let Some(frame) = block_on(frames.next()) {
    ///     frame?;
    /// }
    /// let (_, decoder) = frames.into_parts();
    /// let body = stream::iter([Ok::<_, std::io::Error>("data: b\n\n")]);
    /// let frames = FrameStream::with_decoder(body, decoder);
    /// assert_eq!(frames.decoder().last_event_id(), "7"); // what was cut is not carried over
    /// # Ok::<(), sse_proto::SourceError<std::io::Error>>(())
    /// ```
    #[must_use]
    pub fn into_parts(self) -> (S, Decoder) {
        (self.chunks.into_source(), self.decoder)
    }
}

impl<S, B, E> FrameStream<Copied<S>>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
    /// Frames of a source whose chunks cannot become [`Bytes`]: each is copied.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::FrameStream;
    ///
    /// let text = String::from("data: a\n\n");
    /// let body = stream::iter([Ok::<_, std::io::Error>(text.as_bytes())]); // lent, not for ever
    /// assert_eq!(block_on(FrameStream::copying(body).count()), 1);
    /// ```
    pub fn copying(source: S) -> Self {
        Self::new(Copied::new(source))
    }
}

impl<S, B, E> Stream for FrameStream<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
{
    type Item = Result<FrameBuf, SourceError<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        loop {
            ready!(this.chunks.as_mut().poll_turn(context));
            match this.decoder.decode_shared(this.chunk) {
                Ok(Some(frame)) => return Poll::Ready(Some(Ok(frame))),
                Ok(None) if this.chunks.have_ended() => return Poll::Ready(None),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Some(Err(SourceError::Decode(error)))),
            }
            // A stream of events is idle most of the time: a chunk that is used up is not kept meanwhile.
            *this.chunk = SharedChunk::default();
            match ready!(this.chunks.as_mut().poll_chunk(context)) {
                Some(Ok(bytes)) => *this.chunk = SharedChunk::new(bytes),
                Some(Err(error)) => return Poll::Ready(Some(Err(SourceError::Source(error)))),
                None => {
                    let failed = this.chunks.have_failed();
                    let event = if failed { None } else { this.decoder.finish_event_buf(CutEvent::GivenOut) };
                    // What it keeps for more events is released. An open block stays for whoever calls `finish`.
                    if !this.decoder.is_open() {
                        this.decoder.reconnect();
                    }
                    return Poll::Ready(event.map(|event| Ok(event.into())));
                }
            }
        }
    }
}

impl<S, B, E> FusedStream for FrameStream<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
{
    fn is_terminated(&self) -> bool {
        self.chunks.have_ended()
    }
}

impl<S> EventStream<S> {
    /// Events of `source`, by a new decoder.
    pub fn new(source: S) -> Self {
        Self { frames: FrameStream::new(source) }
    }

    /// Events of `source` by `decoder`. See [`FrameStream::with_decoder`].
    pub fn with_decoder(source: S, decoder: Decoder) -> Self {
        Self { frames: FrameStream::with_decoder(source, decoder) }
    }

    /// The source.
    #[must_use]
    pub const fn get_ref(&self) -> &S {
        self.frames.get_ref()
    }

    /// The source. See [`FrameStream::get_mut`].
    ///
    /// ```
    /// use futures::{Stream, StreamExt, executor::block_on, stream};
    /// use sse_proto::EventStream;
    ///
    /// let mut events = EventStream::new(stream::iter([Ok::<_, std::io::Error>("data: a\n\n"), Ok(": the rest")]));
    /// assert!(block_on(events.next()).is_some());
    /// assert_eq!(events.get_ref().size_hint(), (1, Some(1)));
    /// let rest = block_on(events.get_mut().next());
    /// assert_eq!(rest.unwrap().unwrap(), ": the rest");
    /// ```
    pub const fn get_mut(&mut self) -> &mut S {
        self.frames.get_mut()
    }

    /// The decoder, for the last event ID and the reconnection time.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        self.frames.decoder()
    }

    /// The decoder, for what was open when the source ended.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::{EventStream, End};
    ///
    /// let mut events = EventStream::new(stream::iter([Ok::<_, std::io::Error>("data: cut\n")]));
    /// assert!(block_on(events.next()).is_none());
    /// let End::Truncated(block) = events.decoder_mut().finish() else { unreachable!() };
    /// assert_eq!(block.event().unwrap().data(), "cut");
    /// ```
    pub const fn decoder_mut(&mut self) -> &mut Decoder {
        self.frames.decoder_mut()
    }

    /// The source and the decoder. See [`FrameStream::into_parts`].
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::EventStream;
    ///
    /// let body = stream::iter([Ok::<_, std::io::Error>("id: 7\ndata: a\n\ndata: cut")]);
    /// let mut events = EventStream::new(body);
    /// while let Some(event) = block_on(events.next()) {
    ///     event?;
    /// }
    /// let (_, decoder) = events.into_parts();
    /// let body = stream::iter([Ok::<_, std::io::Error>("data: b\n\n")]);
    /// let events = EventStream::with_decoder(body, decoder);
    /// assert_eq!(events.decoder().last_event_id(), "7"); // what was cut is not carried over
    /// # Ok::<(), sse_proto::SourceError<std::io::Error>>(())
    /// ```
    #[must_use]
    pub fn into_parts(self) -> (S, Decoder) {
        self.frames.into_parts()
    }
}

impl<S, B, E> EventStream<Copied<S>>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
    /// Events of a source whose chunks cannot become [`Bytes`]: each is copied. See [`FrameStream::copying`].
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::EventStream;
    ///
    /// let body = stream::iter([Ok::<_, std::io::Error>([b'\n'; 1]), Ok([b'\n'; 1])]);
    /// assert_eq!(block_on(EventStream::copying(body).count()), 0);
    /// ```
    pub fn copying(source: S) -> Self {
        Self::new(Copied::new(source))
    }
}

impl<S, B, E> Stream for EventStream<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
{
    type Item = Result<EventBuf, SourceError<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut frames = self.project().frames;
        loop {
            match ready!(frames.as_mut().poll_next(context)) {
                Some(Ok(FrameBuf::Event(event))) => return Poll::Ready(Some(Ok(event))),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<S, B, E> FusedStream for EventStream<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
{
    fn is_terminated(&self) -> bool {
        self.frames.is_terminated()
    }
}
