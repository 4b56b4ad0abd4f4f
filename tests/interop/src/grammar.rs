//! Random streams, weighted to what decoders get wrong: plain text is rare in them.

use fastrand::Rng;

const STARTS: [&[u8]; 6] =
    [b"\xEF\xBB\xBF", b"\xEF", b"\xEF\xBB", b"\xEF\xBB\n", b"\xEF\xBB\xBF\xEF\xBB\xBF", b"\n"];
const LINE_ENDS: [&[u8]; 10] =
    [b"\n", b"\n", b"\r\n", b"\r", b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r", b"\r\n\n", b"\r\r\n"];
const COLONS: [&[u8]; 10] = [b":", b": ", b":  ", b":\t", b"::", b" :", b": :", b":\xC2\xA0", b":\0", b""];
/// Near misses: case, spaces, prefixes of a name and more than one.
const NAMES: [&[u8]; 24] = [
    b"",
    b"Data",
    b"DATA",
    b" data",
    b"data ",
    b"dat",
    b"datas",
    b"datadata",
    b"i",
    b"ids",
    b"ID",
    b"Id",
    b"even",
    b"events",
    b"Event",
    b"retr",
    b"retries",
    b"\xEF\xBB\xBFdata",
    b"d\0ata",
    b"\xFFdata",
    b"dat\xC3\xA4",
    b"\xE2\x80\xA8data",
    b"x",
    b" ",
];
const NUMBERS: [&str; 8] = ["0", "5", "007", "+5", "-5", "5 ", "0x5", "1e3"];
const TEXTS: [&str; 24] = [
    "a",
    "b",
    " ",
    ":",
    "x: y",
    "data",
    "data: x",
    "7",
    "\0",
    "\t",
    "{\"text\":\"hi\"}",
    "ä",
    "日本",
    "🦀",
    "\u{feff}",
    // Line ends elsewhere, but not in 9.2.5.
    "\u{2028}",
    "\u{2029}",
    "\u{85}",
    "\u{b}",
    "\u{c}",
    "\u{1e}",
    "\u{fffd}",
    "\u{7f}",
    "\u{10ffff}",
];
/// Bad UTF-8 of each kind: no start, cut short, overlong, a surrogate, too large, bytes that never occur.
const BAD: [&[u8]; 18] = [
    b"\x80",
    b"\xBF\xBF",
    b"\xC3",
    b"\xE2\x82",
    b"\xE2\x80",
    b"\xEF\xBB",
    b"\xF0\x9F",
    b"\xF0\x9F\x92",
    b"\xC0\x80",
    b"\xC0\x8A",
    b"\xC1\xBF",
    b"\xE0\x80",
    b"\xE0\x9F\xBF",
    b"\xED\xA0\x80",
    b"\xF0\x80\x80\x8D",
    b"\xF4\x90\x80\x80",
    b"\xF8\x88",
    b"\xFF",
];

/// A stream; with `retry` also fields of that name.
pub fn stream(random: &mut Rng, retry: bool) -> Vec<u8> {
    let mut stream = Vec::new();
    if one_in(random, 4) {
        stream.extend(pick(random, &STARTS));
    }
    for _ in 0..random.usize(..30) {
        if one_in(random, 3) {
            stream.extend(pick(random, &LINE_ENDS));
        } else {
            line(random, retry, &mut stream);
        }
    }
    stream
}

/// A line with its end, mostly: without one it runs into the next.
fn line(random: &mut Rng, retry: bool, stream: &mut Vec<u8>) {
    let name: &[u8] = match random.usize(..16) {
        0..7 => b"data",
        7..10 => b"id",
        10..13 => b"event",
        13 if retry => b"retry",
        14 => b"",
        _ => pick(random, &NAMES),
    };
    stream.extend(name);
    stream.extend(match random.usize(..4) {
        0 => &b":"[..],
        1..3 => b": ",
        _ => pick(random, &COLONS),
    });
    match random.usize(..8) {
        0 => {}
        1 => stream.extend(pick(random, &NUMBERS.map(str::as_bytes))),
        _ => (0..random.usize(1..5)).for_each(|_| token(random, stream)),
    }
    if !one_in(random, 20) {
        stream.extend(pick(random, &LINE_ENDS));
    }
}

fn token(random: &mut Rng, stream: &mut Vec<u8>) {
    match random.usize(..32) {
        0..22 => stream.extend(pick(random, &TEXTS.map(str::as_bytes))),
        22..31 => stream.extend(pick(random, &BAD)),
        _ => {
            let text = pick(random, &["x", "é", "ab: "]);
            stream.extend(text.repeat(random.usize(10..3000)).as_bytes());
        }
    }
}

fn one_in(random: &mut Rng, n: usize) -> bool {
    random.usize(..n) == 0
}

fn pick<'t, T: ?Sized>(random: &mut Rng, from: &[&'t T]) -> &'t T {
    from[random.usize(..from.len())]
}
