//! Three machines for C: a session as an `EventSource` has it, a reader of events, a splitter into lines. Bytes go in, JSON
//! comes out. Each function takes what `..._new` gave, from one thread at a time; each text that is returned is freed by
//! `text_free`.

mod lines;

use std::ffi::{CStr, CString, c_char};
use std::slice;
use std::time::Duration;

use lines::Lines;
use serde_json::{Value, json};
use sse_proto::session::{Action, ConnectionId, HeadOutcome, Session, Time};
use sse_proto::{Decoder, End, Event, Frame, FrameBuf, PushDecoder, Unfinished};

/// A session, its connection, and the time that the server has asked for: the session itself never waits less than its floor.
pub struct Source {
    session: Session,
    connection: Option<ConnectionId>,
    asked: Option<Duration>,
}

/// Events, and what the server asked for since the last one.
pub struct Reader {
    decoder: PushDecoder,
    retry: Option<Duration>,
}

fn text(value: &Value) -> *mut c_char {
    // JSON writes U+0000 as an escape.
    CString::new(value.to_string()).unwrap_or_default().into_raw()
}

/// # Safety
///
/// `bytes` points to `len` of them.
unsafe fn bytes<'b>(bytes: *const u8, len: usize) -> &'b [u8] {
    if len == 0 {
        return &[];
    }
    // SAFETY: as the caller says.
    unsafe { slice::from_raw_parts(bytes, len) }
}

const fn at(now: u64) -> Time {
    Time::after_start(Duration::from_millis(now))
}

fn of_event(event: Event<'_>) -> Value {
    json!({
        "type": event.event_type().as_str(),
        "data": event.data(),
        "id": event.id().map(|id| id.as_str()),
        "lastEventId": event.last_event_id().as_str(),
    })
}

#[unsafe(no_mangle)]
pub extern "C" fn session_new() -> *mut Source {
    let session = Session::builder().jitter_percent(0).build();
    Box::into_raw(Box::new(Source { session, connection: None, asked: None }))
}

/// What is to be done: `connect` with the id to send, or `wait` until a time in milliseconds, or nothing.
///
/// # Safety
///
/// `source` is from `session_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn session_poll(source: &mut Source, now: u64) -> *mut c_char {
    text(&match source.session.poll(at(now), 0) {
        Action::Connect(request) => {
            source.connection = Some(request.connection());
            json!({"connect": {"lastEventId": request.last_event_id().map(String::from_utf8_lossy)}})
        }
        Action::WaitUntil(time) => json!({"wait": time.since_start().as_millis() as u64}),
        other => json!({"other": format!("{other:?}")}),
    })
}

/// The head of the response; whether the stream is open.
///
/// # Safety
///
/// `source` is from `session_new`, `content_type` a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn session_head(
    source: &mut Source,
    status: u16,
    content_type: *const c_char,
    now: u64,
) -> bool {
    // SAFETY: as the caller says.
    let content_type = unsafe { CStr::from_ptr(content_type) };
    let Some(connection) = source.connection else { return false };
    source.session.response(connection, status, Some(content_type.to_bytes()), at(now)) == HeadOutcome::Opened
}

/// The events in bytes of the body.
///
/// # Safety
///
/// `source` is from `session_new`, `body` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn session_bytes(
    source: &mut Source,
    body: *const u8,
    len: usize,
    now: u64,
) -> *mut c_char {
    // SAFETY: as the caller says.
    let body = unsafe { bytes(body, len) };
    let mut events = Vec::new();
    if let Some(connection) = source.connection {
        let mut chunk = source.session.receive(connection, body, at(now));
        while let Some(frame) = source.session.decode(&mut chunk).transpose() {
            match frame {
                Ok(Frame::Event(event)) => events.push(of_event(event)),
                Ok(Frame::Retry(time)) => source.asked = Some(time),
                _ => {}
            }
        }
    }
    text(&events.into())
}

/// The body has ended, or the connection is lost if `failed`; the event that was not finished, if there was one.
///
/// # Safety
///
/// `source` is from `session_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn session_end(source: &mut Source, failed: bool, now: u64) -> *mut c_char {
    let Some(connection) = source.connection.take() else { return text(&Value::Null) };
    if failed {
        source.session.network_error(connection, at(now));
        return text(&Value::Null);
    }
    text(&match source.session.end_of_body(connection, at(now)) {
        End::Truncated(block) => block.event().map_or(Value::Null, of_event),
        _ => Value::Null,
    })
}

/// # Safety
///
/// `source` is from `session_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn session_state(source: &mut Source) -> *mut c_char {
    let session = &source.session;
    text(&json!({
        "lastEventId": session.last_event_id().as_str(),
        "reconnectDelay": source.asked.unwrap_or(session.reconnection_time()).as_millis() as u64,
    }))
}

#[unsafe(no_mangle)]
pub extern "C" fn reader_new() -> *mut Reader {
    let decoder = Decoder::builder().unfinished(Unfinished::Discard).build();
    Box::into_raw(Box::new(Reader { decoder: decoder.into(), retry: None }))
}

/// The events in the bytes, each with the `retry` that came before it.
///
/// # Safety
///
/// `reader` is from `reader_new`, `chunk` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn reader_push(reader: &mut Reader, chunk: *const u8, len: usize) -> *mut c_char {
    // SAFETY: as the caller says.
    let chunk = unsafe { bytes(chunk, len) };
    let mut events = Vec::new();
    if reader.decoder.push_slice(chunk).is_ok() {
        for frame in reader.decoder.by_ref() {
            match frame {
                Ok(FrameBuf::Event(event)) => {
                    let mut value = of_event(event.as_event());
                    value["retry"] = json!(reader.retry.take().map(|delay| delay.as_millis() as u64));
                    events.push(value);
                }
                Ok(FrameBuf::Retry(delay)) => reader.retry = Some(delay),
                _ => {}
            }
        }
    }
    text(&events.into())
}

#[unsafe(no_mangle)]
pub extern "C" fn lines_new() -> *mut Lines {
    Box::into_raw(Box::default())
}

/// The lines that have ended with these bytes.
///
/// # Safety
///
/// `lines` is from `lines_new`, `chunk` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lines_push(lines: &mut Lines, chunk: *const u8, len: usize) -> *mut c_char {
    // SAFETY: as the caller says.
    text(&lines.push(unsafe { bytes(chunk, len) }).into())
}

/// The line that has not ended, or null.
///
/// # Safety
///
/// `lines` is from `lines_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lines_end(lines: &mut Lines) -> *mut c_char {
    text(&lines.end().into())
}

/// # Safety
///
/// `text` was returned by a function of this library and is not used any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn text_free(text: *mut c_char) {
    // SAFETY: as the caller says.
    drop(unsafe { CString::from_raw(text) });
}
