//! Buffers that accept a message piece by piece and can undo it if something fails.

/// A buffer to which [`Message::encode_with`](crate::Message::encode_with) can append, because it can undo an append:
/// `Vec<u8>`, `String` and `bytes::BytesMut`. For a slice see
/// [`Message::encode_to_slice_with`](crate::Message::encode_to_slice_with).
///
/// Sealed: only this crate implements it. It has no methods for callers, so code that has only this trait can append
/// whole messages and nothing else.
///
/// ```
/// use sse_proto::{EncodeBuffer, Message};
///
/// fn send_number(number: u32, queue: &mut impl EncodeBuffer) {
///     let sent = Message::new().encode_with(queue, |data| write!(data, "{number}"));
///     debug_assert!(sent.is_ok(), "a number is text, and the queue grows");
/// }
///
/// let mut queue = String::new();
/// send_number(1, &mut queue);
/// send_number(2, &mut queue);
/// assert_eq!(queue, "data: 1\n\ndata: 2\n\n");
/// ```
///
/// ```compile_fail
/// fn inject(queue: &mut impl sse_proto::EncodeBuffer) {
///     queue.push("event: x\n"); // no such method
/// }
/// ```
///
/// ```compile_fail
/// fn shorten(queue: &mut impl sse_proto::EncodeBuffer) {
///     queue.truncate(3); // nor this one
/// }
/// ```
#[cfg(feature = "alloc")]
pub trait EncodeBuffer {
    /// The buffer as an `Append`. Other crates cannot name a key, so they cannot call this: only whole messages enter
    /// a buffer through this trait.
    #[doc(hidden)]
    fn as_append(&mut self, key: Key) -> &mut dyn Append;
}

pub(super) use sealed::Append;
#[cfg(feature = "alloc")]
pub(super) use sealed::Key;

mod sealed {
    /// A key that only this crate can create.
    #[cfg(feature = "alloc")]
    #[derive(Debug)]
    pub struct Key(pub(in crate::encode) ());

    #[cfg_attr(not(feature = "alloc"), expect(unreachable_pub, reason = "public as `EncodeBuffer` names it"))]
    /// An append that cannot fail and can be undone.
    pub trait Append {
        /// The number of bytes in the buffer, or the number of bytes needed if that exceeds its space.
        fn len(&self) -> usize;

        /// Appends `text`.
        fn push(&mut self, text: &str);

        /// Drops all bytes except the first `len`; `len` was the length at an earlier time.
        fn truncate(&mut self, len: usize);
    }
}

#[cfg(feature = "alloc")]
macro_rules! growable {
    ($buffer:ty, |$this:ident, $text:ident| $push:expr) => {
        impl EncodeBuffer for $buffer {
            fn as_append(&mut self, _: Key) -> &mut dyn Append {
                self
            }
        }

        impl Append for $buffer {
            fn len(&self) -> usize {
                self.len()
            }

            fn push(&mut self, $text: &str) {
                let $this = self;
                $push;
            }

            fn truncate(&mut self, len: usize) {
                self.truncate(len);
            }
        }
    };
}

#[cfg(feature = "alloc")]
growable!(alloc::vec::Vec<u8>, |vec, text| vec.extend_from_slice(text.as_bytes()));
#[cfg(feature = "alloc")]
growable!(alloc::string::String, |string, text| string.push_str(text));
#[cfg(feature = "alloc")]
growable!(bytes::BytesMut, |bytes, text| bytes.extend_from_slice(text.as_bytes()));

/// Lets a function that takes a buffer borrow one.
#[cfg(feature = "alloc")]
impl<B: EncodeBuffer + ?Sized> EncodeBuffer for &mut B {
    fn as_append(&mut self, key: Key) -> &mut dyn Append {
        (**self).as_append(key)
    }
}

/// A slice that is filled from its start. When it is full, it only counts, to report at the end how much space is
/// needed.
pub(super) struct SliceBuffer<'s> {
    pub(super) slice: &'s mut [u8],
    /// The number of bytes appended. They are all in `slice`, unless this exceeds its length.
    pub(super) len: usize,
}

impl Append for SliceBuffer<'_> {
    fn len(&self) -> usize {
        self.len
    }

    fn push(&mut self, text: &str) {
        let end = self.len.saturating_add(text.len());
        if let Some(room) = self.slice.get_mut(self.len..end) {
            room.copy_from_slice(text.as_bytes());
        }
        self.len = end;
    }

    fn truncate(&mut self, len: usize) {
        self.len = len;
    }
}
