//! The session against a model of it: a few sentences of the standard and of the policy, kept in plain numbers,
//! under random inputs in any order. The model's clock is the sum of what the caller's clock went forward.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use sse_proto::session::{Progress, Reconnect};

use super::common::reference_session::{Input, News, Settings, check};

fn millis() -> impl Strategy<Value = u64> + Clone {
    prop_oneof![4 => 0..200u64, 4 => 200..5_000u64, 2 => 5_000..100_000u64]
}

fn news() -> impl Strategy<Value = News> {
    prop_oneof![
        6 => (select(vec![200, 200, 200, 200, 200, 204, 404, 503, 503, 0, 65535]), 0..3u8)
            .prop_map(|(status, content_type)| News::Head(status, content_type)),
        6 => (0..10u8).prop_map(News::Bytes),
        3 => Just(News::End),
        2 => Just(News::Error),
        1 => millis().prop_map(News::RetryAfter),
    ]
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        8 => any::<u64>().prop_map(Input::Poll),
        6 => millis().prop_map(Input::Forward),
        1 => millis().prop_map(Input::Back),
        2 => Just(Input::ToTheEnd),
        18 => news().prop_map(Input::News),
        3 => news().prop_map(Input::Late),
        2 => (0..9u8).prop_map(Input::Keep),
        2 => Just(Input::Kept),
        1 => (0..4u8).prop_map(Input::Cursor),
        1 => Just(Input::Ask),
        1 => prop_oneof![8 => Just(Input::Now), 1 => Just(Input::Close)],
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let time = || prop_oneof![1 => Just(0), 4 => 1..5_000u64, 1 => 5_000..200_000u64];
    let some = |of: BoxedStrategy<u64>| prop_oneof![Just(None), of.prop_map(Some)];
    let rarely = |of: BoxedStrategy<u64>| prop_oneof![5 => Just(None), 1 => of.prop_map(Some)];
    (
        (time(), time(), time(), time(), time()),
        (some(time().boxed()), some(time().boxed()), rarely(time().boxed())),
        (rarely((0..5u64).boxed()), rarely((0..500_000u64).boxed())),
        (any::<bool>(), any::<bool>(), any::<bool>(), any::<u8>()),
        (
            select(vec![Progress::Time, Progress::NewId, Progress::Event]),
            select(vec![Reconnect::Always, Reconnect::Always, Reconnect::IfResumable, Reconnect::Never]),
        ),
    )
        .prop_map(|(times, limits, ends, kinds, (progress, reconnect))| {
            let (first, floor, interval, cap, stable) = times;
            let (idle, head, ceiling) = limits;
            let (attempts, elapsed) = ends;
            let (busy, again, untyped, jitter) = kinds;
            Settings {
                first,
                ceiling,
                floor,
                interval,
                cap,
                stable,
                idle,
                head,
                attempts,
                elapsed,
                progress,
                busy,
                again,
                untyped,
                reconnect,
                jitter,
            }
        })
}

proptest! {
    // A case is short and cheap, so there are eight times as many; `PROPTEST_CASES` counts here too.
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 8 * ProptestConfig::default().cases,
        ..ProptestConfig::default()
    })]

    #[test]
    fn as_the_model(settings in settings(), inputs in vec(input(), 0..120)) {
        check(&settings, &inputs);
    }
}
