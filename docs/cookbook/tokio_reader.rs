//! Events out of one of tokio's readers: a socket, a pipe, a decompressed body. `ReaderStream` makes a stream of chunks of it.

use sse_proto::{EventBuf, EventStream, SourceError};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

/// The events of `reader`.
pub fn events<R: AsyncRead>(reader: R) -> EventStream<ReaderStream<R>> {
    EventStream::new(ReaderStream::new(reader))
}

/// What one of them is.
pub type Item = Result<EventBuf, SourceError<std::io::Error>>;
