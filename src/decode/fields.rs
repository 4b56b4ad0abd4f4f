//! A block as its fields, given or not, for callers that need more than events.

use alloc::borrow::Cow;
use alloc::string::String;
use core::time::Duration;

use crate::decode::event::Event;
use crate::encode::message::Message;
use crate::error::InvalidValue;
use crate::field::EventType;
use crate::scan::raw_block::Block;
use crate::scan::retry::RetryDigits;
use crate::scan::token::{LineKind, Piece};
use crate::simd::utf8;

/// The fields of one block, each given or not, by the rules of WHATWG HTML 9.2.6: the last `event`, `id` and `retry` count, data lines
/// are joined by LF, an `id` with U+0000 and a `retry` that is not digits are ignored, U+FFFD stands for what is not UTF-8.
///
/// It shows two things that an [`Event`](crate::Event) does not: whether type and id were given, and blocks without
/// data, which are not events although their id and `retry` take effect. `T` is the text: `String`, or `Cow<str>` for
/// fields that borrow.
///
/// Returned by [`Block::fields`] or as a stream by `FieldsStream`. You can also create it yourself, as a message that
/// owns its text ([`Fields::to_message`]), or for a test:
///
/// ```
/// use sse_proto::Fields;
///
/// let fields = Fields { event_type: Some("add"), data: Some("x"), ..Fields::default() };
/// assert_eq!(&fields.to_message()?.to_bytes()[..], b"event: add\ndata: x\n\n");
/// # Ok::<(), sse_proto::InvalidValue>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fields<T = String> {
    /// The value of the last `event` field; it may be empty, which means `message`.
    pub event_type: Option<T>,
    /// The values of the `data` fields, joined by LF.
    pub data: Option<T>,
    /// The value of the last `id` field that is an id; it may be empty, which resets the last event ID.
    pub id: Option<T>,
    /// The last `retry` that is a time.
    pub retry: Option<Duration>,
    /// The text after the colon of each comment, joined by LF.
    pub comment: Option<T>,
}

impl<T> Default for Fields<T> {
    fn default() -> Self {
        Self { event_type: None, data: None, id: None, retry: None, comment: None }
    }
}

impl<T> Fields<T> {
    /// Whether no field is given: the block is only a blank line, or unknown fields.
    ///
    /// ```
    /// assert!(sse_proto::Fields::<String>::default().is_empty());
    /// ```
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        let texts = self.event_type.is_some() || self.data.is_some() || self.id.is_some();
        !(texts || self.retry.is_some() || self.comment.is_some())
    }
}

impl<T: AsRef<str>> Fields<T> {
    /// The message with these fields. An empty event type is left out, because it means none.
    ///
    /// ```
    /// use sse_proto::Fields;
    ///
    /// let fields = Fields { event_type: Some(""), data: Some("x"), ..Fields::default() };
    /// assert_eq!(&fields.to_message()?.to_bytes()[..], b"data: x\n\n");
    /// # Ok::<(), sse_proto::InvalidValue>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] for a type or an id that holds what would end its line, or U+0000 in an id. Fields that were read have
    /// none of it.
    pub fn to_message(&self) -> Result<Message<'_>, InvalidValue> {
        let (event_type, id) = (self.event_type.as_ref(), self.id.as_ref());
        let mut message =
            Message::new().try_event_type(event_type.map(T::as_ref))?.try_id(id.map(T::as_ref))?;
        if let Some(data) = &self.data {
            message = message.data(data.as_ref());
        }
        if let Some(delay) = self.retry {
            message = message.retry(delay);
        }
        if let Some(comment) = &self.comment {
            message = message.comment(comment.as_ref());
        }
        Ok(message)
    }
}

impl Fields<Cow<'_, str>> {
    /// The same fields, owned.
    ///
    /// ```
    /// use sse_proto::BlockScanner;
    ///
    /// let mut kept = Vec::new();
    /// let mut blocks = BlockScanner::new();
    /// let mut chunk = &b"id: 7\n\nretry: 10\ndata: x\n\n"[..];
    /// while let Some(block) = blocks.scan(&mut chunk)? {
    ///     kept.push(block.fields().into_owned());
    /// }
    /// assert_eq!((kept[0].id.as_deref(), kept[1].data.as_deref()), (Some("7"), Some("x")));
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    #[must_use]
    pub fn into_owned(self) -> Fields {
        Fields {
            event_type: self.event_type.map(owned),
            data: self.data.map(owned),
            id: self.id.map(owned),
            retry: self.retry,
            comment: self.comment.map(owned),
        }
    }
}

/// The fields of an event: its type unless that is `message`, its data, and its id if it came with one.
impl From<Event<'_>> for Fields {
    fn from(event: Event<'_>) -> Self {
        let event_type = Some(event.event_type()).filter(|name| *name != EventType::MESSAGE);
        Self {
            event_type: event_type.map(Into::into),
            data: Some(event.data().into()),
            id: event.id().map(Into::into),
            ..Self::default()
        }
    }
}

impl<'d> Block<'d> {
    /// The block's fields. A value that is in one line and is UTF-8 is lent from the block; other values are joined
    /// or repaired.
    ///
    /// For an unfinished block, this includes the part that arrived, also of its last line. A separate comment line
    /// ([`BlockPart::Comment`](crate::BlockPart::Comment)) has only a comment. A piece of an oversized block has no
    /// fields.
    ///
    /// ```
    /// use sse_proto::BlockScanner;
    ///
    /// let mut blocks = BlockScanner::new();
    /// let mut chunk = &b"event: add\nid: 7\ndata: one\ndata: two\n\n"[..];
    /// let block = blocks.scan(&mut chunk)?.unwrap();
    /// let fields = block.fields();
    /// assert_eq!(fields.event_type.as_deref(), Some("add"));
    /// assert_eq!(fields.data.as_deref(), Some("one\ntwo"));
    /// assert_eq!((fields.id.as_deref(), fields.retry), (Some("7"), None));
    /// # Ok::<(), sse_proto::BlockTooLarge>(())
    /// ```
    #[must_use]
    pub fn fields(&self) -> Fields<Cow<'d, str>> {
        let mut fields = Fields::default();
        self.as_read().for_each(|line| fields.take(&line));
        fields
    }

    /// The same, but of a line that the end of the stream cuts only data counts, like in an unfinished event: a part of an id is
    /// another id.
    #[cfg(feature = "stream")]
    pub(crate) fn fields_as_dispatched(&self) -> Fields<Cow<'d, str>> {
        let mut fields = Fields::default();
        self.as_read()
            .filter(|line| line.last || line.kind == LineKind::Data)
            .for_each(|line| fields.take(&line));
        fields
    }
}

impl<'d> Fields<Cow<'d, str>> {
    fn take(&mut self, line: &Piece<'d>) {
        match line.kind {
            LineKind::Data => join(&mut self.data, line.bytes),
            LineKind::Event => self.event_type = Some(text(line.bytes)),
            LineKind::Id if !line.bytes.contains(&0) => self.id = Some(text(line.bytes)),
            LineKind::Retry => {
                let millis = RetryDigits::Empty.push(line.bytes).millis();
                self.retry = millis.map(Duration::from_millis).or(self.retry);
            }
            LineKind::Comment => join(&mut self.comment, line.bytes),
            LineKind::Id | LineKind::Unknown => {}
        }
    }
}

/// Text to keep: without the capacity that joining and repairing have left over, up to as much again.
fn owned(text: Cow<'_, str>) -> String {
    let mut text = text.into_owned();
    text.shrink_to_fit();
    text
}

fn join<'d>(so_far: &mut Option<Cow<'d, str>>, line: &'d [u8]) {
    match so_far {
        None => *so_far = Some(text(line)),
        Some(value) => {
            let value = value.to_mut();
            value.push('\n');
            value.push_str(&text(line));
        }
    }
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    match utf8::text(bytes) {
        Some(text) => Cow::Borrowed(text),
        None => {
            let mut repaired = String::new();
            utf8::repair(bytes, &mut repaired);
            Cow::Owned(repaired)
        }
    }
}
