//! Events from one of tokio's readers: a socket, a pipe, a decompressed body. `ReaderStream` turns it into a stream of chunks.

use sse_proto::{EventBuf, EventStream, SourceError};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

/// The events of `reader`.
pub fn events<R: AsyncRead>(reader: R) -> EventStream<ReaderStream<R>> {
    EventStream::new(ReaderStream::new(reader))
}

/// An item of that stream.
pub type Item = Result<EventBuf, SourceError<std::io::Error>>;
