//! Everyone who decodes. One file each.

mod async_sse;
mod eventsource_client;
mod eventsource_stream;
mod eventsource_stream2;
mod eventsrc;
mod floors;
mod ours;
mod russe;
mod sse_codec;
mod sse_core;
mod sse_frame;
mod sse_parse;
mod sse_stream;
mod sseer;
mod stream_rs;

use crate::contest::Contestant;

/// The limit on one event, for those who have one: larger than anything here.
const LARGE: usize = 1 << 30;

pub(crate) fn all() -> Vec<Contestant> {
    let mut all = vec![
        Contestant::of::<ours::Borrowed>(),
        Contestant::of::<ours::BytesLent>(),
        Contestant::of::<ours::Owned>(),
        Contestant::of::<sse_core::SseCore>(),
        Contestant::of::<sse_stream::SseStream>(),
        Contestant::of::<sseer::Sseer>(),
        Contestant::of::<sse_parse::SseParse>(),
        Contestant::of::<stream_rs::StreamRs>(),
        Contestant::of::<sse_frame::SseFrame>(),
        Contestant::of::<eventsource_stream::EventsourceStream>(),
        Contestant::of::<eventsource_stream2::EventsourceStream2>(),
        Contestant::of::<eventsrc::Eventsrc>(),
        Contestant::of::<sse_codec::SseCodec>(),
        Contestant::of::<async_sse::AsyncSse>(),
        Contestant::of::<eventsource_client::EventsourceClient>(),
        Contestant::of::<russe::Russe>(),
    ];
    all.extend(floors::all());
    all
}
