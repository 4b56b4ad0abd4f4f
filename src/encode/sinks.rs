//! The destinations of a message: a slice, a `BufMut`, `Bytes`, a `fmt::Write`, an `io::Write`. Each is a few lines
//! over `pieces`.

use core::fmt;
use core::mem;

#[cfg(feature = "alloc")]
use bytes::{BufMut, Bytes};

use super::message::Message;
use super::pieces::Sink;
use crate::error::BufferTooSmall;

impl Message<'_> {
    /// The exact number of bytes that this message takes encoded (WHATWG HTML 9.2.5).
    ///
    /// Looks for line ends once, so it takes time linear in the length of data and comment.
    ///
    /// ```
    /// use sse_proto::Message;
    ///
    /// assert_eq!(Message::new().data("a\nb").encoded_len(), "data: a\ndata: b\n\n".len());
    /// ```
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let mut len = Length(0);
        self.emit(&mut len);
        len.0
    }

    /// Writes the message to the start of `dst` and returns its length in bytes.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`] if `dst` is shorter than [`encoded_len`](Message::encoded_len). Then `dst` is
    /// untouched.
    ///
    /// ```
    /// use sse_proto::Message;
    ///
    /// let mut buffer = [0; 64];
    /// let len = Message::new().data("hi").encode_to_slice(&mut buffer)?;
    /// assert_eq!(&buffer[..len], b"data: hi\n\n");
    ///
    /// let error = Message::new().data("hi").encode_to_slice(&mut buffer[..9]).unwrap_err();
    /// assert_eq!(error.to_string(), "needed 10 bytes, 9 available");
    /// # Ok::<(), sse_proto::BufferTooSmall>(())
    /// ```
    pub fn encode_to_slice(&self, dst: &mut [u8]) -> Result<usize, BufferTooSmall> {
        let available = dst.len();
        self.check_room(available)?;
        let mut slice = Slice(dst);
        self.emit(&mut slice);
        Ok(available - slice.0.len())
    }

    /// Appends the message to `dst`: a `Vec<u8>`, a `BytesMut`, a `&mut [u8]` or any other `BufMut`.
    ///
    /// All or nothing: the room is checked first. A buffer that grows has always room; a buffer that
    /// is reused costs no allocation.
    ///
    /// # Errors
    ///
    /// [`BufferTooSmall`] if [`remaining_mut`](BufMut::remaining_mut) is less than
    /// [`encoded_len`](Message::encoded_len). Then nothing is written.
    ///
    /// ```
    /// use sse_proto::Message;
    ///
    /// let mut buffer = Vec::new();
    /// Message::new().data("one").encode(&mut buffer)?;
    /// Message::new().data("two").encode(&mut buffer)?;
    /// assert_eq!(buffer, b"data: one\n\ndata: two\n\n");
    /// # Ok::<(), sse_proto::BufferTooSmall>(())
    /// ```
    #[cfg(feature = "alloc")]
    #[inline(always)]
    pub fn encode<B: BufMut + ?Sized>(&self, dst: &mut B) -> Result<(), BufferTooSmall> {
        self.check_room(dst.remaining_mut())?;
        self.emit(&mut Buffer(dst));
        Ok(())
    }

    /// The message as `Bytes`, allocated once in its exact size; then every clone is a pointer and a
    /// count, so this is the form to send one message to many clients.
    ///
    /// ```
    /// use sse_proto::Message;
    ///
    /// assert_eq!(Message::new().data("hi").to_bytes(), "data: hi\n\n");
    /// ```
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        let mut bytes = alloc::vec::Vec::with_capacity(self.encoded_len());
        self.emit(&mut Buffer(&mut bytes));
        bytes.into()
    }

    /// Writes the message as text; a `&mut` of a writer is a writer, too. This is what `Display` does too, whatever its width and precision.
    ///
    /// # Errors
    ///
    /// That of `dst`; a part of the message may have been written then.
    ///
    /// ```
    /// use sse_proto::Message;
    ///
    /// let mut text = String::new();
    /// Message::new().data("hi").encode_to_fmt(&mut text)?;
    /// assert_eq!(text, "data: hi\n\n");
    /// # Ok::<(), std::fmt::Error>(())
    /// ```
    pub fn encode_to_fmt(&self, mut dst: impl fmt::Write) -> fmt::Result {
        self.pieces().try_for_each(|piece| dst.write_str(piece))
    }

    /// Writes the message to a socket, file or pipe (a `&mut` of it will do), by vectored writes: to a socket a message
    /// with a few lines of data is one system call. Flushes nothing.
    ///
    /// # Errors
    ///
    /// That of `dst`, but [`Interrupted`](std::io::ErrorKind::Interrupted), which is tried again;
    /// [`WriteZero`](std::io::ErrorKind::WriteZero) if `dst` takes no more. A part of the message may have
    /// been written then, so do not go on with this stream.
    ///
    /// ```
    /// use sse_proto::Message;
    ///
    /// Message::new().data("hi").encode_to_io(std::io::stdout())?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "std")]
    pub fn encode_to_io(&self, mut dst: impl std::io::Write) -> std::io::Result<()> {
        use bytes::Buf;
        use std::io::{ErrorKind, IoSlice};

        let mut buf = self.as_buf();
        while buf.has_remaining() {
            let mut slices = [IoSlice::new(&[]); 32];
            let filled = buf.chunks_vectored(&mut slices);
            match dst.write_vectored(slices.get(..filled).unwrap_or_default()) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => buf.advance(written),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Returns an error unless the encoded message fits in `available` bytes.
    ///
    /// The exact length costs a search for line ends. An upper bound costs nothing and is nearly always sufficient,
    /// because buffers that grow always have space for it.
    #[inline]
    fn check_room(&self, available: usize) -> Result<(), BufferTooSmall> {
        // In the worst case every byte is a line end, and each becomes a line end with a name.
        const WORST: usize = 8;
        const { assert!("\ndata: ".len() <= WORST) };
        if self.len_hint() <= available / WORST {
            return Ok(());
        }
        let needed = self.encoded_len();
        if needed <= available { Ok(()) } else { Err(BufferTooSmall { needed, available }) }
    }

    /// The lengths of the values, and at least that of the rest if each of them is a single line.
    #[inline]
    fn len_hint(&self) -> usize {
        /// The names and line ends of such a message, retry's digits included.
        const FRAME: usize = ":\nevent: \nid: \nretry: 18446744073709551615\ndata: \n\n".len();

        let data = self.data.map_or(0, str::len);
        let comment = self.comment.map_or(0, str::len);
        let event_type = self.event_type.map_or(0, |value| value.as_str().len());
        let id = self.id.map_or(0, |value| value.as_str().len());
        data.saturating_add(comment).saturating_add(event_type).saturating_add(id).saturating_add(FRAME)
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.encode_to_fmt(f)
    }
}

/// Only counts.
struct Length(usize);

impl Sink for Length {
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        self.0 = self.0.saturating_add(bytes.len());
    }
}

/// The part of a slice that is not filled yet.
struct Slice<'s>(&'s mut [u8]);

impl Sink for Slice<'_> {
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        // Never `None`, because the space was checked before.
        if let Some((room, behind)) = mem::take(&mut self.0).split_at_mut_checked(bytes.len()) {
            room.copy_from_slice(bytes);
            self.0 = behind;
        }
    }
}

/// A buffer with enough space for the whole message.
#[cfg(feature = "alloc")]
struct Buffer<'b, B: ?Sized>(&'b mut B);

#[cfg(feature = "alloc")]
impl<B: BufMut + ?Sized> Sink for Buffer<'_, B> {
    #[inline(always)]
    fn put(&mut self, bytes: &[u8]) {
        self.0.put_slice(bytes);
    }
}
