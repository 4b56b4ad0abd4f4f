//! A client on the standard library alone: HTTP/1.0, so that the body is plain bytes up to the end.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use sse_proto::{Decoder, EventBuf, EventReader, headers};

use crate::Error;

/// Reads the events of `path` up to the end of the stream, and returns them with the decoder, which knows the last event
/// ID for the next connection.
pub fn read(address: &str, path: &str, decoder: Decoder) -> Result<(Vec<EventBuf>, Decoder), Error> {
    let mut connection = TcpStream::connect(address)?;
    write!(connection, "GET {path} HTTP/1.0\r\nHost: {address}\r\n")?;
    for (name, value) in headers::REQUEST_HEADERS {
        write!(connection, "{name}: {value}\r\n")?;
    }
    // An id may hold what no header may: then it is left out, or no connection would ever be made again.
    if let Ok(id @ [_, ..]) = headers::trimmed_last_event_id_value(decoder.last_event_id()) {
        write!(connection, "{}: ", headers::LAST_EVENT_ID)?;
        connection.write_all(id)?;
        write!(connection, "\r\n")?;
    }
    write!(connection, "\r\n")?;

    let mut response = BufReader::new(connection);
    check_head(&mut response)?;
    let mut events = EventReader::with_decoder(response, decoder);
    let seen = events.by_ref().collect::<Result<_, _>>()?;
    // What the next connection needs; a block that is open now is dropped when it begins.
    let (_, decoder) = events.into_parts();
    Ok((seen, decoder))
}

/// Status 200 and the right media type, or an error that says what came instead.
fn check_head(response: &mut impl BufRead) -> Result<(), Error> {
    let mut line = String::new();
    response.read_line(&mut line)?;
    if line.split(' ').nth(1) != Some("200") {
        return Err(format!("no event stream: {}", line.trim_end()).into());
    }
    let mut is_event_stream = false;
    loop {
        line.clear();
        response.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case(headers::CONTENT_TYPE) => {
                is_event_stream = headers::is_event_stream(value.trim());
            }
            Some(_) => {}
        }
    }
    if is_event_stream { Ok(()) } else { Err("no event stream: another content type".into()) }
}
