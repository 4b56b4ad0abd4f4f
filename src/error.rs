//! What can go wrong: where, which limit, and what to do about it.

use thiserror::Error;

/// A value that may not stand in its field.
///
/// Made by [`EventId::new`](crate::EventId::new) and [`EventType::new`](crate::EventType::new).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidValue {
    /// An empty event type means `message`; leave the field out instead.
    #[error("an event type must not be empty; leave it out to send a `message`")]
    EmptyEventType,
    /// The value holds a character that would end its line, or U+0000 in an id.
    #[error("an {field} must not hold {}, found at byte {position}", name_of(*.character))]
    Forbidden {
        /// What the value was for: `id` or `event type`.
        field: &'static str,
        /// The character: LF, CR or U+0000.
        character: char,
        /// Where it is, in bytes from the start of the value.
        position: usize,
    },
}

impl InvalidValue {
    /// The first LF, CR or (if `nul`) U+0000 of `value`.
    pub(crate) const fn find(field: &'static str, value: &str, nul: bool) -> Option<Self> {
        let bytes = value.as_bytes();
        let mut position = 0;
        while position < bytes.len() {
            let byte = bytes[position];
            if byte == b'\n' || byte == b'\r' || (nul && byte == 0) {
                return Some(Self::Forbidden { field, character: byte as char, position });
            }
            position += 1;
        }
        None
    }
}

fn name_of(character: char) -> &'static str {
    match character {
        '\n' => "LF (U+000A)",
        '\r' => "CR (U+000D)",
        _ => "U+0000",
    }
}
