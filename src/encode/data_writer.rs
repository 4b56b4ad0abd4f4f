//! `DataWriter`: data written piece by piece straight into its field, lines cut on the fly.
//!
//! What makes this safe is that the message is finished or taken back, never left open: an open block
//! would take the next message in. Hence the closure (it cannot be left unfinished), the buffers (they can
//! take back what was appended to them), and the guard (also when the closure panics).

use core::{fmt, str};

use super::append::{Append, SliceBuffer};
#[cfg(feature = "alloc")]
use super::append::{EncodeBuffer, Key};
use super::message::Message;
use super::pieces::{DATA_AGAIN, DATA_END, DATA_NAME, split_line};
use crate::error::{BufferTooSmall, EncodeWithError};

/// Writes text into the data field of a message, through [`fmt::Write`] and, with feature `std`, through
/// `std::io::Write`. Lent to the closure of [`Message::encode_with`].
///
/// However the text is cut into writes, be it between CR and LF or, with `io::Write`, within a character,
/// the message is that of one write of it all. `write!` works with neither, either and both traits in scope.
///
/// ```
/// use sse_proto::{DataWriter, Message};
/// use std::fmt;
///
/// fn list(data: &mut DataWriter<'_>, items: &[&str]) -> fmt::Result {
///     items.iter().try_for_each(|item| write!(data, "* {item}\n"))
/// }
///
/// let mut buffer = [0; 64];
/// let len = Message::new().encode_to_slice_with(&mut buffer, |data| list(data, &["a", "b"]))?;
/// assert_eq!(&buffer[..len], b"data: * a\ndata: * b\ndata: \n\n");
/// # Ok::<(), sse_proto::EncodeWithError<fmt::Error>>(())
/// ```
pub struct DataWriter<'b> {
    dst: &'b mut dyn Append,
    /// The length of `dst` to go back to, unless `finished`.
    start: usize,
    finished: bool,
    /// The text so far ends with a CR: an LF that comes now belongs to it.
    after_cr: bool,
    /// The bytes given to this writer, those in `cut` included.
    taken: usize,
    /// A character that a write has cut: its first `cut_len` bytes, at most 3 of them between writes.
    #[cfg_attr(not(feature = "std"), expect(dead_code, reason = "only `io::Write` cuts characters"))]
    cut: [u8; 4],
    cut_len: usize,
    /// Where the bytes stopped being UTF-8. From then on nothing is taken, and the message is lost.
    not_utf8: Option<usize>,
}

impl Message<'_> {
    /// Appends the message to `dst`, its data written by `write`: a value goes straight into the data
    /// field, with no `String` in between. If the message has [`data`](Message::data), this comes first.
    ///
    /// All or nothing: unless this returns `Ok`, `dst` is as it was before, also if `write` panics.
    ///
    /// # Errors
    ///
    /// [`EncodeWithError::NotUtf8`] if `write` wrote bytes that are not UTF-8, or left the last character
    /// incomplete; else [`EncodeWithError::Data`] with the error of `write`.
    ///
    #[cfg_attr(feature = "std", doc = "```")]
    #[cfg_attr(not(feature = "std"), doc = "```ignore")]
    /// use sse_proto::{EventType, Message};
    ///
    /// const POINT: Message<'static> = Message::new().event_type(EventType::from_static("point"));
    ///
    /// let mut stream = Vec::new();
    /// POINT.encode_with(&mut stream, |data| serde_json::to_writer(data, &[1, 2]))?;
    /// assert_eq!(stream, b"event: point\ndata: [1,2]\n\n");
    ///
    /// POINT.encode_with(&mut stream, |data| write!(data, "{}\n{}", 1, 2))?;
    /// assert!(stream.ends_with(b"data: 1\ndata: 2\n\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "alloc")]
    #[doc(alias = "json")]
    pub fn encode_with<B, F, E>(&self, dst: &mut B, write: F) -> Result<(), EncodeWithError<E>>
    where
        B: EncodeBuffer + ?Sized,
        F: FnOnce(&mut DataWriter<'_>) -> Result<(), E>,
    {
        self.append_with(dst.as_append(Key(())), write)
    }

    /// The message as `Bytes` of its exact size, its data written by `write`: one JSON event for many clients, say. Otherwise
    /// like [`encode_with`](Message::encode_with).
    ///
    /// # Errors
    ///
    /// Those of [`encode_with`](Message::encode_with).
    ///
    #[cfg_attr(feature = "std", doc = "```")]
    #[cfg_attr(not(feature = "std"), doc = "```ignore")]
    /// use sse_proto::{EventType, Message};
    ///
    /// const POINT: Message<'static> = Message::new().event_type(EventType::from_static("point"));
    ///
    /// let chunk = POINT.to_bytes_with(|data| serde_json::to_writer(data, &[1, 2]))?;
    /// assert_eq!(chunk, "event: point\ndata: [1,2]\n\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "alloc")]
    #[doc(alias = "json")]
    pub fn to_bytes_with<F, E>(&self, write: F) -> Result<bytes::Bytes, EncodeWithError<E>>
    where
        F: FnOnce(&mut DataWriter<'_>) -> Result<(), E>,
    {
        let mut buffer = alloc::vec::Vec::new();
        self.encode_with(&mut buffer, write)?;
        // Room that is left would live as long as the last clone.
        Ok(buffer.into_boxed_slice().into())
    }

    /// Writes the message to the start of `dst`, its data written by `write`, and returns its length in
    /// bytes. Otherwise like `encode_with`, and there without an allocator.
    ///
    /// # Errors
    ///
    /// Those of `encode_with`, and [`EncodeWithError::TooSmall`] if `dst` is too short. `write` is run to
    /// its end nevertheless, so the error can say how much is needed. After an error the content of `dst`
    /// is unspecified.
    ///
    /// ```
    /// use sse_proto::Message;
    ///
    /// let mut buffer = [0; 64];
    /// let len = Message::new().encode_to_slice_with(&mut buffer, |data| write!(data, "{}", 42))?;
    /// assert_eq!(&buffer[..len], b"data: 42\n\n");
    ///
    /// let error = Message::new().encode_to_slice_with(&mut buffer[..9], |data| write!(data, "{}", 42));
    /// assert_eq!(error.unwrap_err().to_string(), "needed 10 bytes, 9 available");
    /// # Ok::<(), sse_proto::EncodeWithError<std::fmt::Error>>(())
    /// ```
    pub fn encode_to_slice_with<F, E>(&self, dst: &mut [u8], write: F) -> Result<usize, EncodeWithError<E>>
    where
        F: FnOnce(&mut DataWriter<'_>) -> Result<(), E>,
    {
        let available = dst.len();
        let mut buffer = SliceBuffer { slice: dst, len: 0 };
        self.append_with(&mut buffer, write)?;
        let needed = buffer.len;
        if needed > available {
            return Err(BufferTooSmall { needed, available }.into());
        }
        Ok(needed)
    }

    fn append_with<E>(
        &self,
        dst: &mut dyn Append,
        write: impl FnOnce(&mut DataWriter<'_>) -> Result<(), E>,
    ) -> Result<(), EncodeWithError<E>> {
        let mut writer = DataWriter::begin(self, dst);
        let outcome = write(&mut writer);
        writer.finish(outcome)
    }
}

impl<'b> DataWriter<'b> {
    /// Appends all of `message` up to the end of its data, and stays in the last line.
    fn begin(message: &Message<'_>, dst: &'b mut dyn Append) -> Self {
        let start = dst.len();
        message.head_pieces().for_each(|piece| dst.push(piece));
        dst.push(DATA_NAME);
        let (cut, cut_len) = ([0; 4], 0);
        let mut writer =
            Self { dst, start, finished: false, after_cr: false, taken: 0, cut, cut_len, not_utf8: None };
        writer.push_text(message.data_str());
        writer
    }

    /// Ends the message, if all went well; else the drop takes it back.
    fn finish<E>(mut self, outcome: Result<(), E>) -> Result<(), EncodeWithError<E>> {
        // This one first: an error in `outcome` is then likely to be but its echo.
        self.check_no_cut().map_err(|position| EncodeWithError::NotUtf8 { position })?;
        outcome.map_err(EncodeWithError::Data)?;
        self.dst.push(DATA_END);
        self.finished = true;
        Ok(())
    }

    /// Appends `text`, with the name of the field before each further line.
    fn push_text(&mut self, text: &str) {
        let Some(last) = text.as_bytes().last() else { return };
        let mut rest = match text.strip_prefix('\n') {
            Some(behind) if self.after_cr => behind,
            _ => text,
        };
        self.after_cr = *last == b'\r';
        while let (line, Some(behind)) = split_line(rest) {
            self.dst.push(line);
            self.dst.push(DATA_AGAIN);
            rest = behind;
        }
        self.dst.push(rest);
    }

    /// Takes text; the error is the place where the bytes stopped being UTF-8.
    fn take_str(&mut self, text: &str) -> Result<(), usize> {
        self.check_no_cut()?;
        self.taken = self.taken.saturating_add(text.len());
        self.push_text(text);
        Ok(())
    }

    /// Takes bytes, the last of which may be the start of a character.
    #[cfg(feature = "std")]
    fn take_bytes(&mut self, bytes: &[u8]) -> Result<(), usize> {
        let mut rest = bytes;
        while self.cut_len > 0 && self.not_utf8.is_none() {
            let Some((byte, behind)) = rest.split_first() else { return Ok(()) };
            rest = behind;
            self.take_cut_byte(*byte)?;
        }
        match str::from_utf8(rest) {
            Ok(text) => self.take_str(text),
            Err(error) => {
                let (text, bad) = rest.split_at(error.valid_up_to());
                self.take_str(str::from_utf8(text).unwrap_or_default())?; // valid up to there
                bad.iter().try_for_each(|byte| self.take_cut_byte(*byte))
            }
        }
    }

    /// Takes one byte of a character that a write has cut, or of something that is no character.
    #[cfg(feature = "std")]
    fn take_cut_byte(&mut self, byte: u8) -> Result<(), usize> {
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
                self.push_text(character);
                Ok(())
            }
            Err(error) if error.error_len().is_none() => Ok(()), // more of it is to come
            Err(_) => self.check_no_cut(),
        }
    }

    /// Errs, now and ever after, if a character is incomplete.
    fn check_no_cut(&mut self) -> Result<(), usize> {
        if self.cut_len > 0 && self.not_utf8.is_none() {
            self.not_utf8 = Some(self.taken.saturating_sub(self.cut_len));
        }
        self.not_utf8.map_or(Ok(()), Err)
    }

    /// What `write!` calls. A method of its own, because with both `Write` traits in scope `write!`
    /// could not choose between theirs.
    ///
    /// # Errors
    ///
    /// If something formatted fails, or if bytes that are not UTF-8 have been written before; not for lack
    /// of room.
    ///
    #[cfg_attr(feature = "std", doc = "```")]
    #[cfg_attr(not(feature = "std"), doc = "```ignore")]
    /// use std::{fmt::Write as _, io::Write as _};
    /// use sse_proto::Message;
    ///
    /// let mut stream = Vec::new();
    /// Message::new().encode_with(&mut stream, |data| {
    ///     data.write_all(b"one ").map_err(|_| std::fmt::Error)?;
    ///     data.write_str("two ")?;
    ///     write!(data, "{}", 3)
    /// })?;
    /// assert_eq!(stream, b"data: one two 3\n\n");
    /// # Ok::<(), sse_proto::EncodeWithError<std::fmt::Error>>(())
    /// ```
    pub fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> fmt::Result {
        fmt::Write::write_fmt(self, text)
    }
}

impl Drop for DataWriter<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.dst.truncate(self.start);
        }
    }
}

impl fmt::Write for DataWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.take_str(text).map_err(|_| fmt::Error)
    }
}

/// Takes all the bytes at once, or fails with [`InvalidData`](std::io::ErrorKind::InvalidData) if they are
/// not UTF-8. The last character may be incomplete until the next write.
#[cfg(feature = "std")]
impl std::io::Write for DataWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.take_bytes(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(position) => {
                let error = EncodeWithError::<core::convert::Infallible>::NotUtf8 { position };
                Err(std::io::Error::new(std::io::ErrorKind::InvalidData, error))
            }
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for DataWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataWriter")
            .field("taken", &self.taken)
            .field("not_utf8", &self.not_utf8)
            .finish_non_exhaustive()
    }
}
