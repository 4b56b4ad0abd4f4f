//! Law 9, run instead of believed: a program with no `std`, no `alloc` crate and no allocator links the crate
//! without its features, encodes into a buffer on the stack, decodes and scans it byte by byte from there, and exits with 0
//! if what came out is what went in. An allocator that crept in would not link.
#![no_std]
#![no_main]

use core::ffi::{c_char, c_int};
use core::panic::PanicInfo;

use sse_proto::{
    Chunk, DecodeError, End, EventId, EventType, Frame, KEEP_ALIVE, LineKind, Message, Scanner, SliceDecoder,
    Token,
};

/// The program of the cookbook: here it runs without an allocator.
#[path = "../../../docs/cookbook/firmware.rs"]
mod firmware;

// The C library of the host only starts and ends the program: a microcontroller has its own way.
#[link(name = "c")]
unsafe extern "C" {
    fn abort() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: takes nothing and does not return.
    unsafe { abort() }
}

/// `core` comes compiled for unwinding and asks for this by name; with `panic = "abort"` nobody calls it.
// SAFETY: the one symbol of this name in the program.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

// SAFETY: the one symbol of this name; the C library calls it once.
#[unsafe(no_mangle)]
extern "C" fn main(_argc: c_int, _argv: *const *const c_char) -> c_int {
    match run() {
        Some(()) => 0,
        None => 1,
    }
}

/// What the fields of the blocks were, on the stack.
#[derive(Default)]
struct Fields {
    data: Text<64>,
    event_type: Text<16>,
    id: Text<16>,
    comments: usize,
    blocks: usize,
}

fn run() -> Option<()> {
    let mut buffer = [0; 160];
    let mut len = KEEP_ALIVE.len();
    buffer.get_mut(..len)?.copy_from_slice(KEEP_ALIVE);
    let id = EventId::new("7").ok()?;
    let message = Message::new().event_type(EventType::from_static("temp")).id(id).data("21.5\r\n22");
    len += message.encode_to_slice(buffer.get_mut(len..)?).ok()?;
    let mut written = Text::<64>::default();
    message.encode_to_fmt(&mut written).ok()?;
    (written.bytes() == buffer.get(KEEP_ALIVE.len()..len)?).then_some(())?;
    // One that does not fit says so.
    Message::new().data("more").encode_to_slice(&mut [0; 4]).err()?;
    // A value formatted straight into its field.
    let number = Message::new().encode_to_slice_with(buffer.get_mut(len..)?, |data| write!(data, "{}", 42));
    len += number.ok()?;

    decode(buffer.get(..len)?)?;
    obey()?;

    let mut fields = Fields::default();
    let mut scanner = Scanner::new();
    for chunk in buffer.get(..len)?.chunks(1) {
        let mut input = chunk;
        while let Some(token) = scanner.scan(&mut input) {
            fields.take(token)?;
        }
    }
    (scanner.finish().is_none() && fields.blocks == 3 && fields.comments == 1).then_some(())?;
    let same = fields.data.bytes() == b"21.5;22;42;"
        && fields.event_type.bytes() == b"temp"
        && fields.id.bytes() == b"7";
    same.then_some(())
}

/// One byte of a body after the other.
struct Body(core::slice::Iter<'static, u8>);

impl firmware::Body for Body {
    type Error = ();

    fn read(&mut self, buf: &mut [u8]) -> Result<usize, ()> {
        Ok(buf.iter_mut().zip(self.0.by_ref().take(1)).map(|(to, byte)| *to = *byte).count())
    }
}

/// The device of the cookbook gets two commands, knows where to go on, and reports.
fn obey() -> Option<()> {
    let mut room = [0; firmware::ROOM];
    let mut decoder = SliceDecoder::new(&mut room);
    let mut body = Body(b"id: 7\nevent: setpoint\ndata: 215\n\nevent: restart\ndata\n\n".iter());
    let (mut tenths, mut restarts) = (0, 0);
    firmware::follow(&mut body, &mut decoder, |command| match command {
        firmware::Command::Setpoint(wanted) => tenths = wanted,
        firmware::Command::Restart => restarts += 1,
    })
    .ok()?;
    let mut report = [0; 64];
    let len = firmware::report(1, tenths, &mut report).ok()?;
    let same = report.get(..len)? == b"event: temperature\nid: 1\ndata: 215\n\n"
        && firmware::request_headers(&decoder).last() == Some(("last-event-id", b"7"))
        && firmware::wait(&decoder).as_secs() == 3;
    (same && restarts == 1).then_some(())
}

/// The whole standard over a buffer on the stack: lines joined, the id kept, what is broken mended, and what does not fit told.
fn decode(stream: &[u8]) -> Option<()> {
    let mut buffer = [0; 16];
    let mut decoder = SliceDecoder::builder().comments(true).build(&mut buffer);
    let (mut events, mut comments, mut retries) = (0, 0, 0);
    let rest = b"retry: 3000\nevent: odd\ndata: \xE2\x82\ndata\n\ndata: hal";
    for byte in stream.chunks(1).chain(rest.chunks(1)) {
        let mut chunk = Chunk::new(byte);
        while let Some(frame) = decoder.decode(&mut chunk).ok()? {
            match frame {
                Frame::Event(event) => {
                    let (event_type, data) =
                        *[("temp", "21.5\n22"), ("message", "42"), ("odd", "\u{FFFD}\n")].get(events)?;
                    let same = event.event_type() == event_type && event.data() == data;
                    (same && event.last_event_id() == "7" && event.id().is_some() == (events == 0))
                        .then_some(())?;
                    events += 1;
                }
                Frame::Comment(_) => comments += 1,
                Frame::Retry(time) => retries += time.as_millis(),
                _ => return None,
            }
        }
    }
    ((events, comments, retries) == (3, 1, 3000)).then_some(())?;
    let End::Truncated(block) = decoder.finish() else { return None };
    (block.is_in_line() && block.event()?.data() == "hal").then_some(())?;

    decoder.reconnect_after(EventId::from_static("41")).ok()?;
    let mut chunk = Chunk::new(b"data: 0123456789abcdef\n\ndata: next\n\n");
    let Err(DecodeError::EventTooLarge { limit: 16, offset: 20, .. }) = decoder.decode(&mut chunk) else {
        return None;
    };
    let event = decoder.decode_event(&mut chunk).ok()??;
    (event.data() == "next" && event.last_event_id() == "41").then_some(())
}

impl Fields {
    fn take(&mut self, token: Token<'_>) -> Option<()> {
        match token {
            Token::BlankLine { .. } => self.blocks += 1,
            Token::Piece(piece) => match piece.kind {
                LineKind::Data => {
                    self.data.push(piece.bytes)?;
                    self.data.push(if piece.last { b";" } else { b"" })?;
                }
                LineKind::Event => self.event_type.push(piece.bytes)?,
                LineKind::Id => self.id.push(piece.bytes)?,
                LineKind::Comment => self.comments += usize::from(piece.last),
                _ => return None,
            },
            _ => return None,
        }
        Some(())
    }
}

/// A string on the stack.
struct Text<const N: usize> {
    buffer: [u8; N],
    len: usize,
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Self { buffer: [0; N], len: 0 }
    }
}

impl<const N: usize> Text<N> {
    fn push(&mut self, bytes: &[u8]) -> Option<()> {
        self.buffer.get_mut(self.len..)?.get_mut(..bytes.len())?.copy_from_slice(bytes);
        self.len += bytes.len();
        Some(())
    }

    fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }
}

impl<const N: usize> core::fmt::Write for Text<N> {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.push(text.as_bytes()).ok_or(core::fmt::Error)
    }
}
