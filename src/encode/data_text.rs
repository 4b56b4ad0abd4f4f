//! The text of a data field that arrives piece by piece: splits lines and joins characters across writes.

use core::str;

use super::append::Append;
use super::pieces::{DATA_AGAIN, split_line};

/// The state between two writes.
#[derive(Debug, Default)]
pub(super) struct DataText {
    /// The text so far ends with a CR: an LF that comes next belongs to it.
    after_cr: bool,
    /// The number of bytes given so far, including those in `cut`.
    taken: usize,
    /// The bytes after the last whole character, `cut_len` of them and at most 3 between writes: a character that a write has cut, or
    /// a bad one.
    #[cfg_attr(not(feature = "std"), expect(dead_code, reason = "only `io::Write` cuts characters"))]
    cut: [u8; 4],
    cut_len: usize,
    /// The place of the first byte of a bad or incomplete character, counted from the first byte given. No bytes are accepted after it.
    not_utf8: Option<usize>,
}

impl DataText {
    /// Appends `text`, with the name of the field before each further line.
    pub(super) fn push(&mut self, dst: &mut dyn Append, text: &str) {
        let Some(last) = text.as_bytes().last() else { return };
        let mut rest = match text.strip_prefix('\n') {
            Some(behind) if self.after_cr => behind,
            _ => text,
        };
        self.after_cr = *last == b'\r';
        while let (line, Some(behind)) = split_line(rest) {
            dst.push(line);
            dst.push(DATA_AGAIN);
            rest = behind;
        }
        dst.push(rest);
    }

    /// Accepts text. The error is the place where the bytes stopped being UTF-8.
    pub(super) fn take_str(&mut self, dst: &mut dyn Append, text: &str) -> Result<(), usize> {
        self.fail_if_cut()?;
        self.taken = self.taken.saturating_add(text.len());
        self.push(dst, text);
        Ok(())
    }

    /// Accepts bytes, the last of which may be the start of a character.
    #[cfg(feature = "std")]
    pub(super) fn take_bytes(&mut self, dst: &mut dyn Append, bytes: &[u8]) -> Result<(), usize> {
        let mut rest = bytes;
        while self.cut_len > 0 && self.not_utf8.is_none() {
            let Some((byte, behind)) = rest.split_first() else { return Ok(()) };
            rest = behind;
            self.take_cut_byte(dst, *byte)?;
        }
        match str::from_utf8(rest) {
            Ok(text) => self.take_str(dst, text),
            Err(error) => {
                let (text, bad) = rest.split_at(error.valid_up_to());
                self.take_str(dst, str::from_utf8(text).unwrap_or_default())?; // valid up to there
                bad.iter().try_for_each(|byte| self.take_cut_byte(dst, *byte))
            }
        }
    }

    /// Accepts one byte of a character that a write has cut, or of bytes that are not a character.
    #[cfg(feature = "std")]
    fn take_cut_byte(&mut self, dst: &mut dyn Append, byte: u8) -> Result<(), usize> {
        let mut cut = self.cut;
        if let Some(place) = cut.get_mut(self.cut_len) {
            *place = byte;
        }
        self.cut = cut;
        self.cut_len += 1;
        self.taken = self.taken.saturating_add(1);
        match str::from_utf8(cut.get(..self.cut_len).unwrap_or_default()) {
            Ok(character) => {
                self.cut_len = 0;
                self.push(dst, character);
                Ok(())
            }
            Err(error) if error.error_len().is_none() => Ok(()), // the rest has not arrived yet
            Err(_) => self.fail_if_cut(),
        }
    }

    /// If a character is incomplete or bad, fails now and at each later call. The error is the place of its first byte.
    pub(super) fn fail_if_cut(&mut self) -> Result<(), usize> {
        if self.cut_len > 0 {
            self.not_utf8 = Some(self.taken.saturating_sub(self.cut_len));
        }
        self.not_utf8.map_or(Ok(()), Err)
    }
}

/// For `io::Write`.
#[cfg(feature = "std")]
pub(super) fn io_error(position: usize) -> std::io::Error {
    std::io::Error::new(std::io::ErrorKind::InvalidData, crate::error::NotUtf8 { position })
}
