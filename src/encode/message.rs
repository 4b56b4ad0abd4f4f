//! `Message`: the values of a message.

use core::time::Duration;

use crate::error::InvalidValue;
use crate::field::{EventId, EventType};

/// An empty comment and a blank line, as bytes, for a connection that has been quiet for a while.
///
/// Send it about every 15 seconds (WHATWG HTML 9.2.7), so that proxies do not close the connection
/// and a client can tell a quiet server from a dead one. It dispatches no event and changes neither the
/// last event ID nor the reconnection time. Same bytes as `Message::new().comment("")`.
///
/// # This one or the line alone
///
/// By the standard both are equal. These clients deviate, as measured in `docs/interop.md` of the repository:
///
/// | whom you send to | send |
/// | --- | --- |
/// | browsers, and other clients that follow the standard | either |
/// | clients of an LLM API, whose events have no ids | this one: after [`KEEP_ALIVE_LINE`] one SDK and readers that look at the first line of a block lose the next event, without an error |
/// | clients of an LLM API whose events have ids | [`KEEP_ALIVE_LINE`]: once there was an id, OpenAI's SDK for Python takes each blank line for an event and fails |
/// | MCP | either for the SDKs of today; the revision of July 2026 asks for the line, and older SDKs for Python need it |
/// | through a gateway that passes whole blocks only | this one: the line would wait for the next event |
///
/// This one is the default: if it causes a problem, the client raises an error; if the line causes one, an event is
/// lost silently.
///
#[cfg_attr(feature = "alloc", doc = "```")]
#[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
/// use sse_proto::{KEEP_ALIVE, Message};
///
/// assert_eq!(KEEP_ALIVE, b":\n\n");
/// assert_eq!(KEEP_ALIVE, Message::new().comment("").to_bytes());
/// assert_eq!(bytes::Bytes::from_static(KEEP_ALIVE), ":\n\n"); // for a body of `Bytes`: allocates nothing
/// ```
pub const KEEP_ALIVE: &[u8] = b":\n\n";

/// An empty comment alone, as bytes: a keep-alive without a blank line. It belongs to the next block, so send it between two
/// messages. [`KEEP_ALIVE`] says whom it suits better.
///
#[cfg_attr(feature = "alloc", doc = "```")]
#[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
/// use sse_proto::{Decoder, Frame, KEEP_ALIVE_LINE, Message};
///
/// let stream = [KEEP_ALIVE_LINE, &Message::new().data("x").to_bytes()].concat();
/// Decoder::new().decode_all(&stream, |frame| {
///     assert!(matches!(frame, Ok(Frame::Event(event)) if event.data() == "x"));
/// });
/// ```
pub const KEEP_ALIVE_LINE: &[u8] = b":\n";

/// One message to send: any of a comment, an event type, an id, a reconnection time and data.
///
/// A message is `Copy` and borrows its values. It can be built in a `const`. Every message that can be built can be
/// sent: no value can break the framing of the stream. Encoding does not allocate, except once in
/// [`to_bytes`](Message::to_bytes). It fails only if a buffer is too small or a writer fails.
///
/// ```
/// use core::time::Duration;
/// use sse_proto::{EventId, EventType, Message};
///
/// const ADD: EventType<'static> = EventType::from_static("add");
///
/// let message = Message::new()
///     .event_type(ADD)
///     .id(EventId::new("73857293")?)
///     .retry(Duration::from_secs(3))
///     .data("first line\nsecond line");
///
/// assert_eq!(
///     message.to_string(),
///     "event: add\nid: 73857293\nretry: 3000\ndata: first line\ndata: second line\n\n",
/// );
/// # Ok::<(), sse_proto::InvalidValue>(())
/// ```
///
/// # What the receiver sees
///
/// Fields are written in this order: comment, event type, id, retry, data. A blank line always ends the message, so
/// messages can be concatenated. By WHATWG HTML 9.2.6 the receiver gets:
///
/// * an event if there is data, also if it is empty (`data: ` then), and none otherwise: a message with
///   just an id or just a retry is legal, and takes effect without an event;
/// * the data as given, except that CR and CRLF in it come back as LF;
/// * every line of the comment, if it looks at comments at all (browsers do not).
///
/// A message without fields is only the blank line: the receiver gets no frame, and the sender needs no special case.
/// It is not zero bytes, because a chunk of no bytes ends a body in HTTP/1.1 chunked coding.
///
/// # In a server
///
/// Answer with the headers of [`headers::RESPONSE_HEADERS`](crate::headers::RESPONSE_HEADERS), then stream the
/// messages as the body. With a framework whose bodies are streams of `Bytes` (axum, warp, actix-web,
/// hyper), one call makes a chunk of the body:
///
#[cfg_attr(feature = "alloc", doc = "```")]
#[cfg_attr(not(feature = "alloc"), doc = "```ignore")]
/// use bytes::Bytes;
/// use sse_proto::{IdText, KEEP_ALIVE, Message};
///
/// fn chunk_of(number: u64, text: &str) -> Bytes {
///     Message::new().id(IdText::from(number).as_event_id()).data(text).to_bytes()
/// }
///
/// assert_eq!(chunk_of(7, "hello"), "id: 7\ndata: hello\n\n");
/// assert_eq!(Bytes::from_static(KEEP_ALIVE), ":\n\n"); // on a timer
/// ```
///
/// * **One event for many clients**: encode it once, and send each client a clone of the `Bytes`, which shares the
///   text. A `tokio::sync::broadcast` channel of `Bytes` does exactly this.
/// * **Many messages in one buffer**: [`encode`](Message::encode) appends to a `Vec<u8>` or `BytesMut` that you
///   reuse; then there is no allocation in steady state.
/// * **A value to serialise**: [`encode_with`](Message::encode_with) writes it directly into the data field, without
///   a `String` in between.
/// * **Large data on a socket**: [`as_buf`](Message::as_buf) gives the pieces to a vectored write, without a copy.
/// * **Keep-alive**: send [`KEEP_ALIVE`] when nothing else was sent for about 15 seconds.
/// * **Flush each message.** Compression holds events back, so turn it off for this media type or flush
///   it after each message; `X-Accel-Buffering: no` asks nginx not to buffer.
///
/// # What is safe towards whom
///
/// The standard defines the meaning of a message, and browsers follow it. These clients deviate, as measured
/// (`docs/interop.md` of the repository):
///
/// * **An id or a `retry` without data** is an event with empty data for some SDKs, which then fail: OpenAI's and
///   Google's for Python. Send LLM clients no `retry` at all, and ids only in the message of an event, if any.
/// * **An id without data is lost** in clients that read ids only from events: Firefox, and the MCP SDKs for
///   TypeScript. If a client must be able to resume before the first event, add empty data: `.id(id).data("")`, the
///   priming event of MCP.
/// * **Empty data** is not JSON: nine of twelve LLM SDKs fail.
/// * **Data of several lines** is one value by the standard. Hand-written readers often treat each line as a separate
///   value: send JSON in one line.
/// * **Keep-alives**: see [`KEEP_ALIVE`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
#[must_use = "a message does nothing until it is encoded"]
#[doc(alias = "event")]
pub struct Message<'a> {
    pub(super) comment: Option<&'a str>,
    pub(super) event_type: Option<EventType<'a>>,
    pub(super) id: Option<EventId<'a>>,
    /// In milliseconds. A number, not its digits, to keep a message small: it is copied as it is built.
    pub(super) retry: Option<u64>,
    pub(super) data: Option<&'a str>,
}

impl<'a> Message<'a> {
    /// A message with nothing in it. Encoded as it is, it is a blank line, which means nothing.
    ///
    /// ```
    /// assert_eq!(sse_proto::Message::new().to_string(), "\n");
    /// ```
    #[inline]
    pub const fn new() -> Self {
        Self { comment: None, event_type: None, id: None, retry: None, data: None }
    }

    /// Sets the data: any text. With data, even with empty data, the message is an event.
    ///
    /// LF, CR and CRLF each end a line; the receiver gets them all as LF (WHATWG HTML 9.2.6).
    ///
    /// ```
    /// use sse_proto::Message;
    ///
    /// assert_eq!(Message::new().data("a\r\nb\r").to_string(), "data: a\ndata: b\ndata: \n\n");
    /// assert_eq!(Message::new().data("").to_string(), "data: \n\n");
    /// ```
    #[inline]
    pub const fn data(mut self, data: &'a str) -> Self {
        self.data = Some(data);
        self
    }

    /// Sets the type of the event (WHATWG HTML 9.2.6). Without it the receiver takes `message`.
    ///
    /// ```
    /// use sse_proto::{EventType, Message};
    ///
    /// const PING: Message<'static> = Message::new().event_type(EventType::from_static("ping")).data("");
    /// assert_eq!(PING.to_string(), "event: ping\ndata: \n\n");
    /// ```
    #[inline]
    #[doc(alias = "event")]
    pub const fn event_type(mut self, event_type: EventType<'a>) -> Self {
        self.event_type = Some(event_type);
        self
    }

    /// Sets the id, which the receiver keeps and sends as `Last-Event-ID` when it connects again
    /// (WHATWG HTML 9.2.4, 9.2.6). [`EventId::EMPTY`] makes it forget the one it has.
    ///
    /// ```
    /// use sse_proto::{EventId, Message};
    ///
    /// assert_eq!(Message::new().id(EventId::new("7")?).to_string(), "id: 7\n\n");
    /// assert_eq!(Message::new().id(EventId::EMPTY).to_string(), "id: \n\n");
    /// # Ok::<(), sse_proto::InvalidValue>(())
    /// ```
    #[inline]
    pub const fn id(mut self, id: EventId<'a>) -> Self {
        self.id = Some(id);
        self
    }

    /// Sets the time after which the receiver is to connect again (WHATWG HTML 9.2.6).
    ///
    /// In whole milliseconds, rounded down. What lies above [`u64::MAX`] milliseconds (584 million
    /// years) is sent as `u64::MAX`, the longest time that this crate reads.
    ///
    /// ```
    /// use core::time::Duration;
    /// use sse_proto::Message;
    ///
    /// assert_eq!(Message::new().retry(Duration::from_micros(1_999)).to_string(), "retry: 1\n\n");
    /// assert_eq!(Message::new().retry(Duration::MAX).to_string(), "retry: 18446744073709551615\n\n");
    /// ```
    #[inline]
    pub const fn retry(mut self, delay: Duration) -> Self {
        let milliseconds = delay.as_millis();
        self.retry = Some(if milliseconds > u64::MAX as u128 { u64::MAX } else { milliseconds as u64 });
        self
    }

    /// Sets a comment: any text. Each of its lines, ended by LF, CR or CRLF, becomes a comment line.
    ///
    /// The text follows the colon as it is (WHATWG HTML 9.2.5); put a space first if you want one there.
    ///
    /// ```
    /// use sse_proto::Message;
    ///
    /// assert_eq!(Message::new().comment("still here").to_string(), ":still here\n\n");
    /// assert_eq!(Message::new().comment(" a\n b").data("x").to_string(), ": a\n: b\ndata: x\n\n");
    /// ```
    #[inline]
    pub const fn comment(mut self, comment: &'a str) -> Self {
        self.comment = Some(comment);
        self
    }

    /// The data for `DataWriter`, which appends more.
    pub(crate) fn data_str(&self) -> &'a str {
        self.data.unwrap_or_default()
    }
}

impl<'a> Message<'a> {
    /// The event type, if there is one: an empty one means none, as in frameworks that have it as an `Option<String>`.
    ///
    /// ```
    /// use sse_proto::{EventType, Message};
    ///
    /// let (event, id) = (Some(String::from("add")), None::<String>);
    /// let message = Message::new().try_event_type(event.as_deref())?.try_id(id.as_deref())?.data("x");
    /// assert_eq!(message, Message::new().event_type(EventType::from_static("add")).data("x"));
    /// assert!(Message::new().try_event_type(Some("a\nb")).is_err());
    /// # Ok::<(), sse_proto::InvalidValue>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] for CR or LF.
    pub fn try_event_type(self, event_type: Option<&'a str>) -> Result<Self, InvalidValue> {
        Ok(match event_type {
            None | Some("") => self,
            Some(event_type) => self.event_type(EventType::new(event_type)?),
        })
    }

    /// The id, if there is one. An empty one is an id: it resets the client's last event ID.
    ///
    /// ```
    /// use sse_proto::{EventId, Message};
    ///
    /// assert_eq!(Message::new().try_id(None)?, Message::new());
    /// assert_eq!(Message::new().try_id(Some(""))?, Message::new().id(EventId::EMPTY));
    /// # Ok::<(), sse_proto::InvalidValue>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidValue`] for CR, LF and U+0000.
    pub fn try_id(self, id: Option<&'a str>) -> Result<Self, InvalidValue> {
        Ok(match id {
            None => self,
            Some(id) => self.id(EventId::new(id)?),
        })
    }
}
