//! A stream that is forwarded and decoded at the same time.

use core::pin::Pin;
use core::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project_lite::pin_project;

use super::chunks::Chunks;
use crate::decode::decoder::Decoder;
use crate::decode::event::Frame;
use crate::decode::finish::CutEvent;
use crate::error::DecodeError;

pin_project! {
    /// Forwards the chunks of a stream unchanged, and shows the frames in them: for meters, logs and caches in
    /// proxies. The bytes, the cuts, the errors and the end are those of the source; nothing is held back.
    ///
    /// A frame is shown when the chunk that ends it is forwarded. The decoder's setting
    /// [`unfinished`](crate::DecoderBuilder::unfinished) decides whether an unfinished event at the end is shown. An
    /// event over the decoder's limit is an error for `look`, but is still forwarded.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::{Frame, Tap};
    ///
    /// let mut tokens = 0;
    /// let body = stream::iter([Ok::<_, std::io::Error>("data: 3\n\nda"), Ok("ta: 4\n\n")]);
    /// let tapped = Tap::new(body, |frame| {
    ///     if let Ok(Frame::Event(event)) = frame {
    ///         tokens += event.data().parse().unwrap_or(0);
    ///     }
    /// });
    /// let passed_on: Vec<_> = block_on(tapped.map(Result::unwrap).collect());
    /// assert_eq!(passed_on, ["data: 3\n\nda", "ta: 4\n\n"]);
    /// assert_eq!(tokens, 7);
    /// ```
    #[derive(Debug)]
    pub struct Tap<S, F> {
        #[pin]
        chunks: Chunks<S>,
        decoder: Decoder,
        look: F,
    }
}

impl<S, F> Tap<S, F>
where
    F: FnMut(Result<Frame<'_>, DecodeError>),
{
    /// Forwards `source` and shows its frames to `look`, with a new decoder.
    pub fn new(source: S, look: F) -> Self {
        Self::with_decoder(source, Decoder::new(), look)
    }

    /// The same with `decoder` and its settings. An open block in it is dropped, like in [`Decoder::reconnect`].
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::{Decoder, Tap};
    ///
    /// let mut too_large = 0;
    /// let body = stream::iter([Ok::<_, std::io::Error>("id: 7\ndata: a long text\n\n")]);
    /// let decoder = Decoder::builder().max_event_size(8).build();
    /// let mut tapped = Tap::with_decoder(body, decoder, |frame| too_large += i32::from(frame.is_err()));
    /// assert_eq!(block_on(tapped.next()).unwrap().unwrap(), "id: 7\ndata: a long text\n\n"); // it goes through
    /// assert_eq!(tapped.decoder().last_event_id(), "7");
    /// assert_eq!(too_large, 1);
    /// ```
    pub fn with_decoder(source: S, mut decoder: Decoder, look: F) -> Self {
        decoder.reconnect();
        Self { chunks: Chunks::of(source), decoder, look }
    }

    /// The decoder, for the last event ID and the reconnection time.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }
}

impl<S, F, B, E> Stream for Tap<S, F>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
    F: FnMut(Result<Frame<'_>, DecodeError>),
{
    type Item = Result<B, E>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        if this.chunks.have_ended() {
            return Poll::Ready(None);
        }
        let item = ready!(this.chunks.as_mut().poll_chunk(context));
        match &item {
            Some(Ok(bytes)) => this.decoder.decode_all(bytes.as_ref(), this.look),
            Some(Err(_)) => {}
            None => {
                if !this.chunks.have_failed() {
                    if let Some(event) = this.decoder.finish_event(CutEvent::GivenOut) {
                        (this.look)(Ok(Frame::Event(event)));
                    }
                }
                // Nobody can ask for the open block.
                this.decoder.reconnect();
            }
        }
        Poll::Ready(item)
    }
}

impl<S, F, B, E> FusedStream for Tap<S, F>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
    F: FnMut(Result<Frame<'_>, DecodeError>),
{
    fn is_terminated(&self) -> bool {
        self.chunks.have_ended()
    }
}
