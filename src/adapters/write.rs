//! Writes messages to a `Write`.

use core::fmt;
use std::io::{self, Write};
use std::vec::Vec;

use crate::encode::data_writer::DataWriter;
use crate::encode::message::{KEEP_ALIVE, Message};

/// Writes messages to a [`Write`], such as a socket. Each message is flushed, so none waits for the next.
///
/// A message is one `write` if the sink accepts it in one. After an error the stream may have ended in the middle of
/// a message: close it.
///
/// ```
/// use sse_proto::{EventWriter, Message};
///
/// let mut events = EventWriter::new(Vec::new());
/// events.send(&Message::new().data("a"))?;
/// events.send_with(&Message::new(), |data| write!(data, "{}", 1 + 1))?;
/// events.keep_alive()?; // when nothing was sent for about 15 seconds
/// assert_eq!(events.into_inner(), b"data: a\n\ndata: 2\n\n:\n\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct EventWriter<W> {
    sink: W,
    /// Empty except while a message is written. It is kept for its capacity.
    buffer: Vec<u8>,
}

impl<W> EventWriter<W> {
    /// Messages into `sink`. A `&mut` of a sink is a sink, too.
    pub const fn new(sink: W) -> Self {
        Self { sink, buffer: Vec::new() }
    }

    /// The sink.
    #[must_use]
    pub const fn get_ref(&self) -> &W {
        &self.sink
    }

    /// The sink, for example to set a socket option. Bytes that you write to it here are part of the stream.
    ///
    /// ```
    /// use sse_proto::{EventWriter, Message};
    ///
    /// let mut events = EventWriter::new(Vec::new());
    /// events.get_mut().extend_from_slice(b": hello\n\n");
    /// events.send(&Message::new().data("a"))?;
    /// assert_eq!(events.get_ref(), b": hello\n\ndata: a\n\n");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub const fn get_mut(&mut self) -> &mut W {
        &mut self.sink
    }

    /// The sink. Nothing is held back, so nothing is lost.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.sink
    }
}

impl<W: Write> EventWriter<W> {
    /// Writes `message` and flushes.
    ///
    /// # Errors
    ///
    /// Those of the sink.
    pub fn send(&mut self, message: &Message<'_>) -> io::Result<()> {
        self.buffer.clear();
        // A growing buffer always has space.
        message.encode(&mut self.buffer).map_err(io::Error::other)?;
        self.flush_buffer()
    }

    /// Writes `message` with the data that `write` writes, and flushes. See [`Message::encode_with`].
    ///
    /// # Errors
    ///
    /// Those of the sink and of `write`, and data that is not UTF-8 ([`InvalidData`](io::ErrorKind::InvalidData)). In the last two cases
    /// nothing is written.
    pub fn send_with<F, E>(&mut self, message: &Message<'_>, write: F) -> io::Result<()>
    where
        F: FnOnce(&mut DataWriter<'_>) -> Result<(), E>,
        E: fmt::Display + fmt::Debug + Send + Sync + 'static,
    {
        self.buffer.clear();
        message.encode_with(&mut self.buffer, write)?;
        self.flush_buffer()
    }

    /// Writes an empty comment and flushes, so that no proxy considers the connection dead (WHATWG HTML 9.2.7).
    ///
    /// # Errors
    ///
    /// Those of the sink.
    pub fn keep_alive(&mut self) -> io::Result<()> {
        self.sink.write_all(KEEP_ALIVE)?;
        self.sink.flush()
    }

    fn flush_buffer(&mut self) -> io::Result<()> {
        self.sink.write_all(&self.buffer)?;
        self.sink.flush()
    }
}
