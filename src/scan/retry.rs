//! The value of a `retry` field.

/// The value of a `retry` field, digit by digit, so that it may come in pieces of any length.
///
/// Only ASCII digits count, one at least; a number beyond `u64` is ignored, never wrapped (9.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryDigits {
    Empty,
    Number(u64),
    Invalid,
}

impl RetryDigits {
    /// With the next piece of a value; `first` says that it starts one, whatever came before.
    pub(crate) fn continued(self, first: bool, bytes: &[u8]) -> Self {
        if first { Self::Empty.push(bytes) } else { self.push(bytes) }
    }

    pub(crate) fn push(self, bytes: &[u8]) -> Self {
        bytes.iter().fold(self, |digits, byte| {
            let so_far = match digits {
                Self::Empty => 0,
                Self::Number(so_far) => so_far,
                Self::Invalid => return Self::Invalid,
            };
            let digit = byte.wrapping_sub(b'0');
            let next = if digit <= 9 { so_far.checked_mul(10) } else { None };
            next.and_then(|n| n.checked_add(digit.into())).map_or(Self::Invalid, Self::Number)
        })
    }

    /// The reconnection time in milliseconds, if there is one.
    pub(crate) fn millis(self) -> Option<u64> {
        match self {
            Self::Number(millis) => Some(millis),
            Self::Empty | Self::Invalid => None,
        }
    }
}
