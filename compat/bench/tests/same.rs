//! A face gives what its original gives, on streams cut in every way; where it does not, the difference is in the table of the face's
//! page, and pinned here with both outcomes.

use std::fmt::Debug;
use std::panic::catch_unwind;

use bytes::Bytes;
use sse_proto_compat_bench::*;

/// Streams as they should be, and bad ones that all take alike.
const ALIKE: &[&[u8]] = &[
    b"data: a\n\ndata: b\n\n",
    b"data:a\ndata: b\ndata:  c\n\n",
    b"data: a\r\n\r\ndata: b\r\n\r\n",
    b"event: add\ndata: 1\n\nevent: \ndata: 2\n\n",
    b"id: 7\ndata: 1\n\ndata: 2\nid: 8\n\nid: \ndata: 3\n\n",
    b"retry: 10\ndata: 1\n\n",
    b": ping\n\n:\n: a\ndata: 1\n: b\n\n",
    b"data: \n\ndata:\ndata:\n\n",
    "event: \u{e9}\ndata: caf\u{e9} \u{1F980}\n\n".as_bytes(),
    b"data: a\n\ndata: unfinished\n",
    b"data: a\n\ndata: unfi",
    b"id: a\0b\ndata: 1\n\n",
    b"\n\n\ndata: 1\n\n",
    b"",
];

/// Those that need the rules of 0.3 and of the standard, which 0.2 does not have.
const ALIKE_IN_3: &[&[u8]] = &[
    b"data\n\ndata\ndata\n\nid\n\nevent\n\n",
    b"event: a\nevent: b\nid: 1\nid: 2\nretry: 1\nretry: 2\n\n",
    b"retry: x\nretry: +5\nretry:  5\n\nretry: 18446744073709551616\nretry: 007\n\n",
    b"unknown: 1\nDATA: x\ndata: a\n\nwhat\n\n",
    b"\xEF\xBB\xBFdata: a\n\n\xEF\xBB\xBFdata: b\n\ndata: c\n\n",
    b"data: a\n\ndata: \xFF\n\ndata: b\n\n",
    b"event: \xFF\nevent: x\n\n",
    b"id: \xFF\0\ndata: a\n\nretry: \xFF\n\n",
    b": \xFF\n\xFF: 1\ndata: a\n\n",
    b"data: a\rdata: b\r\rdata: c\r\r",
];

fn cuts(stream: &[u8]) -> impl Iterator<Item = Vec<Bytes>> {
    (1..=stream.len().max(1)).map(|size| cut(stream, size))
}

fn assert_alike<O: Contestant, F: Contestant>(streams: &[&[u8]])
where
    O::Item: Debug,
    F::Item: Debug,
{
    for stream in streams {
        for chunks in cuts(stream) {
            let (original, face) = (seen::<O>(&chunks), seen::<F>(&chunks));
            assert_eq!(original, face, "{:?}, in {chunks:?}", String::from_utf8_lossy(stream));
        }
    }
}

#[test]
fn what_is_as_it_should_be_is_alike() {
    assert_alike::<EventsourceStream, EventsourceStreamFace>(ALIKE);
    assert_alike::<SseStream2, SseStream2Face>(ALIKE);
    assert_alike::<SseStream3, SseStream3Face>(ALIKE);
}

#[test]
fn sse_stream_3_is_alike_in_bad_input_too() {
    assert_alike::<SseStream3, SseStream3Face>(ALIKE_IN_3);
}

/// What came out in short: the fields that matter, or the error's name.
fn differ<O: Contestant, F: Contestant>(stream: &[u8], original: &[&str], face: &[&str])
where
    O::Item: Debug,
    F::Item: Debug,
{
    let chunks = [Bytes::copy_from_slice(stream)];
    let shows = |seen: Vec<String>, wanted: &[&str]| {
        assert_eq!(seen.len(), wanted.len(), "{seen:?}");
        for (seen, wanted) in seen.iter().zip(wanted) {
            assert!(seen.contains(wanted), "{seen} does not show {wanted}");
        }
    };
    shows(seen::<O>(&chunks), original);
    shows(seen::<F>(&chunks), face);
    // Each chunking gives the same here.
    for chunks in cuts(stream) {
        shows(seen::<F>(&chunks), face);
    }
}

#[test]
fn where_the_face_of_eventsource_stream_differs() {
    type O = EventsourceStream;
    type F = EventsourceStreamFace;
    let bad = b"data: a\n\ndata: \xFF\n\ndata: b\n\n";
    differ::<O, F>(bad, &["\"a\"", "Utf8"], &["\"a\"", "\u{FFFD}", "\"b\""]);
    differ::<O, F>(b"data: a\n\ndata: \xC3", &["\"a\"", "Utf8"], &["\"a\""]);
    differ::<O, F>(b"retry: +5\ndata: a\n\n", &["5ms"], &["retry: None"]);
    differ::<O, F>(b"retry: 5\n\ndata: a\n\n", &["retry: None"], &["5ms"]);
    // A CR at the end of a chunk ends its line.
    differ::<O, F>(b"data: a\r\r", &[], &["\"a\""]);
    let marked = [Bytes::from_static(b"\xEF\xBB\xBFdata: a\n\n")];
    assert!(
        catch_unwind(|| seen::<O>(&marked)).is_err(),
        "the original no longer panics at a byte order mark"
    );
    assert!(seen::<F>(&marked)[0].contains("\"a\""));
}

#[test]
fn where_the_face_of_sse_stream_2_differs() {
    type O = SseStream2;
    type F = SseStream2Face;
    differ::<O, F>(b"what: 1\ndata: a\n\n", &["InvalidLine"], &["\"a\""]);
    differ::<O, F>(b"data\n\n", &["InvalidLine"], &["data: Some(\"\")"]);
    differ::<O, F>(b"event: a\nevent: b\n\n", &["DuplicatedEventLine"], &["\"b\""]);
    differ::<O, F>(b"id: a\nid: b\n\n", &["DuplicatedIdLine"], &["\"b\""]);
    differ::<O, F>(b"retry: 1\nretry: 2\n\n", &["DuplicatedRetry"], &["Some(2)"]);
    differ::<O, F>(b"retry: x\ndata: a\n\n", &["IntParse"], &["\"a\""]);
    differ::<O, F>(b"retry: +5 \ndata: a\n\n", &["Some(5)"], &["retry: None"]);
    // What follows in the chunk is lost there.
    differ::<O, F>(b"data: \xFF\n\ndata: b\n\n", &["Utf8Parse"], &["Utf8Parse", "\"b\""]);
}

#[test]
fn nothing_that_is_sent_can_break_the_stream() {
    use face_sse_stream_02::Sse as Face;
    use original_sse_stream_02::Sse as Original;
    let bytes = Bytes::from(Original::default().event("a\ndata: b").data("c\nid: d"));
    assert_eq!(bytes, "event: a\ndata: b\ndata: c\nid: d\n\n");
    let bytes = Bytes::from(Face::default().event("a\ndata: b").data("c\nid: d"));
    assert_eq!(bytes, "data: c\ndata: id: d\n\n");
    assert_eq!(Bytes::from(Face::default()), Bytes::from(Original::default()));
    let whole =
        (Face::default().event("a").id("1").retry(5), Original::default().event("a").id("1").retry(5));
    assert_eq!(Bytes::from(whole.0.data("x")), Bytes::from(whole.1.data("x")));
}

/// What is over the limit is one error. The original of 0.2 and eventsource-stream go on as their faces do after an error.
#[test]
fn a_block_over_the_limit_is_one_error() {
    let large = ["data: ", &"x".repeat(sse_proto::DEFAULT_MAX_EVENT_SIZE), "\n\ndata: b\n\n"].concat();
    for chunks in [cut(large.as_bytes(), 64 * 1024), vec![Bytes::from(large.clone())]] {
        let faces = [
            seen::<EventsourceStreamFace>(&chunks),
            seen::<SseStream2Face>(&chunks),
            seen::<SseStream3Face>(&chunks),
        ];
        assert!(faces[0][0].contains("Parser") && faces[0][1].contains("\"b\"") && faces[0].len() == 2);
        assert!(faces[1][0].contains("TooLarge") && faces[1][1].contains("\"b\"") && faces[1].len() == 2);
        assert!(faces[2][0].contains("TooLarge") && faces[2].len() == 1);
    }
}

/// An id goes from one connection to the next, and one without data is seen.
#[test]
fn the_last_event_id_is_kept() {
    use face_eventsource_stream::Eventsource;
    use futures::StreamExt;
    futures::executor::block_on(async {
        let chunk = Ok::<_, std::io::Error>("data: a\n\nid: 8\n\n");
        let mut events = futures::stream::iter([chunk]).eventsource();
        events.set_last_event_id("7");
        assert_eq!(events.last_event_id(), "7");
        assert_eq!(events.next().await.unwrap().unwrap().id, "7");
        assert!(events.next().await.is_none());
        assert_eq!(events.last_event_id(), "8");
        events.set_last_event_id("not\nan id");
        assert_eq!(events.last_event_id(), "not\nan id");
    });
}
