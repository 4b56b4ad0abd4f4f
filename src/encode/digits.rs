//! The reconnection time as digits: all at once for `emit`, one by one for `Pieces`.

/// A number in decimal.
pub(super) struct Digits {
    /// The digits are at the end. `u64::MAX` has 20.
    bytes: [u8; 20],
    /// The position of the first digit: below 20.
    start: usize,
}

impl Digits {
    pub(super) fn new(mut number: u64) -> Self {
        let mut bytes = [0; 20];
        let mut start = bytes.len();
        for byte in bytes.iter_mut().rev() {
            *byte = b'0' + (number % 10) as u8;
            start -= 1; // 20 digits hold every u64, so this stays at or above 0
            number /= 10;
            if number == 0 {
                break;
            }
        }
        Self { bytes, start }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }
}

/// The same digits, each a slice of a literal, so they can be lent without storage.
#[derive(Debug, Clone)]
pub(super) struct LentDigits {
    number: u64,
    /// The place value of the next digit; 0 after the last digit.
    place: u64,
}

impl LentDigits {
    pub(super) fn new(number: u64) -> Self {
        Self { number, place: 10_u64.pow(number.checked_ilog10().unwrap_or(0)) }
    }
}

impl Iterator for LentDigits {
    type Item = &'static str;

    fn next(&mut self) -> Option<&'static str> {
        let digit = (self.number.checked_div(self.place)? % 10) as usize;
        self.place /= 10;
        "0123456789".get(digit..=digit)
    }
}
