//! What the board shows: a made-up shop, an answer word by word, a long job. Each event follows from its number alone, so whoever
//! makes the next one goes on where another left off, this process or another, after a restart or in its place.

use serde::Deserialize;
use serde_json::{Value, json};
use sse_proto::{Decoder, EventType, Frame};

use crate::entry::Draft;

const NUMBERS: EventType<'static> = EventType::from_static("numbers");
const TOKEN: EventType<'static> = EventType::from_static("token");
const PROGRESS: EventType<'static> = EventType::from_static("progress");
const LOG: EventType<'static> = EventType::from_static("log");

const ANSWERS: [(&str, &str); 4] = [
    (
        "Why do my events arrive all at once?",
        "Something between you and the server collects them. A proxy that buffers waits until it has enough; tell it not to with \
         X-Accel-Buffering: no. Compression does the same when it is not flushed after each event. The bytes were there in time, \
         only nobody passed them on.",
    ),
    (
        "What happens when the connection breaks?",
        "Your browser connects again by itself, after the time that the server named, and sends the id of the last event that it \
         has seen. The server answers with all that came after that one. You see the line on the right jump to waiting and back, \
         and the count of replayed events rise, and nothing is missing.",
    ),
    (
        "Why not WebSockets?",
        "If you talk back rarely, you do not need them. An event stream is one plain HTTP response: it passes proxies, it is \
         compressed, cached logins work, many of them share one HTTP/2 connection, and the browser knows how to resume it. What \
         you want to say goes the usual way, by a POST.",
    ),
    (
        "How do many viewers share one stream?",
        "Each event is encoded once. Every viewer gets the same bytes, a pointer and a count, never a copy. The log of past \
         events is the queue for all of them: who is slow holds a place in it, not a queue of their own, and who is too slow is \
         told so and starts from what is there.",
    ),
];

const JOB: &str = "Nightly build";
const STEPS: [&str; 10] = [
    "fetched the sources, 214 files",
    "compiled the scanner",
    "compiled the decoder",
    "compiled the encoder",
    "ran the vectors of the standard: all as they should be",
    "cut every stream at every byte: no difference",
    "fuzzed for a while: nothing new",
    "measured: nothing slower",
    "packed the archive",
    "published the documentation",
];
/// A step of the job has so many parts, of which the last one writes into the log.
const PARTS: u64 = 4;

/// In one round there are four events of numbers, four words of an answer and one part of the job.
const ROUND: u64 = 9;

/// Event number `n`, from 1 on.
pub fn event(n: u64, now: u64) -> Draft {
    let (round, place) = (n / ROUND, n % ROUND);
    let (kind, mut data) = match place {
        0 => part_of_job(round),
        1 | 3 | 5 | 7 => (NUMBERS, numbers(round * 4 + place / 2)),
        _ => (TOKEN, word(round * 4 + place / 2 - 1)),
    };
    if let Value::Object(fields) = &mut data {
        fields.insert("n".into(), n.into());
        fields.insert("at".into(), now.into());
    }
    Draft { kind, data: data.to_string() }
}

/// The number of an event as it was sent; 0 for what is none of these.
pub fn number(event: &[u8]) -> u64 {
    #[derive(Deserialize)]
    struct Numbered {
        n: u64,
    }
    let mut found = 0;
    Decoder::new().decode_all(event, |frame| {
        if let Ok(Frame::Event(event)) = frame {
            found = serde_json::from_str::<Numbered>(event.data()).map_or(0, |event| event.n);
        }
    });
    found
}

/// Waves of a day in a minute, and a little noise.
fn numbers(tick: u64) -> Value {
    let time = tick as f64 / 4.0;
    let wave = |period: f64| (time * std::f64::consts::TAU / period).sin();
    let noise = |seed: u64| (mixed(tick * 4 + seed) % 1000) as f64 / 1000.0 - 0.5;
    let visitors = 800.0 + 220.0 * wave(90.0) + 90.0 * wave(23.0) + 30.0 * noise(0);
    let latency = 18.0 + 5.0 * wave(41.0) + 3.0 * wave(7.0) + 4.0 * noise(1);
    let orders = visitors / 22.0 + 6.0 * noise(2);
    let revenue = orders * (31.0 + 5.0 * noise(3));
    let round = |value: f64| (value * 10.0).round() / 10.0;
    json!({
        "visitors": visitors.round() as u64,
        "orders": orders.round() as u64,
        "revenue": round(revenue),
        "latency": round(latency),
    })
}

fn word(count: u64) -> Value {
    let words: Vec<usize> = ANSWERS.iter().map(|(_, answer)| answer.split(' ').count()).collect();
    let all: usize = words.iter().sum();
    let (turn, mut at) = (count / all as u64, (count % all as u64) as usize);
    let mut which = 0;
    while at >= words[which] {
        at -= words[which];
        which += 1;
    }
    let (question, answer) = ANSWERS[which];
    let end = at + 1 == words[which];
    let text = answer.split(' ').nth(at).unwrap_or_default().to_owned() + if end { "" } else { " " };
    json!({
        "answer": turn * ANSWERS.len() as u64 + which as u64 + 1,
        "question": question,
        "at_word": at,
        "text": text,
        "end": end,
    })
}

fn part_of_job(count: u64) -> (EventType<'static>, Value) {
    let parts = STEPS.len() as u64 * PARTS;
    let (job, part) = (count / parts + 1, count % parts);
    if part % PARTS == PARTS - 1 {
        let line = STEPS[(part / PARTS) as usize];
        return (LOG, json!({ "job": job, "line": line }));
    }
    (PROGRESS, json!({ "job": job, "name": JOB, "step": part + 2, "of": parts }))
}

/// Far apart for numbers that are close.
fn mixed(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_shown_comes_and_its_number_can_be_read_again() {
        let mut kinds = std::collections::BTreeMap::<String, u64>::new();
        for n in 1..=9 * 40 * 12 {
            let draft = event(n, 5);
            let sent = sse_proto::Message::new().event_type(draft.kind).data(&draft.data).to_bytes();
            assert_eq!(number(&sent), n);
            *kinds.entry(draft.kind.as_str().into()).or_default() += 1;
        }
        let count = |kind: &str| kinds.get(kind).copied().unwrap_or_default();
        assert_eq!((count("numbers"), count("token")), (4 * 480, 4 * 480));
        assert_eq!((count("progress"), count("log")), (3 * 120, 120));
        assert_eq!(number(b"data: {}\n\n"), 0);
    }

    #[test]
    fn the_words_are_the_answers() {
        let mut said = String::new();
        for count in 0.. {
            let word = word(count);
            said += word["text"].as_str().unwrap();
            if word["end"] == true && word["answer"] == ANSWERS.len() {
                break;
            }
        }
        assert_eq!(said, ANSWERS.map(|(_, answer)| answer).concat());
    }
}
