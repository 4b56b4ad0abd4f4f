//! `FieldWriter`: a message field by field, in the caller's order.
//!
//! A block that is left open would merge with the next message. So no block is left open: each call removes the blank
//! line of the call before and ends with a new one. Even after a panic, or if the writer is forgotten, the buffer
//! contains whole messages.

use core::fmt;
use core::time::Duration;

use super::append::{Append, EncodeBuffer, Key};
use super::data_text::DataText;
#[cfg(feature = "std")]
use super::data_text::io_error;
use super::message::Message;
use super::pieces::{DATA_END, DATA_NAME};
use crate::error::NotUtf8;
use crate::field::{EventId, EventType};

/// Appends one message to a buffer field by field, in the order of the calls: for builders that write as they are called, for several
/// comments, and for data that is written over time, through [`fmt::Write`] and `std::io::Write`.
///
/// After each call the buffer ends with the whole message, its blank line included, so a writer may be dropped at any time.
/// Before the first call nothing is there. Values from elsewhere are safe: none can end its field.
///
/// If you know all fields beforehand, take a [`Message`]; the receiver sees the same, whatever the order.
///
/// ```
/// use sse_proto::{EventType, FieldWriter};
///
/// let mut stream = Vec::new();
/// let mut fields = FieldWriter::new(&mut stream);
/// fields.comment(" from the cache").comment(" of 9:15");
/// fields.data("elements <p>").data("mode append");
/// fields.event_type(EventType::from_static("patch"));
/// assert_eq!(
///     stream,
///     b": from the cache\n: of 9:15\ndata: elements <p>\ndata: mode append\nevent: patch\n\n"
/// );
/// ```
///
/// What is written with `write!`, `serde_json::to_writer` and the like continues one data field until another field is put
/// in:
///
/// ```
/// use sse_proto::{EventId, FieldWriter};
///
/// let mut fields = FieldWriter::new(String::new());
/// fields.id(EventId::from_static("7"));
/// write!(fields, "{}", 1)?;
/// write!(fields, ",{}\n{}", 2, 3)?;
/// assert_eq!(fields.into_inner(), "id: 7\ndata: 1,2\ndata: 3\n\n");
/// # Ok::<(), std::fmt::Error>(())
/// ```
#[must_use = "a field writer does nothing until a field is put in"]
pub struct FieldWriter<B> {
    buffer: B,
    state: Ending,
}

/// How the message ends now.
enum Ending {
    /// It has not started.
    Nothing,
    /// With a blank line after a whole field.
    Whole,
    /// With a blank line after data to which more may be written.
    Data(DataText),
    /// With a blank line after data that was not UTF-8 from there on.
    NotUtf8(usize),
}

impl<B: EncodeBuffer> FieldWriter<B> {
    /// A writer of one message, which is appended to `buffer`: a `Vec<u8>`, a `String`, a `BytesMut`, or a `&mut` to one.
    pub const fn new(buffer: B) -> Self {
        Self { buffer, state: Ending::Nothing }
    }

    /// A comment; each of its lines becomes one.
    pub fn comment(&mut self, comment: &str) -> &mut Self {
        self.put(Message::new().comment(comment))
    }

    /// The event type. If it is given twice, the last one counts.
    #[doc(alias = "event")]
    pub fn event_type(&mut self, event_type: EventType<'_>) -> &mut Self {
        self.put(Message::new().event_type(event_type))
    }

    /// The id. If it is given twice, the last one counts.
    pub fn id(&mut self, id: EventId<'_>) -> &mut Self {
        self.put(Message::new().id(id))
    }

    /// The reconnection time, in whole milliseconds.
    pub fn retry(&mut self, delay: Duration) -> &mut Self {
        self.put(Message::new().retry(delay))
    }

    /// A data field; each line of `data` becomes one. The receiver joins it to those before with LF.
    pub fn data(&mut self, data: &str) -> &mut Self {
        self.put(Message::new().data(data))
    }

    /// Ends the data field that is being written, and checks that its bytes were complete, valid UTF-8. Without that check nothing
    /// needs finishing. What is written afterwards is another data field.
    ///
    /// # Errors
    ///
    /// [`NotUtf8`], if it was not. The message holds all of it before that place.
    pub fn finish(&mut self) -> Result<(), NotUtf8> {
        self.end_data();
        match self.state {
            Ending::NotUtf8(position) => Err(NotUtf8 { position }),
            _ => Ok(()),
        }
    }

    /// The buffer, with the message so far.
    ///
    /// ```
    /// use sse_proto::FieldWriter;
    /// use std::time::Duration;
    ///
    /// let mut fields = FieldWriter::new(Vec::new());
    /// fields.retry(Duration::from_secs(5));
    /// assert_eq!(fields.get_ref(), b"retry: 5000\n\n"); // whole after each call
    /// ```
    #[must_use]
    pub const fn get_ref(&self) -> &B {
        &self.buffer
    }

    /// The buffer, with the whole message.
    #[must_use]
    pub fn into_inner(self) -> B {
        self.buffer
    }

    /// `write!` calls this. It is an inherent method, because with both `Write` traits in scope `write!` could not
    /// choose between theirs.
    ///
    /// # Errors
    ///
    /// If something formatted fails, or if bytes that are not UTF-8 have been written before.
    pub fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> fmt::Result {
        fmt::Write::write_fmt(self, text)
    }

    /// Writes the fields of `message` in place of the blank line.
    fn put(&mut self, message: Message<'_>) -> &mut Self {
        self.end_data();
        let dst = self.buffer.as_append(Key(()));
        match self.state {
            Ending::Nothing => self.state = Ending::Whole,
            _ => dst.truncate(dst.len() - 1),
        }
        message.pieces().for_each(|piece| dst.push(piece));
        self
    }

    /// Ends the data field, if one is open.
    fn end_data(&mut self) {
        if let Ending::Data(text) = &mut self.state {
            self.state = text.fail_if_cut().map_or_else(Ending::NotUtf8, |()| Ending::Whole);
        }
    }

    /// Appends more data with `take`.
    fn write_data(
        &mut self,
        take: impl FnOnce(&mut DataText, &mut dyn Append) -> Result<(), usize>,
    ) -> Result<(), usize> {
        let dst = self.buffer.as_append(Key(()));
        let begun = match &self.state {
            Ending::NotUtf8(position) => return Err(*position),
            Ending::Data(_) => DATA_END.len(),
            Ending::Whole => 1,
            Ending::Nothing => 0,
        };
        dst.truncate(dst.len() - begun);
        if !matches!(self.state, Ending::Data(_)) {
            dst.push(DATA_NAME);
            self.state = Ending::Data(DataText::default());
        }
        let Ending::Data(text) = &mut self.state else { return Ok(()) };
        let taken = take(text, dst);
        dst.push(DATA_END);
        taken
    }
}

impl<B: EncodeBuffer> fmt::Write for FieldWriter<B> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.write_data(|data, dst| data.take_str(dst, text)).map_err(|_| fmt::Error)
    }
}

/// Takes all the bytes at once, or fails with [`InvalidData`](std::io::ErrorKind::InvalidData) if they are
/// not UTF-8. The last character may be incomplete until the next write: it is put in when it is whole.
#[cfg(feature = "std")]
impl<B: EncodeBuffer> std::io::Write for FieldWriter<B> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.write_data(|data, dst| data.take_bytes(dst, bytes)).map_err(io_error)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<B: fmt::Debug> fmt::Debug for FieldWriter<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldWriter").field("buffer", &self.buffer).finish_non_exhaustive()
    }
}
