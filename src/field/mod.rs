//! The rules for one value: `EventId` and `EventType` are checked when they are created, so nothing built from them
//! can break the framing of a stream.

#[cfg(feature = "alloc")]
mod id_buf;
mod id_text;

use core::fmt;

use crate::error::InvalidValue;

#[cfg(feature = "alloc")]
pub use id_buf::EventIdBuf;
pub use id_text::IdText;

/// A value of the `id` field: any text without U+0000, LF and CR (WHATWG HTML 9.2.4).
///
/// The empty id is legal; it clears the last event ID.
///
/// ```
/// use sse_proto::EventId;
///
/// const FIRST: EventId<'static> = EventId::from_static("1"); // checked by the compiler
/// assert_eq!(FIRST.as_str(), "1");
///
/// let error = EventId::new("1\n2").unwrap_err();
/// assert_eq!(error.to_string(), "an id must not contain LF (U+000A), found at byte 1");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EventId<'a>(&'a str);

/// A value of the `event` field: any text without LF and CR, and not empty, because an empty
/// value means the default type `message` (WHATWG HTML 9.2.6).
///
/// ```
/// use sse_proto::EventType;
///
/// const PING: EventType<'static> = EventType::from_static("ping"); // checked by the compiler
/// assert_eq!(PING.as_str(), "ping");
///
/// assert!(EventType::new("").is_err());
/// let error = EventType::new("a\rb").unwrap_err();
/// assert_eq!(error.to_string(), "an event type must not contain CR (U+000D), found at byte 1");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventType<'a>(&'a str);

impl<'a> EventId<'a> {
    /// The id that clears the last event ID.
    ///
    /// ```
    /// assert!(sse_proto::EventId::EMPTY.is_empty());
    /// ```
    pub const EMPTY: EventId<'static> = EventId("");

    /// Checks `id`.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] names the first character that an id must not contain (U+0000, LF, CR) and
    /// its position in bytes.
    ///
    /// ```
    /// assert!(sse_proto::EventId::new("").is_ok());
    /// assert!(sse_proto::EventId::new("a\0b").is_err());
    /// ```
    #[inline]
    pub const fn new(id: &'a str) -> Result<Self, InvalidValue> {
        match InvalidValue::find("id", id, true) {
            Some(error) => Err(error),
            None => Ok(Self(id)),
        }
    }

    /// Checks `id`. In a `const`, an invalid value is a compile error.
    ///
    /// # Panics
    ///
    /// At run time, if `id` is not valid: use [`EventId::new`] for values that are not constants.
    ///
    /// ```compile_fail
    /// const BAD: sse_proto::EventId<'static> = sse_proto::EventId::from_static("1\r");
    /// ```
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "documented: a bad constant is to fail where it is written")]
    pub const fn from_static(id: &'static str) -> EventId<'static> {
        match EventId::new(id) {
            Ok(id) => id,
            Err(_) => panic!(
                "an id must not contain U+0000, LF or CR; for one that is not a constant, `EventId::new` returns an error"
            ),
        }
    }

    /// The id as text.
    ///
    /// ```
    /// assert_eq!(sse_proto::EventId::from_static("7").as_str(), "7");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether the id is empty, that is, clears the last event ID.
    ///
    /// ```
    /// assert!(!sse_proto::EventId::from_static("7").is_empty());
    /// ```
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// A decoded id: lines end at CR and LF, and the decoder has ignored an id with U+0000.
    pub(crate) const fn decoded(id: &'a str) -> Self {
        Self(id)
    }
}

impl<'a> EventType<'a> {
    /// The type of an event that names none.
    ///
    /// ```
    /// assert_eq!(sse_proto::EventType::MESSAGE, "message");
    /// ```
    pub const MESSAGE: EventType<'static> = EventType("message");

    /// Checks `event_type`.
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] says that it is empty, or names the first CR or LF in it and its
    /// position in bytes.
    ///
    /// ```
    /// assert!(sse_proto::EventType::new("ping").is_ok());
    /// assert!(sse_proto::EventType::new("pi\nng").is_err());
    /// ```
    #[inline]
    pub const fn new(event_type: &'a str) -> Result<Self, InvalidValue> {
        if event_type.is_empty() {
            return Err(InvalidValue::EmptyEventType);
        }
        match InvalidValue::find("event type", event_type, false) {
            Some(error) => Err(error),
            None => Ok(Self(event_type)),
        }
    }

    /// Checks `event_type`. In a `const`, an invalid value is a compile error.
    ///
    /// # Panics
    ///
    /// At run time, if `event_type` is not valid: use [`EventType::new`] for values that are not
    /// constants.
    ///
    /// ```compile_fail
    /// const BAD: sse_proto::EventType<'static> = sse_proto::EventType::from_static("");
    /// ```
    #[must_use]
    #[track_caller]
    #[expect(clippy::panic, reason = "documented: a bad constant is to fail where it is written")]
    pub const fn from_static(event_type: &'static str) -> EventType<'static> {
        match EventType::new(event_type) {
            Ok(event_type) => event_type,
            Err(_) => panic!(
                "an event type must not be empty or hold LF or CR; for one that is not a constant, `EventType::new` returns an error"
            ),
        }
    }

    /// The type as text, never empty.
    ///
    /// ```
    /// assert_eq!(sse_proto::EventType::from_static("ping").as_str(), "ping");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// A decoded type: lines end at CR and LF, and an empty value stands for `message`.
    pub(crate) const fn decoded(event_type: &'a str) -> Self {
        if event_type.is_empty() { Self::MESSAGE } else { Self(event_type) }
    }
}

/// The type of an event that names none.
impl Default for EventType<'_> {
    fn default() -> Self {
        EventType::MESSAGE
    }
}

macro_rules! text_value {
    ($name:ident) => {
        impl AsRef<str> for $name<'_> {
            fn as_ref(&self) -> &str {
                self.0
            }
        }

        impl<'a> TryFrom<&'a str> for $name<'a> {
            type Error = InvalidValue;

            fn try_from(value: &'a str) -> Result<Self, InvalidValue> {
                Self::new(value)
            }
        }

        impl PartialEq<str> for $name<'_> {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name<'_> {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<$name<'_>> for str {
            fn eq(&self, other: &$name<'_>) -> bool {
                self == other.0
            }
        }

        impl PartialEq<$name<'_>> for &str {
            fn eq(&self, other: &$name<'_>) -> bool {
                *self == other.0
            }
        }

        #[cfg(feature = "alloc")]
        impl PartialEq<alloc::string::String> for $name<'_> {
            fn eq(&self, other: &alloc::string::String) -> bool {
                self.0 == other
            }
        }

        #[cfg(feature = "alloc")]
        impl From<$name<'_>> for alloc::string::String {
            fn from(value: $name<'_>) -> Self {
                value.0.into()
            }
        }

        impl<'a> From<$name<'a>> for &'a str {
            fn from(value: $name<'a>) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.0)
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.0, f)
            }
        }
    };
}

text_value!(EventId);
text_value!(EventType);
