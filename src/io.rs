//! `std::io` on either end: events out of a `Read`, messages into a `Write`.

use std::boxed::Box;
use std::io::{self, ErrorKind, Read, Write};
use std::vec;

use bytes::Bytes;

use crate::chunk::SharedChunk;
use crate::data_writer::DataWriter;
use crate::decode::Decoder;
use crate::encode::{KEEP_ALIVE, Message};
use crate::error::{EncodeWithError, SourceError};
use crate::owned::{EventBuf, FrameBuf};

/// What is read at a time, in bytes: a usual socket buffer's worth.
const READ_SIZE: usize = 16 * 1024;

/// Frames out of a [`Read`], such as the body of a response, one after the other: events, retries, and comments if
/// the decoder was asked for them.
///
/// An error of the source and one of the decoder are told apart, and neither loses what was complete. Neither ends
/// the iterator by itself, so leave the loop at a source error that will not go away. At the end of the source what is
/// open is discarded, as the standard says; [`Decoder::finish`] on [`FrameReader::decoder_mut`] lends it to those who
/// want it.
///
/// ```
/// use sse_proto::{FrameBuf, FrameReader};
///
/// let body = &b"retry: 50\ndata: a\n\n"[..];
/// let frames = FrameReader::new(body).collect::<Result<Vec<_>, _>>()?;
/// assert!(matches!(&frames[1], FrameBuf::Event(event) if event.data() == "a"));
/// # Ok::<(), sse_proto::SourceError<std::io::Error>>(())
/// ```
#[derive(Debug)]
pub struct FrameReader<R> {
    source: R,
    decoder: Decoder,
    buffer: Box<[u8]>,
    chunk: SharedChunk,
}

/// As [`FrameReader`], for those who only want events.
///
/// ```
/// use sse_proto::EventReader;
///
/// let mut events = EventReader::new(&b"data: a\n\nid: 2\ndata: b\n\n"[..]);
/// let mut seen = Vec::new();
/// for event in events.by_ref() {
///     seen.push(event?.data().to_owned());
/// }
/// assert_eq!(seen, ["a", "b"]);
/// assert_eq!(events.decoder().last_event_id(), "2");
/// # Ok::<(), sse_proto::SourceError<std::io::Error>>(())
/// ```
#[derive(Debug)]
pub struct EventReader<R> {
    frames: FrameReader<R>,
}

impl<R> FrameReader<R> {
    /// Frames of `source`, by a new decoder.
    pub fn new(source: R) -> Self {
        Self::with_decoder(source, Decoder::new())
    }

    /// Frames of `source` by `decoder`: with its settings, or with what it knows of the connection before.
    pub fn with_decoder(source: R, decoder: Decoder) -> Self {
        let buffer = vec![0; READ_SIZE].into_boxed_slice();
        Self { source, decoder, buffer, chunk: Bytes::new().into() }
    }

    /// The decoder, for the last event ID and the reconnection time.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        &self.decoder
    }

    /// The decoder, for what was open when the source ended.
    pub const fn decoder_mut(&mut self) -> &mut Decoder {
        &mut self.decoder
    }

    /// The source and the decoder, whose [`Decoder::reconnect`] makes it fit for the next connection. Bytes that
    /// were not decoded yet are dropped.
    #[must_use]
    pub fn into_parts(self) -> (R, Decoder) {
        (self.source, self.decoder)
    }
}

impl<R: Read> Iterator for FrameReader<R> {
    type Item = Result<FrameBuf, SourceError<io::Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.decoder.decode_shared(&mut self.chunk) {
                Ok(Some(frame)) => return Some(Ok(frame)),
                Ok(None) => {}
                Err(error) => return Some(Err(SourceError::Decode(error))),
            }
            match self.source.read(&mut self.buffer) {
                Ok(0) => return None,
                Ok(read) => {
                    let bytes = self.buffer.get(..read).unwrap_or_default();
                    self.chunk = Bytes::copy_from_slice(bytes).into();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Some(Err(SourceError::Source(error))),
            }
        }
    }
}

impl<R> EventReader<R> {
    /// Events of `source`, by a new decoder.
    pub fn new(source: R) -> Self {
        Self { frames: FrameReader::new(source) }
    }

    /// Events of `source` by `decoder`: with its settings, or with what it knows of the connection before.
    pub fn with_decoder(source: R, decoder: Decoder) -> Self {
        Self { frames: FrameReader::with_decoder(source, decoder) }
    }

    /// The decoder, for the last event ID and the reconnection time.
    #[must_use]
    pub const fn decoder(&self) -> &Decoder {
        self.frames.decoder()
    }

    /// The decoder, for what was open when the source ended.
    pub const fn decoder_mut(&mut self) -> &mut Decoder {
        self.frames.decoder_mut()
    }

    /// The source and the decoder. See [`FrameReader::into_parts`].
    #[must_use]
    pub fn into_parts(self) -> (R, Decoder) {
        self.frames.into_parts()
    }
}

impl<R: Read> Iterator for EventReader<R> {
    type Item = Result<EventBuf, SourceError<io::Error>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.frames.find_map(|frame| match frame {
            Ok(FrameBuf::Event(event)) => Some(Ok(event)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
    }
}

/// Messages into a [`Write`], such as a socket: each is flushed, so that none waits for the next.
///
/// A message goes out in one `write` if the sink takes it in one. After an error the stream may have ended in
/// the middle of a message: close it.
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
    /// Empty but while a message is written. Kept for its room.
    buffer: vec::Vec<u8>,
}

impl<W: Write> EventWriter<W> {
    /// Messages into `sink`.
    pub const fn new(sink: W) -> Self {
        Self { sink, buffer: vec::Vec::new() }
    }

    /// Writes `message` and flushes.
    ///
    /// # Errors
    ///
    /// Those of the sink.
    pub fn send(&mut self, message: &Message<'_>) -> io::Result<()> {
        self.buffer.clear();
        // A buffer that grows has always room.
        message.encode(&mut self.buffer).map_err(io::Error::other)?;
        self.flush_buffer()
    }

    /// Writes `message` with the data that `write` writes, and flushes. See [`Message::encode_with`].
    ///
    /// # Errors
    ///
    /// Those of the sink and of `write`, and data that is no UTF-8 ([`ErrorKind::InvalidData`]). In the last two cases
    /// nothing is written.
    pub fn send_with<F, E>(&mut self, message: &Message<'_>, write: F) -> io::Result<()>
    where
        F: FnOnce(&mut DataWriter<'_>) -> Result<(), E>,
        E: std::error::Error + Send + Sync + 'static,
    {
        self.buffer.clear();
        message.encode_with(&mut self.buffer, write).map_err(|error| match error {
            EncodeWithError::NotUtf8 { .. } => io::Error::new(ErrorKind::InvalidData, error),
            _ => io::Error::other(error),
        })?;
        self.flush_buffer()
    }

    /// Writes an empty comment and flushes, so that nobody on the way takes the connection for dead
    /// (WHATWG HTML 9.2.7).
    ///
    /// # Errors
    ///
    /// Those of the sink.
    pub fn keep_alive(&mut self) -> io::Result<()> {
        self.sink.write_all(KEEP_ALIVE.as_bytes())?;
        self.sink.flush()
    }

    /// The sink.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.sink
    }

    fn flush_buffer(&mut self) -> io::Result<()> {
        self.sink.write_all(&self.buffer)?;
        self.sink.flush()
    }
}
