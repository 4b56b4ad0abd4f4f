//! Converts a fuzzer's bytes into inputs. Each byte chooses a symbol, so a change of one byte makes another stream or
//! message, and seldom nonsense.

use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};

use super::cuts;
use super::messages::Parts;
#[cfg(feature = "std")]
use super::network::Connection;
use super::twin::{Policy, Rules};

/// The number of bytes before the stream: see [`Case::arbitrary`].
pub const HEADER: usize = 12;

/// A stream, its cuts, and the rules to read it.
#[derive(Debug, Clone)]
pub struct Case {
    pub stream: Vec<u8>,
    /// In ascending order.
    pub cuts: Vec<usize>,
    /// With a limit of some bytes.
    pub limited: Rules,
    /// Like `limited`, or without a limit.
    pub rules: Rules,
}

impl Case {
    /// For tests that choose the values of a fuzzer's bytes: with one set of rules.
    pub fn new(stream: Vec<u8>, cuts: Vec<usize>, rules: Rules) -> Self {
        Self { stream, cuts, limited: rules.clone(), rules }
    }

    /// At most the first `most` bytes: a symbol may stand for a line of 64 KiB, and byte by byte a stream of many takes seconds.
    #[must_use]
    pub fn shortened(mut self, most: usize) -> Self {
        self.stream.truncate(most);
        self.cuts.iter_mut().for_each(|cut| *cut = (*cut).min(self.stream.len()));
        self
    }

    /// The stream whole, with its cuts, byte by byte, and byte by byte with empty chunks between.
    pub fn chunkings(&self) -> [Vec<usize>; 4] {
        let each = cuts::each(self.stream.len());
        let empty = cuts::with_empty(&each, self.stream.len());
        [Vec::new(), self.cuts.clone(), each, empty]
    }
}

impl<'a> Arbitrary<'a> for Case {
    /// The format: flags, a zero, the limit, and four cuts of two bytes each; then the stream, unchanged or in
    /// symbols.
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut header = [0; HEADER];
        u.fill_buffer(&mut header)?;
        let [flags, _, numbers @ ..] = header;
        let rest = u.bytes(u.len())?;
        let stream = if flags & 1 == 0 { rest.to_vec() } else { rest.iter().flat_map(symbol).collect() };
        let mut numbers =
            numbers.chunks_exact(2).map(|pair| usize::from(u16::from_le_bytes([pair[0], pair[1]])));
        let limit = numbers.next().unwrap_or_default() % 600;
        let mut cuts: Vec<usize> = numbers.map(|number| number % (stream.len() + 1)).collect();
        cuts.sort_unstable();
        let policy = if flags & 2 == 0 { Policy::Commit } else { Policy::Keep };
        let limited = Rules { limit, policy, comments: flags & 4 == 0, ..Rules::default() };
        let limit = if flags & 8 == 0 { usize::MAX } else { limit };
        Ok(Self { stream, cuts, rules: Rules { limit, ..limited.clone() }, limited })
    }
}

const NAMES: [&str; 20] = [
    "data: ", "event: ", "id: ", "retry: ", ":", "data", "event", "id", "retry", " ", "\n", "\r", "\r\n",
    "\n\n", "data:", "id:", "event:", "Data", "datas", "\u{FEFF}",
];

const BYTES: [&[u8]; 14] = [
    b"\xEF",
    b"\xEF\xBB",
    b"\xBF",
    b"\xFF",
    b"\xC3",
    b"\xE2\x82",
    b"\xF0\x9F\x92",
    b"\xED\xA0\x80",
    b"\xC0\x80",
    b"\x85",
    b"\0",
    b"18446744073709551615",
    b"18446744073709551616",
    b"0007",
];

const TEXTS: [&str; 10] =
    ["a", "b: ", "7", "\t", "ä", "日本", "🦀", "\u{2028}", "\u{85}", "{\"text\":\"hi\"}"];

/// Long enough for code that works by blocks or in windows, or that shares instead of copying.
const LONG: [(&str, usize); 8] =
    [("x", 15), ("x", 64), ("é", 40), ("x", 300), ("日", 1000), ("x", 5000), ("\n", 70), ("x\n", 40)];

/// The piece of a stream for which a byte stands.
fn symbol(byte: &u8) -> Vec<u8> {
    let byte = usize::from(*byte);
    match byte {
        0..160 => NAMES[byte % NAMES.len()].into(),
        160..200 => BYTES[byte % BYTES.len()].into(),
        200..245 => TEXTS[byte % TEXTS.len()].into(),
        _ => LONG.get(byte - 245).map_or(vec![byte as u8], |(text, times)| text.repeat(*times).into()),
    }
}

/// A network, and how a driver is used on it.
#[cfg(feature = "std")]
#[derive(Debug, Clone)]
pub struct Networked {
    pub connections: Vec<Connection>,
    /// Of the decoder, in bytes.
    pub limit: usize,
    /// Whether there is a second request.
    pub reconnects: bool,
    /// Which setting of `Unfinished`.
    pub unfinished: u8,
    /// After so many updates the caller connects again, or closes.
    pub intervenes: Option<(usize, bool)>,
}

#[cfg(feature = "std")]
impl<'a> Arbitrary<'a> for Networked {
    /// Flags, the limit, what the caller does; then up to eight connections, each until a byte ends it.
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let [flags, limit, after]: [u8; 3] = u.arbitrary()?;
        let mut connections = Vec::new();
        while !u.is_empty() && connections.len() < 8 {
            connections.push(connection(u)?);
        }
        Ok(Self {
            connections,
            limit: if flags & 1 == 0 { usize::MAX } else { usize::from(limit) },
            reconnects: flags & 2 == 0,
            unfinished: flags >> 2 & 3,
            intervenes: (flags & 16 != 0).then_some((usize::from(after % 16), flags & 32 == 0)),
        })
    }
}

/// In seconds, on both sides of a timeout of 45.
#[cfg(feature = "std")]
const DELAYS: [u64; 5] = [0, 1, 44, 46, 100];

#[cfg(feature = "std")]
fn connection(u: &mut Unstructured<'_>) -> Result<Connection> {
    let byte: u8 = u.arbitrary()?;
    let delay = |byte: u8| DELAYS[usize::from(byte) % DELAYS.len()];
    let mut connection = match byte {
        0..20 => return Ok(Connection::refused(delay(byte))),
        20..30 => return Ok(Connection::silent_head()),
        30..40 => return Ok(Connection::status(delay(byte), [204, 401, 500, 200][usize::from(byte) % 4])),
        40..70 => return Ok(Connection::status(delay(byte), 503)),
        70..80 => Connection::status(delay(byte), 503).header("Retry-After", "20"),
        _ => Connection::status(delay(byte), 200).header("Content-Type", "text/event-stream"),
    };
    while let Ok(byte) = u.arbitrary::<u8>() {
        connection = match byte {
            0..10 => return Ok(connection.ends(delay(byte))),
            10..20 => return Ok(connection.breaks(delay(byte))),
            20..25 => return Ok(connection.silent()),
            _ => {
                let symbols = u.bytes(usize::from(byte % 16).min(u.len()))?;
                let mut bytes: Vec<u8> = symbols.iter().flat_map(symbol).collect();
                bytes.truncate(16 * 1024); // what a blocking driver reads at once
                // A read of nothing is the end to a blocking reader.
                if bytes.is_empty() { connection } else { connection.bytes(delay(byte / 16), bytes) }
            }
        };
    }
    Ok(connection.silent())
}

/// Messages one after the other, and where their bytes are cut.
#[derive(Debug, Arbitrary)]
pub struct Sent {
    cuts: [u16; 4],
    pub messages: Vec<Parts>,
}

impl Sent {
    /// The cuts for `len` bytes, in ascending order.
    pub fn cuts(&self, len: usize) -> Vec<usize> {
        let mut cuts = self.cuts.map(|cut| usize::from(cut) % (len + 1)).to_vec();
        cuts.sort_unstable();
        cuts
    }
}

/// A message, and the data written to it in pieces.
#[derive(Debug)]
pub struct Written {
    pub parts: Parts,
    pub text: String,
    pub cuts: Vec<(usize, bool)>,
}

impl<'a> Arbitrary<'a> for Written {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let cuts: [(u8, bool); 4] = u.arbitrary()?;
        let parts = u.arbitrary()?;
        let text = text(u)?;
        let cuts = cuts.map(|(place, as_text)| (usize::from(place) % (text.len() + 1), as_text)).to_vec();
        Ok(Self { parts, text, cuts })
    }
}

/// A call of a `FieldWriter`.
#[derive(Debug, Clone)]
pub enum Call {
    Comment(String),
    Event(String),
    Id(String),
    Retry(Duration),
    Data(String),
    /// As text, or as bytes cut in two at the place.
    Write(String, Option<usize>),
}

impl<'a> Arbitrary<'a> for Call {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let kind: u8 = u.arbitrary()?;
        let without = |text: String, forbidden: &[char]| text.replace(forbidden, "-");
        Ok(match kind % 8 {
            0 => Self::Comment(text(u)?),
            1 => {
                let name = without(text(u)?, &['\n', '\r']);
                Self::Event(if name.is_empty() { "x".into() } else { name }) // none is empty
            }
            2 => Self::Id(without(text(u)?, &['\n', '\r', '\0'])),
            3 => Self::Retry(Duration::from_millis(u.arbitrary()?)),
            4 => Self::Data(text(u)?),
            kind => Self::Write(text(u)?, (kind < 7).then_some(usize::from(u.arbitrary::<u8>()?))),
        })
    }
}

impl<'a> Arbitrary<'a> for Parts {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let has: u8 = u.arbitrary()?;
        let mut field = |bit: u8| if has & bit == 0 { Ok(None) } else { text(u).map(Some) };
        let without = |forbidden: &'static [char]| move |text: String| text.replace(forbidden, "-");
        let (comment, data) = (field(1)?, field(2)?);
        let event_type = field(4)?.map(without(&['\n', '\r'])).filter(|text| !text.is_empty());
        let id = field(8)?.map(without(&['\n', '\r', '\0']));
        let retry = if has & 16 == 0 { None } else { Some(u.arbitrary::<u64>()?) };
        let retry = retry.map(|time| match has & 32 {
            0 => Duration::from_millis(time),
            _ => Duration::new(time, 999_999_999),
        });
        Ok(Self { comment, event_type, id, retry, data })
    }
}

/// Up to 15 symbols of text.
fn text(u: &mut Unstructured<'_>) -> Result<String> {
    let count = u.int_in_range(0..=15)?;
    let mut text = String::new();
    for _ in 0..count {
        let byte = usize::from(u.arbitrary::<u8>()?);
        match byte {
            0..120 => text.push_str(NAMES[byte % NAMES.len()]),
            120..200 => text.push_str(TEXTS[byte % TEXTS.len()]),
            200..208 => text.push_str(&LONG[byte - 200].0.repeat(LONG[byte - 200].1)),
            208..224 => text.push('\0'),
            _ => text.push(u.arbitrary()?),
        }
    }
    Ok(text)
}
