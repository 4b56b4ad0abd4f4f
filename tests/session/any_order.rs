//! The session against a model of it: a few sentences of the standard and of the policy, kept in plain numbers,
//! under random inputs in any order. The model's clock is the sum of what the caller's clock went forward.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::common::reference_session::{Input, Settings, check};

fn input() -> impl Strategy<Value = Input> {
    let millis = prop_oneof![
        4 => 0..200u64,
        4 => 200..5_000u64,
        2 => 5_000..100_000u64,
    ];
    prop_oneof![
        8 => any::<u64>().prop_map(Input::Poll),
        6 => millis.clone().prop_map(Input::Forward),
        1 => millis.prop_map(Input::Back),
        2 => Just(Input::ToTheEnd),
        6 => (select(vec![200, 200, 200, 200, 200, 204, 404, 503, 503, 0, 65535]), 0..3u8)
            .prop_map(|(status, content_type)| Input::Head(status, content_type)),
        6 => (0..10u8).prop_map(Input::Bytes),
        3 => Just(Input::End),
        2 => Just(Input::Error),
        1 => prop_oneof![9 => Just(Input::Error), 1 => Just(Input::Close)],
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let time = || prop_oneof![1 => Just(0), 4 => 1..5_000u64, 1 => 5_000..200_000u64];
    let some = |of: BoxedStrategy<u64>| prop_oneof![Just(None), of.prop_map(Some)];
    (
        (time(), time(), time(), time()),
        (some(time().boxed()), some((0..5u64).boxed())),
        (any::<bool>(), any::<bool>(), prop_oneof![9 => Just(true), 1 => Just(false)], any::<u8>()),
    )
        .prop_map(
            |((first, floor, cap, stable), (idle, attempts), (busy, untyped, reconnect, jitter))| Settings {
                first,
                floor,
                cap,
                stable,
                idle,
                attempts,
                busy,
                untyped,
                reconnect,
                jitter,
            },
        )
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
