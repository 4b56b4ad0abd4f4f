//! `DataWriter`: data written piece by piece directly into its field; lines are split as they arrive.
//!
//! This is safe because the message is finished or undone, never left open: an open block would merge with the next
//! message. Three things ensure it: the closure, which cannot be left unfinished; the buffers, which can undo an
//! append; and the guard, which works even if the closure panics.

use core::fmt;

use super::append::{Append, SliceBuffer};
#[cfg(feature = "alloc")]
use super::append::{EncodeBuffer, Key};
use super::data_text::DataText;
#[cfg(feature = "std")]
use super::data_text::io_error;
use super::message::Message;
use super::pieces::{DATA_END, DATA_NAME};
use crate::error::{BufferTooSmall, EncodeWithError};

/// Writes text into the data field of a message, through [`fmt::Write`] and, with feature `std`, through
/// `std::io::Write`. The closure of [`Message::encode_with`] gets one.
///
/// However the text is cut into writes, even between CR and LF or, with `io::Write`, within a character,
/// the message is the same as that of a single write. `write!` works with neither, either or both traits in scope.
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
    /// The length of `dst` before the message, restored unless `finished`.
    start: usize,
    finished: bool,
    text: DataText,
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
        // Unused capacity would live as long as the last clone.
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
    /// Appends `message` up to the end of its data, and leaves the last line open.
    fn begin(message: &Message<'_>, dst: &'b mut dyn Append) -> Self {
        let start = dst.len();
        message.head_pieces().for_each(|piece| dst.push(piece));
        dst.push(DATA_NAME);
        let mut text = DataText::default();
        text.push(dst, message.data_str());
        Self { dst, start, finished: false, text }
    }

    /// Ends the message if all writes succeeded; otherwise the drop undoes it.
    fn finish<E>(mut self, outcome: Result<(), E>) -> Result<(), EncodeWithError<E>> {
        // Check this first: an error in `outcome` is probably only a consequence of it.
        self.text.fail_if_cut().map_err(|position| EncodeWithError::NotUtf8 { position })?;
        outcome.map_err(EncodeWithError::Data)?;
        self.dst.push(DATA_END);
        self.finished = true;
        Ok(())
    }

    /// `write!` calls this. It is an inherent method, because with both `Write` traits in scope `write!` could not
    /// choose between theirs.
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
        self.text.take_str(self.dst, text).map_err(|_| fmt::Error)
    }
}

/// Takes all the bytes at once, or fails with [`InvalidData`](std::io::ErrorKind::InvalidData) if they are
/// not UTF-8. The last character may be incomplete until the next write.
#[cfg(feature = "std")]
impl std::io::Write for DataWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.text.take_bytes(self.dst, bytes).map_err(io_error)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for DataWriter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataWriter").field("text", &self.text).finish_non_exhaustive()
    }
}
