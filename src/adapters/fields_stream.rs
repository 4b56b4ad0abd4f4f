//! A stream of blocks with their fields, over a stream of byte chunks.

use core::pin::Pin;
use core::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project_lite::pin_project;

use super::chunks::Chunks;
use super::copied::Copied;
use crate::decode::fields::Fields;
use crate::decode::settings::Unfinished;
use crate::error::{BlockTooLarge, DecodeError, SourceError};
use crate::scan::raw_block::Block;
use crate::scan::raw_blocks::BlockScanner;

pin_project! {
    /// The blocks of a stream with their fields, each given or not: also those without data, for which [`EventStream`](crate::EventStream)
    /// has no event. For libraries whose type of event is the block, and for callers that keep the id themselves.
    ///
    /// Blocks without a field are left out. Comments are left out unless they are enabled
    /// ([`FieldsStream::comments`]): then those before the first field of a block are yielded separately, at once,
    /// and those after it with their block.
    ///
    /// Errors, the end and turns are like those of [`FrameStream`](crate::FrameStream). The limit applies to the
    /// block's bytes, including those that the standard ignores.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::{Fields, FieldsStream};
    ///
    /// let body = stream::iter([Ok::<_, std::io::Error>("id: 7\nretry: 10\n\nda"), Ok("ta: x\n\n")]);
    /// let blocks: Vec<Fields> = block_on(FieldsStream::new(body).map(Result::unwrap).collect());
    /// assert_eq!((blocks[0].id.as_deref(), blocks[0].data.as_deref()), (Some("7"), None));
    /// assert_eq!(blocks[1], Fields { data: Some("x".into()), ..Fields::default() });
    /// ```
    #[derive(Debug)]
    pub struct FieldsStream<S> {
        #[pin]
        chunks: Chunks<S>,
        blocks: BlockScanner,
        chunk: Bytes,
        comments: bool,
        unfinished: Unfinished,
    }
}

impl<S> FieldsStream<S> {
    /// Blocks of `source`, by a new scanner.
    pub fn new(source: S) -> Self {
        Self::with_scanner(source, BlockScanner::new())
    }

    /// Blocks of `source`, read by `blocks` with its limit. `blocks` must be at the start of a stream. If it passes on what is
    /// over its limit ([`Oversized::PassRaw`](crate::Oversized)), such a block is left out without an error: it has no fields.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::{BlockScanner, FieldsStream};
    ///
    /// let body = stream::iter([Ok::<_, std::io::Error>("data: too large\n\ndata: 2\n\n")]);
    /// let scanner = BlockScanner::builder().max_block_size(10).build();
    /// let mut blocks = FieldsStream::with_scanner(body, scanner);
    /// assert!(block_on(blocks.next()).unwrap().is_err());
    /// assert_eq!(block_on(blocks.next()).unwrap()?.data.as_deref(), Some("2"));
    /// # Ok::<(), sse_proto::SourceError<std::io::Error>>(())
    /// ```
    pub fn with_scanner(source: S, blocks: BlockScanner) -> Self {
        let (comments, unfinished) = (false, Unfinished::Discard);
        Self { chunks: Chunks::of(source), blocks, chunk: Bytes::new(), comments, unfinished }
    }

    /// Whether to yield comments. Off by default.
    #[must_use]
    pub const fn comments(mut self, comments: bool) -> Self {
        self.comments = comments;
        self
    }

    /// What happens to a block whose blank line does not arrive before the stream ends. By default it is discarded.
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::{FieldsStream, Unfinished};
    ///
    /// let body = stream::iter([Ok::<_, std::io::Error>(": hello\n\ndata: [DONE]\n")]);
    /// let mut blocks = FieldsStream::new(body).comments(true).unfinished(Unfinished::WholeLines);
    /// assert_eq!(block_on(blocks.next()).unwrap()?.comment.as_deref(), Some(" hello"));
    /// assert_eq!(block_on(blocks.next()).unwrap()?.data.as_deref(), Some("[DONE]"));
    /// # Ok::<(), sse_proto::SourceError<std::io::Error>>(())
    /// ```
    #[must_use]
    pub const fn unfinished(mut self, unfinished: Unfinished) -> Self {
        self.unfinished = unfinished;
        self
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
    /// use sse_proto::FieldsStream;
    ///
    /// let mut blocks = FieldsStream::new(stream::iter([Ok::<_, std::io::Error>("data: a\n\n"), Ok(": the rest")]));
    /// assert!(block_on(blocks.next()).is_some());
    /// assert_eq!(blocks.get_ref().size_hint(), (1, Some(1)));
    /// assert_eq!(block_on(blocks.get_mut().next()).unwrap().unwrap(), ": the rest");
    /// ```
    pub const fn get_mut(&mut self) -> &mut S {
        self.chunks.source_mut()
    }
}

impl<S, B, E> FieldsStream<Copied<S>>
where
    S: Stream<Item = Result<B, E>>,
    B: AsRef<[u8]>,
{
    /// Blocks of a source whose chunks cannot become [`Bytes`]: each is copied. See [`FrameStream::copying`](crate::FrameStream::copying).
    ///
    /// ```
    /// use futures::{StreamExt, executor::block_on, stream};
    /// use sse_proto::FieldsStream;
    ///
    /// let text = String::from("data: a\n\n");
    /// let body = stream::iter([Ok::<_, std::io::Error>(text.as_bytes())]);
    /// assert_eq!(block_on(FieldsStream::copying(body).count()), 1);
    /// ```
    pub fn copying(source: S) -> Self {
        Self::new(Copied::new(source))
    }
}

/// There is no `From`: with a second conversion to [`DecodeError`], `?` in a closure would need a type annotation.
const fn too_large(error: BlockTooLarge) -> DecodeError {
    DecodeError::BlockTooLarge { limit: error.limit, offset: error.offset }
}

/// The item for a block, if there is one.
fn wanted(block: &Block<'_>, comments: bool) -> Option<Fields> {
    let mut fields = block.fields_as_dispatched();
    if !comments {
        fields.comment = None;
    }
    if fields.is_empty() { None } else { Some(fields.into_owned()) }
}

impl<S, B, E> Stream for FieldsStream<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
{
    type Item = Result<Fields, SourceError<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        loop {
            ready!(this.chunks.as_mut().poll_turn(context));
            let mut rest = &this.chunk[..];
            let scanned = this.blocks.scan(&mut rest);
            let fields = scanned.map(|block| block.map(|block| wanted(&block, *this.comments)));
            let taken = this.chunk.len() - rest.len();
            this.chunk.advance(taken);
            match fields {
                Ok(Some(Some(fields))) => return Poll::Ready(Some(Ok(fields))),
                Ok(Some(None)) => continue,
                Ok(None) if this.chunks.have_ended() => return Poll::Ready(None),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Some(Err(SourceError::Decode(too_large(error))))),
            }
            // Do not keep a chunk that is used up while nothing arrives.
            *this.chunk = Bytes::new();
            match ready!(this.chunks.as_mut().poll_chunk(context)) {
                Some(Ok(bytes)) => *this.chunk = bytes.into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(SourceError::Source(error)))),
                None => {
                    let block = this.blocks.finish();
                    let in_line = !matches!(block.bytes().last(), None | Some(b'\n' | b'\r'));
                    let takes = !this.chunks.have_failed() && this.unfinished.takes(in_line);
                    let fields = if takes { wanted(&block, *this.comments) } else { None };
                    *this.blocks = BlockScanner::new(); // nothing of the block is kept
                    return Poll::Ready(fields.map(Ok));
                }
            }
        }
    }
}

impl<S, B, E> FusedStream for FieldsStream<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
{
    fn is_terminated(&self) -> bool {
        self.chunks.have_ended()
    }
}
