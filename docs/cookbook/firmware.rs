//! A device without a heap: a server tells it what to do, and it reports what it measures.

use core::fmt;
use core::time::Duration;

use sse_proto::{Chunk, EncodeWithError, Event, EventType, IdText, Message, SliceDecoder, headers};

/// The decoder's buffer: data of up to 32 bytes, event types of up to 16, ids of up to 20, and the last event ID.
pub const ROOM: usize = 32 + 16 + 2 * 20;
const TEMPERATURE: EventType<'static> = EventType::from_static("temperature");

/// The body of a response, as the device's HTTP client has it.
pub trait Body {
    type Error;
    /// Waits for bytes. 0 is the end.
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error>;
}

/// What the server may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// In tenths of a degree.
    Setpoint(i32),
    Restart,
}

/// The headers of the next request: it goes on after the last event.
pub fn request_headers<'d>(decoder: &'d SliceDecoder<'_>) -> impl Iterator<Item = (&'static str, &'d [u8])> {
    let id = headers::trimmed_last_event_id_value(decoder.last_event_id()).ok().filter(|id| !id.is_empty());
    let always = headers::REQUEST_HEADERS.iter().map(|(name, value)| (*name, value.as_bytes()));
    always.chain(id.map(|id| (headers::LAST_EVENT_ID, id)))
}

/// Carries out what the server says, up to the end of this connection. Then wait and connect again.
pub fn follow<B: Body>(
    body: &mut B,
    decoder: &mut SliceDecoder<'_>,
    mut obey: impl FnMut(Command),
) -> Result<(), B::Error> {
    decoder.reconnect(); // a block that the last connection left open is dropped
    let mut buf = [0; 64];
    loop {
        let n = body.read(&mut buf)?;
        if n == 0 {
            return Ok(());
        }
        let mut chunk = Chunk::new(&buf[..n]);
        loop {
            match decoder.decode_event(&mut chunk) {
                Ok(Some(event)) => command(event).into_iter().for_each(&mut obey),
                Ok(None) => break,
                Err(_) => {} // larger than any command: skipped
            }
        }
    }
}

fn command(event: Event<'_>) -> Option<Command> {
    match event.event_type().as_str() {
        "setpoint" => event.data().parse().ok().map(Command::Setpoint),
        "restart" => Some(Command::Restart),
        _ => None, // of a later version of the server
    }
}

/// How long to wait before the next connection: what the server asks for by `retry`, within bounds.
pub fn wait(decoder: &SliceDecoder<'_>) -> Duration {
    let asked = decoder.reconnection_time().unwrap_or(Duration::from_secs(3));
    asked.clamp(Duration::from_secs(1), Duration::from_secs(300))
}

/// A measurement in tenths of a degree, as an event in `buf`. Returns its length.
pub fn report(number: u64, tenths: i32, buf: &mut [u8]) -> Result<usize, EncodeWithError<fmt::Error>> {
    let id = IdText::from(number);
    let message = Message::new().event_type(TEMPERATURE).id(id.as_event_id());
    message.encode_to_slice_with(buf, |data| write!(data, "{tenths}"))
}
