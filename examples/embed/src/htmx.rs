//! The events of htmx's extension `sse`: HTML in the data, under the name that an element of the page waits for.
//!
//! ```html
//! <div hx-ext="sse" sse-connect="/events"><p sse-swap="price"></p></div>
//! ```

use bytes::Bytes;
use sse_proto::{EventType, InvalidValue, Message};

/// Puts `html` into each element with `sse-swap="NAME"`. For a [`Hub`](crate::broadcast::Hub), which sends it to all pages.
pub fn swap(name: &str, html: &str) -> Result<Bytes, InvalidValue> {
    Ok(Message::new().event_type(EventType::new(name)?).data(html).to_bytes())
}

/// The page ends its connection, if it says `sse-close="NAME"`; else it would come back after the end of the stream.
pub fn close(name: &str) -> Result<Bytes, InvalidValue> {
    swap(name, "")
}
