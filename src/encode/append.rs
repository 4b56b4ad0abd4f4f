//! Buffers to which a message is appended piece by piece, and taken back if something fails.

/// A buffer to which [`Message::encode_with`](crate::Message::encode_with) can append, because it can take back what was appended:
/// `Vec<u8>`, `String` and `bytes::BytesMut`. For a slice see
/// [`Message::encode_to_slice_with`](crate::Message::encode_to_slice_with).
///
/// Sealed: only this crate implements it. It has no methods to call, so code that knows no more of a buffer than this
/// can put in whole messages and nothing else.
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
    /// The buffer as what a message is appended to. Nobody else can name a key, so nobody else can call this: what goes
    /// into a buffer through this trait is whole messages.
    #[doc(hidden)]
    fn as_append(&mut self, key: Key) -> &mut dyn Append;
}

pub(super) use sealed::Append;
#[cfg(feature = "alloc")]
pub(super) use sealed::Key;

mod sealed {
    /// What only this crate can make.
    #[cfg(feature = "alloc")]
    #[derive(Debug)]
    pub struct Key(pub(in crate::encode) ());

    #[cfg_attr(not(feature = "alloc"), expect(unreachable_pub, reason = "public as `EncodeBuffer` names it"))]
    /// An append that cannot fail, with a way back.
    pub trait Append {
        /// The number of bytes held, or wanted if that is more than there is room for.
        fn len(&self) -> usize;

        /// Appends `text`.
        fn push(&mut self, text: &str);

        /// Drops all but the first `len` bytes, where `len` was the length at some time before.
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

/// So that what takes a buffer can borrow one.
#[cfg(feature = "alloc")]
impl<B: EncodeBuffer + ?Sized> EncodeBuffer for &mut B {
    fn as_append(&mut self, key: Key) -> &mut dyn Append {
        (**self).as_append(key)
    }
}

/// A slice that is filled from its start. When it is full it only counts, to say at the end how much
/// room was needed.
pub(super) struct SliceBuffer<'s> {
    pub(super) slice: &'s mut [u8],
    /// The bytes appended. They are all in `slice`, unless this is more than its length.
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
