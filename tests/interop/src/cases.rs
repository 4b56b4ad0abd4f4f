//! The messages that our encoder sends to each client: what others get wrong by name, then random ones.

use crate::Error;
use crate::case::{Case, Cut, Sent};

/// Line ends for peers; text for the encoder. Each is sent alone, at both ends and between words.
const LINE_ENDS: [&str; 9] = ["\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n", "\n\r", "\r\r\n", "\r\n\n"];

/// What other line splitters cut at, or other decoders drop or mistake.
const ODD: [(&str, &str); 22] = [
    ("U+2028", "\u{2028}"),
    ("U+2029", "\u{2029}"),
    ("U+0085", "\u{85}"),
    ("VT", "\u{b}"),
    ("FF", "\u{c}"),
    ("FS GS RS US", "\u{1c}\u{1d}\u{1e}\u{1f}"),
    ("NUL", "\0"),
    ("tab", "\t"),
    ("space", " "),
    ("two spaces", "  "),
    ("no-break space", "\u{a0}"),
    ("colon", ":"),
    ("a field in the data", "data: x"),
    ("BOM", "\u{feff}"),
    ("U+FFFD", "\u{fffd}"),
    ("two-byte characters", "äöü"),
    ("three-byte characters", "日本語"),
    ("four-byte characters", "🦀𝄞"),
    ("combining characters", "e\u{301}\u{200d}"),
    ("noncharacters", "\u{fffe}\u{10ffff}"),
    ("JSON", r#"{"a":"b\n","c":[1,2]}"#),
    ("backslashes", r"\r\n\0\u0000"),
];

/// Random cases beside the ones with names.
const RANDOM: usize = 300;

/// One stream each, no reconnection.
pub fn streams(random: &mut fastrand::Rng) -> Result<Vec<Case>, Error> {
    let mut cases = Vec::new();
    for (name, sent) in named() {
        let len: usize = sent.iter().flat_map(|sent| &sent.data).map(String::len).sum();
        cases.push(Case::one(&*name, sent.clone(), Cut::AfterEachMessage, random)?);
        if len < 1000 {
            cases.push(Case::one(format!("{name}, byte by byte"), sent, Cut::AfterEachByte, random)?);
        } else {
            cases.push(Case::one(format!("{name}, cut at random"), sent, Cut::Random(5000), random)?);
        }
    }
    for number in 0..RANDOM {
        let sent = (0..random.usize(1..6)).map(|_| random_message(random)).collect();
        let most = random.choice([3, 20, 200]).unwrap_or(1);
        cases.push(Case::one(format!("random {number}"), sent, Cut::Random(most), random)?);
    }
    let one_by_one = (0..20).map(|n| Sent::data(format!("{n}")).id(&n.to_string())).collect();
    let one_by_one = Case::one("one by one", one_by_one, Cut::AfterEachMessage, random)?;
    cases.push(Case { acknowledged: true, ..one_by_one });
    Ok(cases)
}

/// Clients that come back, with the id that they have and after the time that they were told. Firefox never waits less
/// than 500 ms.
pub fn reconnections(random: &mut fastrand::Rng) -> Result<Vec<Case>, Error> {
    let again = || vec![Sent::data("again")];
    let hello = || Sent::data("hello");
    let cases = [
        ("an id and 700 ms", vec![vec![hello().id("7").retry(700)], again()]),
        ("an id that is not ASCII and 1500 ms", vec![vec![hello().id("ü-日本-🦀").retry(1500)], again()]),
        ("an id with spaces and colons inside", vec![vec![hello().id("a: b:c").retry(600)], again()]),
        ("an id that was reset", vec![vec![hello().id("7"), hello().id("").retry(600)], again()]),
        (
            "an id and a time without data",
            vec![vec![hello(), Sent::default().retry(800), Sent::default().id("8")], again()],
        ),
        (
            "the last time counts",
            vec![vec![hello().id("1").retry(9000), hello().id("2").retry(600)], again()],
        ),
        ("three connections", vec![vec![hello().id("7").retry(600)], again(), vec![hello().id("8")]]),
        (
            "a connection of comments",
            vec![vec![hello().id("7").retry(600)], vec![Sent::default().comment(" quiet")], again()],
        ),
    ];
    let case = |(name, connections)| Case::many(name, connections, Cut::AfterEachMessage, random);
    cases.into_iter().map(case).collect()
}

fn named() -> Vec<(String, Vec<Sent>)> {
    let mut cases: Vec<(String, Vec<Sent>)> = Vec::new();
    for end in LINE_ENDS {
        let texts = [end.to_owned(), format!("a{end}b"), format!("{end}a"), format!("a{end}")];
        cases.push((format!("line end {end:?}"), texts.map(Sent::data).to_vec()));
    }
    let mix = LINE_ENDS.join("x");
    cases.push(("all line ends".into(), vec![Sent::data(mix.clone()), Sent::data(mix.repeat(100))]));
    for (name, odd) in ODD {
        let texts = [odd.to_owned(), format!("a{odd}b"), format!("{odd}\n{odd}"), format!(" {odd} ")];
        cases.push((format!("{name} in data"), texts.map(Sent::data).to_vec()));
        let by_type = Sent::data("x").event_type(&format!("a{odd}b"));
        cases.push((format!("{name} in a type"), vec![by_type, Sent::data("y")]));
        if odd != "\0" {
            let by_id = [Sent::data("x").id(&format!("a{odd}b")), Sent::data("y"), Sent::data("z").id(odd)];
            cases.push((format!("{name} in an id"), by_id.to_vec()));
        }
    }
    let id = |id: &str| Sent::default().id(id);
    let others = [
        ("empty data", vec![Sent::data(""), Sent::data("").event_type("t"), Sent::data("").id("1")]),
        (
            "an id stays",
            vec![Sent::data("a").id("1"), Sent::data("b"), Sent::data("c").id("2"), Sent::data("d")],
        ),
        ("an id is reset", vec![Sent::data("a").id("1"), Sent::data("b").id(""), Sent::data("c")]),
        ("an id without data", vec![Sent::data("a"), id("1"), Sent::data("b"), id(""), Sent::data("c")]),
        ("a type does not stay", vec![Sent::data("a").event_type("t"), Sent::data("b")]),
        ("a type without data", vec![Sent::default().event_type("t"), Sent::data("a")]),
        (
            "types that EventSource uses itself",
            vec![
                Sent::data("a").event_type("open"),
                Sent::data("b").event_type("error"),
                Sent::data("c").event_type("message"),
            ],
        ),
        (
            "types are told apart by case",
            vec![Sent::data("a").event_type("T"), Sent::data("b").event_type("t")],
        ),
        (
            "retry",
            vec![Sent::data("a").retry(0), Sent::default().retry(1 << 40), Sent::data("b").retry(5000)],
        ),
        (
            "comments",
            vec![
                Sent::default().comment("alone"),
                Sent::data("a").comment(" two\nlines\r\nor\rfour"),
                Sent::data("b").comment(""),
                Sent::data("c").comment("data: not this"),
            ],
        ),
        (
            "all fields",
            vec![
                Sent::data("a\nb").comment("c").event_type("t").id("7").retry(2000),
                Sent::data("d"),
                Sent::data("e\r").event_type("u").id("8"),
            ],
        ),
        ("nothing at all", vec![Sent::default(), Sent::data("a"), Sent::default(), Sent::data("b")]),
        ("one line of 100 kB", vec![Sent::data("x".repeat(100_000)), Sent::data("é🦀".repeat(17_000))]),
        (
            "many lines of 100 kB",
            vec![Sent::data("line\r\n".repeat(17_000)), Sent::data("\n".repeat(10_000))],
        ),
        ("1000 events", (0..1000).map(|n| Sent::data(n.to_string()).id(&n.to_string())).collect()),
    ];
    cases.extend(others.map(|(name, sent)| (name.to_owned(), sent)));
    cases
}

fn random_message(random: &mut fastrand::Rng) -> Sent {
    let not_empty = |text: String| Some(text).filter(|text| !text.is_empty());
    let one_line = |text: String| text.replace(['\r', '\n', '\0'], "-");
    let mut field = |one_in| (random.usize(..one_in) == 0).then(|| text(random));
    Sent {
        comment: field(4),
        event_type: field(3).map(one_line).and_then(not_empty),
        id: field(3).map(one_line),
        data: if field(8).is_some() { None } else { field(1) },
        retry: (random.usize(..6) == 0).then(|| random.u64(..100_000)),
    }
}

/// What could matter is frequent, plain text is not.
fn text(random: &mut fastrand::Rng) -> String {
    let mut text = String::new();
    for _ in 0..random.usize(..8) {
        match random.usize(..4) {
            0 => text += random.choice(LINE_ENDS).unwrap_or_default(),
            1 => text += random.choice(ODD).unwrap_or_default().1,
            2 => text.extend((0..random.usize(..20)).map(|_| random.alphanumeric())),
            _ => text.push(random.char(..)),
        }
    }
    text
}
