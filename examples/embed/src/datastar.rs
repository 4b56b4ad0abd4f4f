//! Datastar's events: fragments of a page, in many keyed lines of data. Encoded once for all who look at the page: what
//! comes from here goes to a [`Hub`](crate::broadcast::Hub).

use bytes::{Bytes, BytesMut};
use sse_proto::{EventType, FieldWriter};

/// What the lines are called, which has changed.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    event_type: EventType<'static>,
    mode: &'static str,
    elements: &'static str,
}

/// Datastar 1.0.
pub const PATCH: Words = Words {
    event_type: EventType::from_static("datastar-patch-elements"),
    mode: "mode",
    elements: "elements",
};
/// Its versions before, up to `1.0.0-beta.11`.
pub const MERGE: Words = Words {
    event_type: EventType::from_static("datastar-merge-fragments"),
    mode: "mergeMode",
    elements: "fragments",
};

impl Words {
    /// Puts `html` into the elements that `selector` finds, as `mode` says: `append`, `inner`, `outer`, ...
    ///
    /// Each line of `html` is a line of data with the name before it. Line ends in the others would begin a line of
    /// data of their own, so they become spaces.
    pub fn patch(&self, selector: &str, mode: &str, html: &str) -> Bytes {
        let mut buffer = BytesMut::new();
        let mut fields = FieldWriter::new(&mut buffer);
        fields.event_type(self.event_type);
        for (name, value) in [("selector", selector), (self.mode, mode)] {
            fields.data(&format!("{name} {}", value.replace(['\r', '\n'], " ")));
        }
        for line in html.replace("\r\n", "\n").split(['\r', '\n']) {
            fields.data(&format!("{} {line}", self.elements));
        }
        buffer.freeze()
    }
}
