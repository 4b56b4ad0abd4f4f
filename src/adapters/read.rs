//! Reads events from a `Read`.

use std::boxed::Box;
use std::io::{self, ErrorKind, Read};
use std::vec;

use bytes::Bytes;

use crate::decode::chunk::SharedChunk;
use crate::decode::decoder::Decoder;
use crate::decode::finish::CutEvent;
use crate::decode::owned::{EventBuf, FrameBuf};
use crate::error::SourceError;
use crate::limits::READ_SIZE;

/// Yields the frames from a [`Read`], such as the body of a response: events, retries, and comments if the decoder
/// has them enabled.
///
/// It reads only bytes, not the status or the content type. An error page or a JSON error is a valid stream without events. So
/// first check the status and [`headers::is_event_stream`](crate::headers::is_event_stream).
///
/// Errors of the source and of the decoder are distinct variants, and frames that were complete before an error have
/// been yielded. After an event over the limit, the next item is the one that follows it. After an error of the
/// source the iterator ends, unless the source may be read again: after [`Interrupted`](ErrorKind::Interrupted) the
/// reader retries by itself, and after [`WouldBlock`](ErrorKind::WouldBlock) and [`TimedOut`](ErrorKind::TimedOut) at
/// the next call.
///
/// An unfinished event at the end of the source is discarded, as in the standard, or yielded if the decoder's setting
/// [`unfinished`](crate::DecoderBuilder::unfinished) accepts it. Before the next call, [`Decoder::finish`] on
/// [`FrameReader::decoder_mut`] returns what was discarded.
///
/// ```
/// use sse_proto::{FrameBuf, FrameReader};
///
/// let body = &b"retry: 50\ndata: a\n\n"[..];
/// let frames = FrameReader::new(body).collect::<Result<Vec<_>, _>>()?;
/// assert!(matches!(&frames[1], FrameBuf::Event(event) if event.data() == "a"));
/// # Ok::<(), sse_proto::SourceError<std::io::Error>>(())
/// ```
#[derive(Debug)]
pub struct FrameReader<R> {
    source: R,
    decoder: Decoder,
    buffer: Box<[u8]>,
    chunk: SharedChunk,
    /// The source has failed permanently.
    failed: bool,
}

/// Like [`FrameReader`], but yields events only.
///
/// It reads only bytes, not the status or the content type. An error page or a JSON error is a valid stream without events. So
/// first check the status and [`headers::is_event_stream`](crate::headers::is_event_stream).
///
/// An event over the limit is an error item, and the iterator continues after it. After an error of the source it
/// ends, unless the source may be read again ([`WouldBlock`](ErrorKind::WouldBlock),
/// [`TimedOut`](ErrorKind::TimedOut)). An unfinished event at the end is discarded, or yielded if the decoder's
/// setting [`unfinished`](crate::DecoderBuilder::unfinished) accepts it.
///
/// ```
/// use sse_proto::EventReader;
///
/// let mut events = EventReader::new(&b"data: a\n\nid: 2\ndata: b\n\n"[..]);
/// let mut seen = Vec::new();
/// for event in events.by_ref() {
///     seen.push(event?.data().to_owned());
/// }
/// assert_eq!(seen, ["a", "b"]);
/// assert_eq!(events.decoder().last_event_id(), "2");
/// # Ok::<(), sse_proto::SourceError<std::io::Error>>(())
/// ```
#[derive(Debug)]
pub struct EventReader<R> {
    frames: FrameReader<R>,
}

impl<R> FrameReader<R> {
    /// Frames of `source`, by a new decoder.
    pub fn new(source: R) -> Self {
        Self::with_decoder(source, Decoder::new())
    }

    /// Frames of `source`, decoded by `decoder`: with its settings, and with the last event ID and the reconnection
    /// time of the previous connection. An open block of that connection is dropped, like in [`Decoder::reconnect`].
    pub fn with_decoder(source: R, mut decoder: Decoder) -> Self {
        decoder.reconnect();
        let buffer = vec![0; READ_SIZE].into_boxed_slice();
        Self { source, decoder, buffer, chunk: SharedChunk::default(), failed: false }
    }

    /// The source.
    #[must_use]
    pub const fn get_ref(&self) -> &R {
        &self.source
    }

    /// The source, for example to set a timeout on a socket. Bytes that you read from it here are missing from the
    /// stream.
    ///
    /// ```
    /// use sse_proto::FrameReader;
    /// use std::net::TcpStream;
    /// use std::time::Duration;
    ///
    /// fn be_patient(frames: &mut FrameReader<TcpStream>) -> std::io::Result<()> {
    ///     frames.get_mut().set_read_timeout(Some(Duration::from_secs(60)))
    /// }
    /// ```
    pub const fn get_mut(&mut self) -> &mut R {
        &mut self.source
    }

    /// The decoder, for the last event ID and the reconnection time.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The decoder, for what was open when the source ended.
    ///
    /// ```
    /// use sse_proto::{FrameReader, End};
    ///
    /// let mut frames = FrameReader::new(&b"data: cut\n"[..]);
    /// assert!(frames.next().is_none());
    /// let End::Truncated(block) = frames.decoder_mut().finish() else { unreachable!() };
    /// assert_eq!(block.event().unwrap().data(), "cut");
    /// ```
    pub const fn decoder_mut(&mut self) -> &mut Decoder {
        &mut self.decoder
    }

    /// The source and the decoder, which can continue with the next connection ([`FrameReader::with_decoder`]). Bytes
    /// that were not decoded yet are dropped.
    ///
    /// ```
    /// use sse_proto::FrameReader;
    ///
    /// let mut frames = FrameReader::new(&b"id: 7\ndata: a\n\ndata: cut"[..]);
    /// for frame in frames.by_ref() {
    ///     frame?;
    /// }
    /// assert!(frames.get_ref().is_empty()); // it was read to its end
    /// let (_, decoder) = frames.into_parts();
    /// let frames = FrameReader::with_decoder(&b"data: b\n\n"[..], decoder);
    /// assert_eq!(frames.decoder().last_event_id(), "7"); // what was cut is not carried over
    /// # Ok::<(), sse_proto::SourceError<std::io::Error>>(())
    /// ```
    #[must_use]
    pub fn into_parts(self) -> (R, Decoder) {
        (self.source, self.decoder)
    }
}

impl<R: Read> Iterator for FrameReader<R> {
    type Item = Result<FrameBuf, SourceError<io::Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.decoder.decode_shared(&mut self.chunk) {
                Ok(Some(frame)) => return Some(Ok(frame)),
                Ok(None) => {}
                Err(error) => return Some(Err(SourceError::Decode(error))),
            }
            if self.failed {
                return None;
            }
            self.chunk = SharedChunk::default(); // not kept while waiting for the source
            match self.source.read(&mut self.buffer) {
                Ok(0) => {
                    return self.decoder.finish_event_buf(CutEvent::GivenOut).map(|event| Ok(event.into()));
                }
                Ok(read) => {
                    let bytes = self.buffer.get(..read).unwrap_or_default();
                    self.chunk = SharedChunk::new(Bytes::copy_from_slice(bytes));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.failed = !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                    return Some(Err(SourceError::Source(error)));
                }
            }
        }
    }
}

impl<R> EventReader<R> {
    /// Events of `source`, by a new decoder.
    pub fn new(source: R) -> Self {
        Self { frames: FrameReader::new(source) }
    }

    /// Events of `source` by `decoder`. See [`FrameReader::with_decoder`].
    pub fn with_decoder(source: R, decoder: Decoder) -> Self {
        Self { frames: FrameReader::with_decoder(source, decoder) }
    }

    /// The source.
    #[must_use]
    pub const fn get_ref(&self) -> &R {
        self.frames.get_ref()
    }

    /// The source. See [`FrameReader::get_mut`].
    ///
    /// ```
    /// use sse_proto::EventReader;
    /// use std::net::TcpStream;
    /// use std::time::Duration;
    ///
    /// fn be_patient(events: &mut EventReader<TcpStream>) -> std::io::Result<()> {
    ///     events.get_mut().set_read_timeout(Some(Duration::from_secs(60)))
    /// }
    /// ```
    pub const fn get_mut(&mut self) -> &mut R {
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
    /// use sse_proto::{EventReader, End};
    ///
    /// let mut events = EventReader::new(&b"data: cut\n"[..]);
    /// assert!(events.next().is_none());
    /// let End::Truncated(block) = events.decoder_mut().finish() else { unreachable!() };
    /// assert_eq!(block.event().unwrap().data(), "cut");
    /// ```
    pub const fn decoder_mut(&mut self) -> &mut Decoder {
        self.frames.decoder_mut()
    }

    /// The source and the decoder. See [`FrameReader::into_parts`].
    ///
    /// ```
    /// use sse_proto::EventReader;
    ///
    /// let mut events = EventReader::new(&b"id: 7\ndata: a\n\ndata: cut"[..]);
    /// for event in events.by_ref() {
    ///     event?;
    /// }
    /// assert!(events.get_ref().is_empty()); // it was read to its end
    /// let (_, decoder) = events.into_parts();
    /// let events = EventReader::with_decoder(&b"data: b\n\n"[..], decoder);
    /// assert_eq!(events.decoder().last_event_id(), "7"); // what was cut is not carried over
    /// # Ok::<(), sse_proto::SourceError<std::io::Error>>(())
    /// ```
    #[must_use]
    pub fn into_parts(self) -> (R, Decoder) {
        self.frames.into_parts()
    }
}

impl<R: Read> Iterator for EventReader<R> {
    type Item = Result<EventBuf, SourceError<io::Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.frames.find_map(|frame| match frame {
            Ok(FrameBuf::Event(event)) => Some(Ok(event)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
    }
}
