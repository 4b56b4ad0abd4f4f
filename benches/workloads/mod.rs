//! Messages like those seen in the wild, made anew the same on every machine. Shared by the benchmarks
//! of both directions.

#![allow(dead_code, reason = "each benchmark takes what it needs")]

use std::fmt::Write as _;

/// One message, in terms of neither half of the crate. Ids and event types are legal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sample {
    /// One or more lines, ended by LF.
    pub(crate) comment: Option<String>,
    /// Not empty.
    pub(crate) event_type: Option<String>,
    /// May be empty, which clears.
    pub(crate) id: Option<String>,
    /// Milliseconds.
    pub(crate) retry_ms: Option<u64>,
    /// One or more lines, ended by LF. `None` means: no event.
    pub(crate) data: Option<String>,
}

/// Number of messages in a workload, but for those of large messages.
pub(crate) const COUNT: usize = 512;

/// All workloads with their names.
pub(crate) fn all() -> Vec<(&'static str, Vec<Sample>)> {
    vec![
        ("llm_delta_data_only", llm_delta_data_only()),
        ("llm_delta_event_type", llm_delta_event_type()),
        ("tiny", tiny()),
        ("mixed", mixed()),
        ("many_lines", many_lines()),
        ("non_ascii", non_ascii()),
        ("json", json()),
        ("gigantic", gigantic()),
        ("big_line", big_line()),
    ]
}

/// A chat completion chunk: about 320 bytes of JSON in one data line, nothing else.
pub(crate) fn llm_delta_data_only() -> Vec<Sample> {
    samples(1, |random, _| Sample {
        data: Some(format!(
            "{{\"id\":\"chatcmpl-{:016x}\",\"object\":\"chat.completion.chunk\",\"created\":17{:08},\
             \"model\":\"large-model-2026-10-01\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_{:010x}\",\
             \"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{}\"}},\"logprobs\":null,\"finish_reason\":null}}],\
             \"usage\":null,\"obfuscation\":\"{}\"}}",
            random.next(),
            random.next() % 100_000_000,
            random.next() >> 24,
            random.word(),
            random.letters(30),
        )),
        ..Sample::default()
    })
}

/// A content delta with its event type: about 125 bytes of data.
pub(crate) fn llm_delta_event_type() -> Vec<Sample> {
    samples(2, |random, _| Sample {
        event_type: Some("content_block_delta".into()),
        data: Some(format!(
            "{{\"type\":\"content_block_delta\",\"index\":{},\"delta\":{{\"type\":\"text_delta\",\"text\":\"{} {}\"}},\
             \"pad\":\"{}\"}}",
            random.next() % 10,
            random.word(),
            random.word(),
            random.letters(12),
        )),
        ..Sample::default()
    })
}

/// Five bytes of data.
pub(crate) fn tiny() -> Vec<Sample> {
    samples(3, |random, _| Sample { data: Some(random.letters(5)), ..Sample::default() })
}

/// Id, event type and data of varied length; here and there a comment, a retry, or no data at all.
pub(crate) fn mixed() -> Vec<Sample> {
    samples(4, |random, index| {
        let length = 20 + random.next() as usize % 120;
        Sample {
            comment: (index % 8 == 3).then(|| format!(" {}", random.word())),
            event_type: (index % 3 != 0).then(|| random.word().to_owned()),
            id: Some((1_000_000 + index).to_string()),
            retry_ms: (index % 64 == 5).then_some(3000),
            data: (index % 16 != 9).then(|| random.letters(length)),
        }
    })
}

/// Ten data lines of 60 bytes.
pub(crate) fn many_lines() -> Vec<Sample> {
    samples(5, |random, _| {
        let lines: Vec<_> = (0..10).map(|_| random.letters(60)).collect();
        Sample { data: Some(lines.join("\n")), ..Sample::default() }
    })
}

/// About 360 bytes of text that is hardly ASCII.
pub(crate) fn non_ascii() -> Vec<Sample> {
    samples(6, |random, _| {
        let mut data = String::from("{\"text\":\"");
        while data.len() < 356 {
            let scalar = match random.next() % 8 {
                0 => 0x1f600 + random.next() as u32 % 64, // an emoji, 4 bytes
                1 => 0xe0 + random.next() as u32 % 16,    // Latin, 2 bytes
                2 => 0x20,
                _ => 0x4e00 + random.next() as u32 % 4096, // Han, 3 bytes
            };
            data.extend(char::from_u32(scalar));
        }
        data.push_str("\"}");
        Sample { data: Some(data), ..Sample::default() }
    })
}

/// A JSON document of 1 to 2 KiB with id and event type: most are larger than a chunk of 1460 bytes. A quarter of
/// the usual count, so that the stream fits the same caches as the others.
pub(crate) fn json() -> Vec<Sample> {
    let mut random = Random(8);
    let document = |index: usize| {
        let length = 1024 + random.next() as usize % 1000;
        let mut data = format!("{{\"order\":{index},\"state\":\"{}\",\"items\":[", random.word());
        while data.len() < length {
            let (sku, count) = (random.letters(8), random.next() % 100);
            let _ = write!(data, "{{\"sku\":\"{sku}\",\"count\":{count},\"note\":\"{}\"}},", random.word());
        }
        data.push_str("null]}");
        Sample {
            event_type: Some("order_changed".into()),
            id: Some((1_000_000 + index).to_string()),
            data: Some(data),
            ..Sample::default()
        }
    };
    (0..COUNT / 4).map(document).collect()
}

/// One message of 3,000 data lines of 153 bytes: the size of the `gigantic` case of iMashtak/rust-sse-bench.
pub(crate) fn gigantic() -> Vec<Sample> {
    let mut random = Random(9);
    let lines: Vec<_> = (0..3000)
        .map(|index| {
            let head = format!("{{\"type\":\"response.delta\",\"index\":{index:04},\"delta\":\"");
            let rest = random.letters(153 - head.len() - 2);
            head + &rest + "\"}"
        })
        .collect();
    vec![Sample { data: Some(lines.join("\n")), ..Sample::default() }]
}

/// One message with a line of 1 MiB, like an image in base64.
pub(crate) fn big_line() -> Vec<Sample> {
    vec![Sample { data: Some(Random(7).letters(1 << 20)), ..Sample::default() }]
}

/// What a sample is on the wire, written down naively: the answer that a benchmark has to give.
pub(crate) fn expected(samples: &[Sample]) -> String {
    let mut text = String::new();
    for sample in samples {
        for line in sample.comment.iter().flat_map(|comment| comment.split('\n')) {
            let _ = writeln!(text, ":{line}");
        }
        if let Some(event_type) = &sample.event_type {
            let _ = writeln!(text, "event: {event_type}");
        }
        if let Some(id) = &sample.id {
            let _ = writeln!(text, "id: {id}");
        }
        if let Some(retry_ms) = sample.retry_ms {
            let _ = writeln!(text, "retry: {retry_ms}");
        }
        for line in sample.data.iter().flat_map(|data| data.split('\n')) {
            let _ = writeln!(text, "data: {line}");
        }
        text.push('\n');
    }
    text
}

fn samples(seed: u64, mut make: impl FnMut(&mut Random, usize) -> Sample) -> Vec<Sample> {
    let mut random = Random(seed);
    (0..COUNT).map(|index| make(&mut random, index)).collect()
}

/// A linear congruential generator (the multiplier and increment of Knuth's MMIX), its high bits.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 ^ (self.0 >> 32)
    }

    fn letters(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(b'a' + (self.next() % 26) as u8)).collect()
    }

    fn word(&mut self) -> &'static str {
        const WORDS: [&str; 8] = ["update", "the", "stream", "of", "server", "answer", "a", "tokens"];
        WORDS[self.next() as usize % WORDS.len()]
    }
}
