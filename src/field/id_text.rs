//! Ids made of numbers, without a heap.

use core::fmt;

use super::EventId;

/// Two numbers of up to 20 digits and a hyphen.
const LONGEST: usize = 2 * 20 + 1;

/// The text of an id that is made of numbers, on the stack: of a counter, or of an
/// [`EpochId`](crate::replay::EpochId).
///
/// ```
/// use sse_proto::{IdText, Message};
///
/// let id = IdText::from(42); // no allocation, and nothing that could fail
/// let message = Message::new().id(id.as_event_id()).data("x");
/// assert_eq!(message.to_string(), "id: 42\ndata: x\n\n");
/// ```
#[derive(Clone, Copy)]
pub struct IdText {
    /// ASCII in `bytes[start..]`; the bytes before it have no meaning.
    bytes: [u8; LONGEST],
    start: usize,
}

impl IdText {
    /// Empty. Digits and hyphens are added at the front.
    const EMPTY: Self = Self { bytes: [b'0'; LONGEST], start: LONGEST };

    /// The id as text.
    ///
    /// ```
    /// assert_eq!(sse_proto::IdText::from(42).as_str(), "42");
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Digits and a hyphen are UTF-8.
        core::str::from_utf8(self.bytes.get(self.start..).unwrap_or_default()).unwrap_or_default()
    }

    /// The id, for a [`Message`](crate::Message) and for [`ReplayLog::push`](crate::replay::ReplayLog::push).
    #[must_use]
    pub fn as_event_id(&self) -> EventId<'_> {
        EventId(self.as_str()) // digits and a hyphen are an id
    }

    /// The text of two numbers, with a hyphen between.
    #[cfg(feature = "alloc")]
    pub(crate) fn pair(first: u64, second: u64) -> Self {
        let mut text = Self::EMPTY;
        text.prepend_number(second);
        text.prepend(b'-');
        text.prepend_number(first);
        text
    }

    fn prepend(&mut self, byte: u8) {
        self.start = self.start.saturating_sub(1);
        if let Some(place) = self.bytes.get_mut(self.start) {
            *place = byte;
        }
    }

    fn prepend_number(&mut self, mut number: u64) {
        loop {
            self.prepend(b'0' + (number % 10) as u8);
            number /= 10;
            if number == 0 {
                return;
            }
        }
    }
}

/// Its decimal digits.
impl From<u64> for IdText {
    fn from(number: u64) -> Self {
        let mut text = Self::EMPTY;
        text.prepend_number(number);
        text
    }
}

impl AsRef<str> for IdText {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for IdText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for IdText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IdText").field(&self.as_str()).finish()
    }
}
