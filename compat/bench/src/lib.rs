//! One way to ask the faces and the originals: chunks in, what came out of them as text.

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures::Stream;

/// What can be asked of all.
pub trait Contestant {
    /// Its name in the table.
    const NAME: &str;
    /// What it yields.
    type Item;
    /// Hands each item over until the stream ends.
    fn run(chunks: &[Bytes], each: impl FnMut(&Self::Item));
}

/// Polls to the end. A stream that is not ready has woken its task, since its source always is.
fn drain<S: Stream>(stream: S, mut each: impl FnMut(&S::Item)) {
    let mut stream = pin!(stream);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        match stream.as_mut().poll_next(&mut context) {
            Poll::Ready(Some(item)) => each(&item),
            Poll::Ready(None) => return,
            Poll::Pending => {}
        }
    }
}

fn source(chunks: &[Bytes]) -> impl Stream<Item = Result<Bytes, Infallible>> + Unpin {
    futures::stream::iter(chunks.iter().cloned().map(Ok))
}

macro_rules! contestant {
    ($type:ident, $name:literal, $item:ty, $new:expr) => {
        #[doc = $name]
        #[derive(Debug)]
        pub struct $type;

        impl Contestant for $type {
            const NAME: &str = $name;
            type Item = $item;
            fn run(chunks: &[Bytes], each: impl FnMut(&Self::Item)) {
                #[allow(clippy::redundant_closure_call, reason = "the macro's argument")]
                drain($new(source(chunks)), each);
            }
        }
    };
}

contestant!(
    EventsourceStream,
    "eventsource-stream 0.2.3",
    Result<original_eventsource_stream::Event, original_eventsource_stream::EventStreamError<Infallible>>,
    original_eventsource_stream::EventStream::new
);
contestant!(
    EventsourceStreamFace,
    "its face",
    Result<face_eventsource_stream::Event, face_eventsource_stream::EventStreamError<Infallible>>,
    face_eventsource_stream::EventStream::new
);
contestant!(
    SseStream2,
    "sse-stream 0.2.4",
    Result<original_sse_stream_02::Sse, original_sse_stream_02::Error>,
    original_sse_stream_02::SseStream::from_bytes_stream
);
contestant!(
    SseStream2Face,
    "its face",
    Result<face_sse_stream_02::Sse, face_sse_stream_02::Error>,
    face_sse_stream_02::SseStream::from_bytes_stream
);
contestant!(
    SseStream3,
    "sse-stream 0.3.0, SseByteStream",
    Result<original_sse_stream_03::Sse, original_sse_stream_03::Error>,
    original_sse_stream_03::SseByteStream::new
);
contestant!(
    SseStream3Face,
    "its face",
    Result<face_sse_stream_03::Sse, face_sse_stream_03::Error>,
    face_sse_stream_03::SseByteStream::new
);
contestant!(
    OurEvents,
    "sse_proto::EventStream",
    Result<sse_proto::EventBuf, sse_proto::SourceError<Infallible>>,
    sse_proto::EventStream::new
);

/// What came out, item by item. Faces name their types as the originals do, so that one text compares with the other.
pub fn seen<C: Contestant>(chunks: &[Bytes]) -> Vec<String>
where
    C::Item: std::fmt::Debug,
{
    let mut seen = Vec::new();
    C::run(chunks, |item| seen.push(format!("{item:?}")));
    seen
}

/// `stream` in chunks of `size` bytes.
pub fn cut(stream: &[u8], size: usize) -> Vec<Bytes> {
    stream.chunks(size).map(Bytes::copy_from_slice).collect()
}
