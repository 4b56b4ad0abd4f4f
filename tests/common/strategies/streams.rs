//! Random streams weighted to the grammar: input that decoders get wrong is common, plain text is not.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A stream of up to 40 lines, most of them well formed.
pub fn stream() -> impl Strategy<Value = Vec<u8>> {
    let start = prop_oneof![
        6 => Just(&b""[..]),
        2 => Just(&b"\xEF\xBB\xBF"[..]),
        // False starts, and a second mark, which is content.
        1 => select(vec![&b"\xEF"[..], b"\xEF\xBB", b"\xEF\xBB\n", b"\xEF\xBB\xBF\xEF\xBB\xBF", b"\n"]),
    ];
    (start, vec(line(), 0..40)).prop_map(|(start, lines)| [start.to_vec(), lines.concat()].concat())
}

/// Up to `count` places to cut, unsorted. A place that occurs twice makes an empty chunk.
pub fn cuts(count: usize) -> impl Strategy<Value = Vec<Index>> {
    vec(any::<Index>(), 0..count)
}

/// The places for a stream of `len` bytes, sorted.
pub fn places(cuts: &[Index], len: usize) -> Vec<usize> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(len + 1)).collect();
    places.sort_unstable();
    places
}

/// A line with its end, a blank line, or a line without an end, which continues with the next.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let whole = (name(), colon(), value(), line_end())
        .prop_map(|(name, colon, value, end)| [name, colon, &value, end].concat());
    let blank = line_end().prop_map(<[u8]>::to_vec);
    prop_oneof![5 => whole, 3 => blank]
}

fn name() -> impl Strategy<Value = &'static [u8]> {
    prop_oneof![
        8 => Just(&b"data"[..]),
        3 => Just(&b"id"[..]),
        3 => Just(&b"event"[..]),
        2 => Just(&b"retry"[..]),
        3 => Just(&b""[..]),
        // Near misses: case, spaces, prefixes of a name and more than one.
        2 => select(vec![
            &b"Data"[..], b"DATA", b" data", b"data ", b"dat", b"datas", b"i", b"ids", b"ID", b"even", b"events",
            b"retr", b"retries", b"\xEF\xBB\xBFdata", b"d\0ata", b"\xFFdata", b"dat\xC3\xA4", b"x", b" ",
        ]),
    ]
}

fn colon() -> impl Strategy<Value = &'static [u8]> {
    prop_oneof![
        6 => Just(&b": "[..]),
        4 => Just(&b":"[..]),
        2 => Just(&b""[..]),
        2 => select(vec![&b":  "[..], b":\t", b"::", b" :", b": :", b":\xC2\xA0", b":\0"]),
    ]
}

fn line_end() -> impl Strategy<Value = &'static [u8]> {
    prop_oneof![
        6 => Just(&b"\n"[..]),
        3 => Just(&b"\r\n"[..]),
        3 => Just(&b"\r"[..]),
        4 => select(vec![&b"\n\n"[..], b"\r\n\r\n", b"\r\r", b"\n\r", b"\r\n\n", b"\r\r\n"]),
        1 => Just(&b""[..]),
    ]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => Just(Vec::new()),
        3 => "[0-9]{1,4}".prop_map(String::into_bytes),
        1 => number(),
        8 => vec(token(), 1..5).prop_map(|tokens| tokens.concat()),
    ]
}

/// Values for `retry`: near the bound of u64, with leading zeros, and forms that other number parsers accept.
fn number() -> impl Strategy<Value = Vec<u8>> {
    let samples = [
        "18446744073709551615",
        "18446744073709551616",
        "018446744073709551615",
        "0000000000000000000000000007",
        "99999999999999999999999",
        "+5",
        "-5",
        "5 ",
        "0x5",
        "5.0",
        "1e3",
        "\u{0665}",
        "5\0",
        "4294967296",
    ];
    select(samples.map(|text| text.as_bytes().to_vec()).to_vec())
}

fn token() -> impl Strategy<Value = Vec<u8>> {
    let text = select(vec![
        "a",
        "b",
        " ",
        ":",
        "x: y",
        "data",
        "7",
        "\0",
        "\t",
        "{\"text\":\"hi\"}",
        "ä",
        "日本",
        "🦀",
        "\u{FEFF}",
        // Line ends elsewhere, but not in 9.2.5.
        "\u{2028}",
        "\u{2029}",
        "\u{85}",
        "\u{B}",
        "\u{C}",
        "\u{FFFD}",
    ]);
    let bad = select(vec![
        &b"\xFF"[..],
        b"\x80",
        b"\xC3",
        b"\xC0\x80",
        b"\xC0\x8A",
        b"\xE2\x82",
        b"\xE0\x80",
        b"\xED\xA0\x80",
        b"\xF0\x9F",
        b"\xF0\x9F\x92",
        b"\xF4\x90\x80\x80",
        b"\xF8\x88",
        b"\xEF\xBB",
        b"\xE2\x80",
    ]);
    // Long enough to leave the paths for short lines, to be shared instead of copied, and to be checked in parts.
    let long = (
        select(vec!["x", "é", "ab: "]),
        prop_oneof![8 => 10..200usize, 2 => 200..3000usize, 1 => 4000..20_000usize],
    );
    prop_oneof![
        12 => text.prop_map(|text| text.as_bytes().to_vec()),
        3 => bad.prop_map(<[u8]>::to_vec),
        1 => long.prop_map(|(text, times)| text.repeat(times).into_bytes()),
    ]
}
