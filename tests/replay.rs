//! The replay log: each of its answers, its bounds, what is defined for ids that should not be; and all of it
//! against a list that forgets nothing.
#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]
#![allow(missing_docs, reason = "a test crate has no users")]

mod common;

use bytes::Bytes;
use common::reference_log::{Step, Steps, check};
use proptest::prelude::*;
use sse_proto::replay::{EpochId, Events, Logged, Replay, ReplayLog};
use sse_proto::{EventId, EventIdBuf, IdText};

fn id(text: &str) -> EventId<'_> {
    EventId::new(text).unwrap()
}

fn ids(events: Events<'_>) -> Vec<String> {
    events.map(|event| event.id().to_string()).collect()
}

/// An answer, with ids for events.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    FromStart(Vec<String>),
    Events(Vec<String>),
    UpToDate,
    TooOld(Option<String>),
    Unknown,
}

fn after(log: &ReplayLog, named: &str) -> Answer {
    said(log.after(id(named)))
}

fn said(replay: Replay<'_>) -> Answer {
    match replay {
        Replay::FromStart(events) => Answer::FromStart(ids(events)),
        Replay::Events(events) => Answer::Events(ids(events)),
        Replay::UpToDate(_) => Answer::UpToDate,
        Replay::TooOld { oldest, .. } => Answer::TooOld(oldest.map(|id| id.to_string())),
        Replay::Unknown => Answer::Unknown,
        other => panic!("{other:?}"),
    }
}

/// Pushes events of 10 bytes; the ids of those evicted.
fn push(log: &mut ReplayLog, name: &str) -> Vec<String> {
    log.push(id(name), Bytes::from_static(b"0123456789")).map(|event| event.id().to_string()).collect()
}

fn strings(of: &[&str]) -> Vec<String> {
    of.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn every_answer() {
    let mut log = ReplayLog::builder().max_events(3).max_bytes(1000).build();
    assert_eq!(after(&log, ""), Answer::FromStart(vec![]));
    assert_eq!(after(&log, "a"), Answer::Unknown);
    for name in ["a", "b", "c"] {
        assert!(push(&mut log, name).is_empty());
    }
    assert_eq!(after(&log, ""), Answer::FromStart(strings(&["a", "b", "c"])));
    assert_eq!(after(&log, "a"), Answer::Events(strings(&["b", "c"])), "strictly after");
    assert_eq!(after(&log, "b"), Answer::Events(strings(&["c"])));
    assert_eq!(after(&log, "c"), Answer::UpToDate);
    assert_eq!(after(&log, "A"), Answer::Unknown, "ids are opaque: compared, not read");
    assert_eq!(push(&mut log, "d"), ["a"]);
    assert_eq!(
        after(&log, "a"),
        Answer::Events(strings(&["b", "c", "d"])),
        "evicted, but all behind it is held"
    );
    assert_eq!(push(&mut log, "e"), ["b"]);
    assert_eq!(after(&log, "a"), Answer::TooOld(Some("c".into())));
    assert_eq!(after(&log, "b"), Answer::Events(strings(&["c", "d", "e"])));
    // Three are remembered; then they are forgotten.
    assert_eq!(push(&mut log, "f"), ["c"]);
    assert_eq!(after(&log, "a"), Answer::TooOld(Some("d".into())));
    assert_eq!(push(&mut log, "g"), ["d"]);
    assert_eq!(after(&log, "a"), Answer::Unknown);
    assert_eq!((log.len(), log.bytes(), log.start(), log.end(), log.remembered()), (3, 33, 4, 7, 3));
    assert_eq!(ids(log.iter()), ["e", "f", "g"]);
    assert!(!log.is_empty());
}

#[test]
fn bounded_in_bytes() {
    // 11 bytes each: two fit.
    let mut log = ReplayLog::builder().max_events(100).max_bytes(22).build();
    assert_eq!(push(&mut log, "a"), [""; 0]);
    assert_eq!(push(&mut log, "b"), [""; 0]);
    assert_eq!(push(&mut log, "c"), ["a"]);
    // Two ids of a byte are an eighth of 22.
    assert_eq!(push(&mut log, "d"), ["b"]);
    assert_eq!(push(&mut log, "e"), ["c"]);
    assert_eq!(log.remembered(), 2);
    // A large one evicts all before it, and only then is there room.
    let evicted: Vec<_> = log.push(id("f"), Bytes::from(vec![b'x'; 21])).collect();
    assert_eq!(evicted.iter().map(|event| event.id().to_string()).collect::<Vec<_>>(), ["d", "e"]);
    assert_eq!(evicted[0].bytes(), "0123456789");
    assert_eq!((log.len(), log.bytes()), (1, 22));
    // One that is larger than the log goes itself. Who has received it misses nothing.
    let evicted: Vec<_> = log.push(id("g"), Bytes::from(vec![b'x'; 22])).collect();
    assert_eq!(evicted.len(), 2);
    assert_eq!((log.len(), log.bytes()), (0, 0));
    assert_eq!(after(&log, "g"), Answer::UpToDate);
    assert_eq!(after(&log, "f"), Answer::TooOld(None));
    assert_eq!(after(&log, ""), Answer::FromStart(vec![]));
    assert_eq!(push(&mut log, "h"), [""; 0]);
    assert_eq!(after(&log, "g"), Answer::Events(strings(&["h"])));
    // An id counts, too.
    let long = "i".repeat(13);
    assert_eq!(push(&mut log, &long), ["h", &long]);
}

#[test]
fn eviction_happens_whether_or_not_it_is_looked_at() {
    let push_n = |look: fn(sse_proto::replay::Evicted<'_>)| {
        let mut log = ReplayLog::builder().max_events(2).max_bytes(1000).build();
        for name in ["a", "b", "c", "d"] {
            look(log.push(id(name), Bytes::from_static(b"x")));
        }
        (ids(log.iter()), log.bytes())
    };
    let expected = (strings(&["c", "d"]), 4);
    assert_eq!(push_n(|evicted| drop(evicted)), expected);
    assert_eq!(push_n(|evicted| assert!(evicted.count() <= 1)), expected);
    // Forgotten on purpose it waits for the next push, and no longer.
    let mut log = ReplayLog::builder().max_events(2).max_bytes(1000).build();
    for name in ["a", "b", "c"] {
        std::mem::forget(log.push(id(name), Bytes::new()));
    }
    assert_eq!(log.len(), 3);
    assert_eq!(after(&log, "a"), Answer::Events(strings(&["b", "c"])));
    drop(log.push(id("d"), Bytes::new()));
    assert_eq!(ids(log.iter()), ["c", "d"]);
}

#[test]
fn limits_of_zero() {
    for mut log in [
        ReplayLog::builder().max_events(0).max_bytes(1000).build(),
        ReplayLog::builder().max_events(1000).max_bytes(0).build(),
        ReplayLog::builder().max_events(0).max_bytes(0).build(),
    ] {
        assert_eq!(push(&mut log, "a"), ["a"]);
        assert_eq!(after(&log, "a"), Answer::UpToDate);
        assert_eq!(push(&mut log, "b"), ["b"]);
        assert_eq!(after(&log, "a"), Answer::Unknown);
        assert_eq!(after(&log, "b"), Answer::UpToDate);
        assert_eq!((log.len(), log.bytes(), log.remembered(), log.end()), (0, 0, 1, 2));
    }
}

#[test]
fn an_event_without_an_id_is_replayed_and_not_named() {
    let mut log = ReplayLog::builder().max_events(4).max_bytes(1000).build();
    for name in ["a", "", "b", ""] {
        assert!(push(&mut log, name).is_empty());
    }
    assert_eq!(after(&log, "a"), Answer::Events(strings(&["", "b", ""])));
    assert_eq!(after(&log, "b"), Answer::Events(strings(&[""])), "it comes again rather than never");
    assert_eq!(after(&log, ""), Answer::FromStart(strings(&["a", "", "b", ""])));
    for name in ["c", "d", "e"] {
        let _ = push(&mut log, name);
    }
    assert_eq!(after(&log, "a"), Answer::TooOld(Some("".into())));
}

#[test]
fn an_id_pushed_twice_names_its_first_event() {
    let mut log = ReplayLog::builder().max_events(3).max_bytes(1000).build();
    for name in ["a", "b", "a"] {
        assert!(push(&mut log, name).is_empty());
    }
    assert_eq!(after(&log, "a"), Answer::Events(strings(&["b", "a"])), "twice rather than never");
    assert_eq!(push(&mut log, "c"), ["a"]);
    assert_eq!(after(&log, "a"), Answer::Events(strings(&["b", "a", "c"])));
    assert_eq!(push(&mut log, "d"), ["b"]);
    assert_eq!(after(&log, "a"), Answer::TooOld(Some("a".into())), "the first may be meant");
    // The first is forgotten; of the second nobody can tell who has it.
    for (name, oldest) in [("e", "c"), ("f", "d"), ("a", "e"), ("g", "f")] {
        let _ = push(&mut log, name);
        assert_eq!(after(&log, "a"), Answer::TooOld(Some(oldest.into())), "behind {name}");
    }
    // Until all are.
    for name in ["h", "i", "j", "k", "l"] {
        let _ = push(&mut log, name);
    }
    assert_eq!(after(&log, "a"), Answer::Unknown);
    let _ = push(&mut log, "a");
    assert_eq!(after(&log, "a"), Answer::UpToDate);
}

#[test]
fn a_clone_shares_events_and_goes_its_own_way() {
    let mut log = ReplayLog::builder().max_events(3).max_bytes(1000).build();
    let event = Bytes::from(vec![b'x'; 100]);
    drop(log.push(id("a"), event.clone()));
    let mut clone = log.clone();
    drop(clone.push(id("b"), event.clone()));
    assert_eq!((log.len(), clone.len()), (1, 2));
    assert!(clone.iter().rev().all(|held| held.bytes().as_ptr() == event.as_ptr()));
    assert_eq!(clone.iter().len(), 2);
}

#[test]
fn epoch_ids_are_canonical() {
    for (epoch, sequence, text) in [
        (0, 0, "0-0"),
        (1, 10, "1-10"),
        (1_732_105_794, 42, "1732105794-42"),
        (u64::MAX, u64::MAX, "18446744073709551615-18446744073709551615"),
    ] {
        let made = EpochId::new(epoch, sequence);
        assert_eq!(made.text().as_event_id(), text);
        assert_eq!(made.to_string(), text);
        assert_eq!(EpochId::try_from(id(text)), Ok(made));
        assert_eq!((made.epoch(), made.sequence()), (epoch, sequence));
        assert_eq!(made.next(), sequence.checked_add(1).map(|next| EpochId::new(epoch, next)));
        assert!(sse_proto::headers::last_event_id_value(made.text().as_event_id()).is_ok());
    }
    let none = [
        "",
        "-",
        "1",
        "1-",
        "-1",
        "01-1",
        "1-01",
        "00-0",
        "+1-1",
        "1-+1",
        "1--1",
        "1-1-1",
        " 1-1",
        "1-1 ",
        "1_1",
        "1-x",
        "\u{661}-1",
        "18446744073709551616-0",
        "0-18446744073709551616",
        "1.0-1",
        "0x1-1",
    ];
    for text in none {
        assert_eq!(EpochId::try_from(id(text)).ok(), None, "{text}");
    }
    assert!(EpochId::new(1, 9) < EpochId::new(1, 10) && EpochId::new(1, 10) < EpochId::new(2, 0));
    assert_eq!(format!("{:?}", EpochId::new(1, 2).text()), "IdText(\"1-2\")");
}

#[test]
fn a_restart_is_told_from_a_place() {
    let fill = |epoch| {
        let mut log = ReplayLog::builder().max_events(10).max_bytes(1000).build();
        for sequence in 0..5 {
            drop(log.push(EpochId::new(epoch, sequence).text().as_event_id(), Bytes::new()));
        }
        log
    };
    let (before, behind) = (fill(1), fill(2));
    assert_eq!(after(&before, "1-3"), Answer::Events(strings(&["1-4"])));
    assert_eq!(after(&behind, "1-3"), Answer::Unknown);
}

/// A client that gets no event before its first cut has an id all the same, and so loses nothing.
#[test]
fn a_client_can_have_an_id_before_there_is_an_event() {
    let start = EpochId::new(1, 0).text();
    let mut log = ReplayLog::builder().starting_after(start.as_event_id()).build();
    assert_eq!(log.last_id().unwrap(), "1-0");
    assert_eq!(after(&log, "1-0"), Answer::UpToDate);
    assert_eq!(after(&log, ""), Answer::FromStart(vec![]));
    assert_eq!((log.start(), log.end(), log.len(), log.remembered()), (0, 0, 0, 1));
    let _ = push(&mut log, "1-1");
    let _ = push(&mut log, "1-2");
    assert_eq!(after(&log, "1-0"), Answer::Events(strings(&["1-1", "1-2"])));
    assert_eq!(log.last_id().unwrap(), "1-2");
    // It is evicted like the others: who names it is told when it is too late, and then forgotten.
    let mut log = ReplayLog::builder().max_events(1).starting_after(id("start")).build();
    assert_eq!(push(&mut log, "a"), [""; 0]);
    assert_eq!(push(&mut log, "b"), ["a"]);
    assert_eq!(after(&log, "start"), Answer::Unknown, "one id is remembered, that of a");
    assert_eq!(after(&log, "a"), Answer::Events(strings(&["b"])));
    let log = ReplayLog::builder().starting_after(EventId::EMPTY).build();
    assert_eq!((log.last_id(), log.remembered()), (None, 0));
}

#[test]
fn the_last_id_names_now() {
    let mut log = ReplayLog::builder().max_events(3).max_bytes(40).build();
    assert_eq!(log.last_id(), None, "a log that never had one has none");
    let last = |log: &ReplayLog| log.last_id().map(|id| id.to_string());
    let _ = push(&mut log, "a");
    assert_eq!(last(&log).as_deref(), Some("a"));
    // An event without an id comes again rather than never.
    let _ = push(&mut log, "");
    assert_eq!(last(&log).as_deref(), Some("a"));
    assert_eq!(after(&log, "a"), Answer::Events(strings(&[""])));
    // Larger than the log: gone, and its id still names now.
    drop(log.push(id("large"), Bytes::from(vec![b'x'; 100])));
    assert!(log.is_empty());
    assert_eq!(last(&log).as_deref(), Some("large"));
    assert_eq!(after(&log, "large"), Answer::UpToDate);
    drop(log.evict_before(u64::MAX));
    assert_eq!(last(&log).as_deref(), Some("large"));
    // One that is too late, or forgotten, names nothing: a client that is told to start again must not be told so for ever.
    let mut late = ReplayLog::builder().max_events(1).build();
    for text in ["a", "b", "a"] {
        let _ = push(&mut late, text);
    }
    assert_eq!((last(&late), after(&late, "a")), (None, Answer::TooOld(Some("a".into()))));
    let _ = push(&mut late, "c");
    assert_eq!(last(&late).as_deref(), Some("c"));
    for _ in 0..9 {
        let _ = push(&mut log, "");
    }
    assert_eq!((last(&log), after(&log, "large")), (None, Answer::Unknown));
}

#[test]
fn what_a_header_says() {
    let mut log = ReplayLog::new();
    let _ = (push(&mut log, "a"), push(&mut log, "é"));
    for (header, expected) in [
        (None, Answer::FromStart(strings(&["a", "é"]))),
        (Some(&b""[..]), Answer::FromStart(strings(&["a", "é"]))),
        (Some(b"a"), Answer::Events(strings(&["é"]))),
        (Some("é".as_bytes()), Answer::UpToDate),
        (Some(b"b"), Answer::Unknown),
        (Some(b"\xE9"), Answer::Unknown),
        (Some(b"a\0"), Answer::Unknown),
    ] {
        assert_eq!(said(log.after_header(header)), expected, "{header:?}");
        let events = log.after_header(header).into_events();
        assert_eq!(events.is_none(), expected == Answer::Unknown);
    }
    assert_eq!(log.after_header(Some(b"a")).into_events().unwrap().start(), 1);
    assert_eq!(log.after_header(Some("é".as_bytes())).into_events().unwrap().start(), 2);
    assert_eq!(log.after_header(None).into_events().unwrap().start(), 0);
}

/// Each client keeps its place, and the log is the queue of all: however slow one is, nothing is held for it.
#[test]
fn clients_pull_by_position() {
    let mut log = ReplayLog::builder().max_events(10).build();
    let mut clients =
        [(1, 0), (3, 0), (50, 0)].map(|(pace, position): (u64, u64)| (pace, position, Vec::new(), 0));
    for number in 0..100u64 {
        drop(log.push(IdText::from(number + 1).as_event_id(), Bytes::from(number.to_string())));
        for (pace, position, got, too_slow) in &mut clients {
            if (number + 1) % *pace != 0 {
                continue;
            }
            match log.from_position(*position).into_events() {
                Some(events) => {
                    assert_eq!(events.start(), *position);
                    got.extend(events.map(|event| event.position()));
                }
                None => *too_slow += 1,
            }
            *position = log.end();
        }
        assert!(log.len() <= 10);
    }
    let all: Vec<u64> = (0..100).collect();
    assert_eq!((&clients[0].2, clients[0].3), (&all, 0));
    assert_eq!((&clients[1].2[..], clients[1].3), (&all[..99], 0));
    assert_eq!((clients[2].2.len(), clients[2].3), (0, 2), "told, and nothing skipped without a word");
}

#[test]
fn a_log_goes_on_at_a_position() {
    let mut log = ReplayLog::builder().starting_at(1000).build();
    assert_eq!((log.start(), log.end()), (1000, 1000));
    assert_eq!(said(log.from_position(999)), Answer::TooOld(None));
    assert_eq!(said(log.from_position(1000)), Answer::UpToDate);
    assert_eq!(said(log.from_position(1001)), Answer::Unknown);
    let _ = push(&mut log, "a");
    assert_eq!(log.iter().next().unwrap().position(), 1000);
    assert_eq!(said(log.from_position(1000)), Answer::Events(strings(&["a"])));
    // At the end of all positions it stands still and does not panic.
    let mut log = ReplayLog::builder().starting_at(u64::MAX).build();
    let _ = (push(&mut log, "a"), push(&mut log, "b"));
    assert_eq!(log.end(), u64::MAX);
    assert_eq!(log.iter().len(), 2);
}

#[test]
fn evicts_on_request_and_by_age() {
    let mut log = ReplayLog::builder().tag::<u64>().build();
    let push = |log: &mut ReplayLog<u64>, name: &str, minute: u64| {
        drop(log.push_tagged(id(name), Bytes::from_static(b"0123456789"), minute));
    };
    for (name, minute) in [("a", 0), ("b", 1), ("c", 2), ("d", 3)] {
        push(&mut log, name, minute);
    }
    let gone: Vec<_> =
        log.evict_while(|event| *event.tag() < 2).map(|event| event.id().to_string()).collect();
    assert_eq!(gone, ["a", "b"]);
    assert_eq!((log.len(), log.bytes(), log.start(), log.end()), (2, 22, 2, 4));
    assert!(matches!(log.after(id("a")), Replay::TooOld { oldest: Some(oldest), .. } if oldest == "c"));
    assert!(matches!(log.after(id("b")), Replay::Events(events) if events.len() == 2));
    assert_eq!(log.evict_while(|_| false).count(), 0);
    assert_eq!(log.evict_before(1).count(), 0, "gone already");
    // Dropped early it evicts all the same.
    let first = log.evict_before(100).next().map(|event| event.id().to_string());
    assert_eq!((first.as_deref(), log.len()), (Some("c"), 0));
    assert!(matches!(log.after(id("d")), Replay::UpToDate(_)), "all, and still it knows who has what");
    assert!(matches!(log.after(id("c")), Replay::TooOld { oldest: None, .. }));
    push(&mut log, "e", 5);
    assert_eq!(log.iter().next().unwrap().position(), 4, "positions go on");
}

#[test]
fn a_replay_is_filtered_like_live_events() {
    let mut log = ReplayLog::builder().max_events(3).tag::<&str>().build();
    for (name, topic) in [("1", "x"), ("2", "y"), ("3", "x"), ("4", "y"), ("5", "x")] {
        drop(log.push_tagged(id(name), Bytes::new(), topic));
    }
    let missed = log.after(id("2")).into_events().unwrap();
    let of_x: Vec<_> =
        missed.filter(|event| *event.tag() == "x").map(|event| event.id().to_string()).collect();
    assert_eq!(of_x, ["3", "5"]);
}

/// `nth` is what `skip` calls: far into a long log in constant time. Counted by what it would cost otherwise.
#[test]
fn far_into_a_long_log() {
    let mut log = ReplayLog::builder().max_events(1_000_000).build();
    for number in 0..1_000_000u64 {
        drop(log.push(EventId::EMPTY, Bytes::new()));
        assert_eq!(log.end(), number + 1);
    }
    // A million times a million steps would take an hour.
    for at in 0..1_000_000usize {
        assert_eq!(log.iter().nth(at).unwrap().position(), at as u64);
        assert_eq!(log.iter().skip(at).len(), 1_000_000 - at);
        assert_eq!(log.from_position(at as u64).into_events().unwrap().start(), at as u64);
    }
}

#[test]
fn ids_from_numbers_and_ids_to_keep() {
    for number in [0, 7, 10, u64::MAX] {
        assert_eq!(IdText::from(number).as_event_id(), number.to_string());
        assert_eq!(IdText::from(number).as_str(), number.to_string());
        assert_eq!(format!("{:>4}", IdText::from(7)), "   7");
    }
    let kept = EventIdBuf::from(id("é 7"));
    assert_eq!((kept.as_event_id(), kept.as_str(), kept.to_string()), (id("é 7"), "é 7", "é 7".to_owned()));
    assert!(kept == *"é 7" && kept == "é 7" && kept == id("é 7") && kept == kept.clone());
    assert!(!(kept == *"7" || kept == "7" || kept == id("7") || kept.is_empty()));
    assert_eq!(EventIdBuf::new("é 7".to_owned()), Ok(kept.clone()));
    assert_eq!(EventIdBuf::try_from("é 7".to_owned()), Ok(kept));
    for bad in ["a\n", "\r", "\0"] {
        assert_eq!(bad.parse::<EventIdBuf>(), Err(EventId::new(bad).unwrap_err()));
    }
    assert!(EventIdBuf::default().is_empty());
    assert_eq!(EventIdBuf::from(IdText::from(7)), "7");
    assert_eq!(EventId::from(&EventIdBuf::from(id("7"))), "7");
    assert_eq!(format!("{:?}", EventIdBuf::from(id("7"))), "\"7\"");
}

#[test]
fn events_are_taken_from_both_ends_and_know_where_they_start() {
    let mut log = ReplayLog::builder().starting_at(7).build();
    let names: Vec<String> = (0..9).map(|number| number.to_string()).collect();
    for name in &names {
        drop(log.push(id(name), Bytes::new()));
    }
    let shown = |event: Option<&Logged>| event.map(|event| event.id().to_string());
    assert_eq!((log.iter().count(), shown(log.iter().last())), (9, Some("8".into())));
    // Front and back in each order of eight turns; what is left is what a list has left.
    for turns in 0..256_u32 {
        let (mut events, mut list) = (log.iter(), &names[..]);
        for turn in 0..8 {
            let (front, back) = (turns >> turn & 1 == 0, list.len() - 1);
            let expected = if front { &list[0] } else { &list[back] };
            let event = if front { events.next() } else { events.next_back() };
            assert_eq!(shown(event).as_ref(), Some(expected));
            list = if front { &list[1..] } else { &list[..back] };
            let start = 7 + list.first().unwrap().parse::<u64>().unwrap();
            assert_eq!((events.start(), events.len()), (start, list.len()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_a_list_that_forgets_nothing(
        max_events in 0..8usize,
        max_bytes in 0..200usize,
        start in prop_oneof![Just(0), Just(7), Just(1 << 62)],
        origin in proptest::option::of(prop_oneof![Just(String::new()), "[a-c]", Just("origin".to_owned())]),
        steps in proptest::collection::vec(
            prop_oneof![
                8 => (prop_oneof![Just(String::new()), "[a-c]", "[a-z0-9]{3,4}"], 0..60usize)
                    .prop_map(|(id, len)| Step::Push(id, len)),
                1 => (0..10usize).prop_map(Step::EvictBefore),
            ],
            0..60,
        ),
    ) {
        check(&Steps { max_events, max_bytes, start, origin, steps });
    }

    /// Ids pushed again and again: no answer skips an event that a client may lack.
    #[test]
    fn a_repeated_id_never_loses(
        max_events in 1..8usize,
        pushes in proptest::collection::vec(0..5u8, 1..60),
    ) {
        let mut log = ReplayLog::builder().max_events(max_events).max_bytes(10_000).build();
        for (number, name) in pushes.iter().enumerate() {
            drop(log.push(id(&name.to_string()), Bytes::from(number.to_string())));
            for named in 0..5u8 {
                // A client may have got any event of this id that is known; the first of these misses most.
                let from = usize::try_from(log.start()).unwrap().saturating_sub(log.remembered());
                let first = (from..=number).find(|at| pushes[*at] == named);
                match log.after(id(&named.to_string())) {
                    Replay::Events(events) => {
                        let got: Vec<usize> = events
                            .map(|event| std::str::from_utf8(event.bytes()).unwrap().parse().unwrap())
                            .collect();
                        prop_assert_eq!(Some(got[0]), first.map(|at| at + 1));
                        prop_assert_eq!(got.len(), number + 1 - got[0]);
                    }
                    Replay::UpToDate(_) => prop_assert_eq!(first, Some(number)),
                    Replay::TooOld { .. } => {
                        let ever = pushes.iter().position(|at| *at == named);
                        prop_assert!(ever.is_some_and(|at| at as u64 + 1 < log.start()));
                    }
                    Replay::Unknown => prop_assert_eq!(first, None),
                    other => prop_assert!(false, "{:?}", other),
                }
            }
        }
    }

    #[test]
    fn epoch_ids_come_back(epoch in any::<u64>(), sequence in any::<u64>()) {
        let made = EpochId::new(epoch, sequence);
        prop_assert_eq!(EpochId::try_from(made.text().as_event_id()), Ok(made));
        prop_assert_eq!(made.text().as_event_id().to_string(), made.to_string());
    }
}
