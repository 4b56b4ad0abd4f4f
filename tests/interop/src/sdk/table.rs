//! What decides how a server keeps a connection alive: who survives which form at which place.

use std::fmt::Write as _;

use super::cases::{Case, Form, Kind, Place, Seen, TEXT};
use super::peers::Peer;
use crate::Error;

/// What all peers made of what is between events.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    peer: &'static str,
    by_hand: bool,
    seen: Vec<(Case, Seen)>,
}

/// A column: what is sent, and whether the events have ids.
#[derive(Debug, Clone, Copy)]
enum Sent {
    KeepAlive {
        form: Form,
        text: &'static str,
        ids: bool,
    },
    Retry,
    Id,
    /// What has one place only, and its name.
    Other(Kind, &'static str),
}

const FORMS: [Form; 4] = [Form::Block, Form::Line, Form::Blank, Form::Blanks];

const OTHERS: [Sent; 14] = [
    Sent::Other(Kind::Ids, "ids"),
    Sent::Other(Kind::Typed, "`event: message`"),
    Sent::Other(Kind::Untyped, "no `event`"),
    Sent::Other(Kind::RetryInside, "`retry` in an event"),
    Sent::Other(Kind::Pretty, "several `data` lines"),
    Sent::Other(Kind::Empty, "empty data"),
    Sent::Other(Kind::Unknown, "unknown event"),
    Sent::Other(Kind::Endless, "no closing event"),
    Sent::Other(Kind::CutBlock, "no last blank line"),
    Sent::Other(Kind::CutJson, "cut in JSON"),
    Sent::Other(Kind::Crlf, "CRLF"),
    Sent::Other(Kind::Tight, "no space"),
    Sent::Other(Kind::ByteOrderMark, "byte order mark"),
    Sent::Other(Kind::Split, "in two chunks"),
];

const INTRODUCTION: &str = "\
## What keeps a connection alive, and what kills its client

Measured with the SDKs above, and with typical hand-written readers. Each form was sent at four places: before the first event,
between two events, before the closing event and after it. A cell names the places where something went wrong. **dies**: the client
raises an error, and the rest of the answer is lost. **loses an event**: the client loses the next event without an error. **ids**:
this client fails on any event with an id, so the case does not apply. `:\\n` is a comment line before the next event's first line,
like the comment in a `Message` with data. `\\n` and `\\n\\n` are only blank lines.

";

const OTHER: &str = "
The other cases use the same three texts. **sees nothing**: the client showed no text and no error. **shows it**: the client showed
the last event, which the standard discards because its blank line is missing.

";

const DECISION: &str = "
### What a server can do

- **Without ids**, like LLM providers: send `:\\n\\n`. With the line alone, clients that look only at the start of a block lose the
  next event without an error. The block kills only the clients that parse every comment as JSON, and the line kills those too.
- **With ids**, like for an `EventSource`: send `:\\n` before the next event if openai's Python SDK may be among the clients, and
  `:\\n\\n` otherwise. The clients that lose an event to the line also fail on ids, so with ids the line hurts no further client.
- **MCP**: its SDKs accept the block and the line at every place, with ids and without (see the notes of their rows).
- **google-genai in Python** fails on every comment. Two blank lines, `\\n\\n`, hurt no SDK in a stream without ids. By the
  standard they have no effect, like a comment. But 9.2.7 recommends a comment, and clients are used to comments.
- **`retry` or an id in a separate block**: do not send these to LLM clients. Both kill openai's and Google's Python SDKs at once. Put
  an id into the block of an event. `retry` has no use here: no client reconnected in any case, whatever had happened.
- **Data**: send it in one line and never empty, with LF as the line end, a space after the colon, and no byte order mark. Send the type
  in `event` and in the JSON, like the provider's own server. Do not send events of other types. End the closing event with its blank line.
";

impl Table {
    pub fn add(&mut self, peer: &'static Peer, seen: &[(Case, Seen)]) {
        self.rows.push(Row { peer: peer.name, by_hand: peer.is_by_hand(), seen: seen.to_vec() });
    }

    pub fn markdown(&self) -> Result<String, Error> {
        let mut text = INTRODUCTION.to_owned();
        for ids in [false, true] {
            let with = if ids { "with an id in each event" } else { "without ids" };
            writeln!(text, "In a stream {with}:\n")?;
            self.write(&mut text, &FORMS.map(|form| Sent::KeepAlive { form, text: "", ids }))?;
            text.push('\n');
        }
        writeln!(text, "A field in a separate block, in a stream without ids:\n")?;
        self.write(&mut text, &[Sent::Retry, Sent::Id])?;
        let differ: Vec<_> = self.rows.iter().filter(|row| row.minds_text()).map(|row| row.peer).collect();
        let differ = if differ.is_empty() { "nobody".into() } else { differ.join(", ") };
        writeln!(text, "\nA text in the comment (`:{TEXT}`) makes a difference to {differ}.")?;
        text += OTHER;
        self.write(&mut text, &OTHERS)?;
        text += DECISION;
        Ok(text)
    }

    fn write(&self, text: &mut String, columns: &[Sent]) -> Result<(), Error> {
        let heads: Vec<_> = columns.iter().map(|sent| sent.head()).collect();
        writeln!(text, "| peer | {} |\n| --- |{}", heads.join(" | "), " --- |".repeat(columns.len()))?;
        for row in &self.rows {
            let cells: Vec<_> = columns.iter().map(|sent| row.cell(*sent)).collect();
            writeln!(text, "| {} | {} |", row.peer, cells.join(" | "))?;
        }
        for (by_hand, whose) in [(false, "SDKs"), (true, "readers by hand")] {
            let rows: Vec<_> = self.rows.iter().filter(|row| row.by_hand == by_hand).collect();
            let hurt = |sent: &Sent| rows.iter().filter(|row| row.is_hurt(*sent)).count().to_string();
            let hurt: Vec<_> = columns.iter().map(hurt).collect();
            writeln!(text, "| **hurt, of {} {whose}** | {} |", rows.len(), hurt.join(" | "))?;
        }
        Ok(())
    }
}

impl Sent {
    /// What a column is called.
    fn head(self) -> String {
        match self {
            Self::KeepAlive { form, text, .. } => {
                let bytes = form.bytes(text).escape_ascii().to_string();
                format!("`{bytes}`{}", if form.is_ours(text) { ", `KEEP_ALIVE`" } else { "" })
            }
            Self::Retry => "`retry: 3000\\n\\n`".into(),
            Self::Id => "`id: 7\\n\\n`".into(),
            Self::Other(_, name) => name.into(),
        }
    }

    /// At each of its places.
    fn kinds(self) -> Vec<(Option<Place>, Kind)> {
        let kind = |place| match self {
            Self::KeepAlive { form, text, ids } => Kind::KeepAlive { form, text, place, ids },
            Self::Retry => Kind::Retry(place),
            Self::Id => Kind::Id(place),
            Self::Other(kind, _) => kind,
        };
        match self {
            Self::Other(kind, _) => vec![(None, kind)],
            _ => Place::ALL.map(|place| (Some(place), kind(place))).to_vec(),
        }
    }
}

impl Row {
    /// What came of a case, if it is not what the standard says.
    fn harm(&self, kind: Kind) -> Option<&'static str> {
        let (case, seen) = self.seen.iter().find(|(case, _)| case.kind == kind)?;
        let expected = case.expected();
        match seen {
            seen if *seen == expected => None,
            Seen { ended: Some(_), .. } => Some("dies"),
            Seen { texts, .. } if texts.is_empty() => Some("sees nothing"),
            Seen { texts, .. } if texts.len() > expected.texts.len() => Some("shows it"),
            _ => Some("loses an event"),
        }
    }

    /// Whether events with ids are too much, with nothing between them.
    fn bears_no_ids(&self) -> bool {
        self.harm(Kind::Ids).is_some()
    }

    /// Whether it takes no stream of this column in the first place.
    fn is_out(&self, sent: Sent) -> bool {
        matches!(sent, Sent::KeepAlive { ids: true, .. }) && self.bears_no_ids()
    }

    fn is_hurt(&self, sent: Sent) -> bool {
        !self.is_out(sent) && sent.kinds().into_iter().any(|(_, kind)| self.harm(kind).is_some())
    }

    fn cell(&self, sent: Sent) -> String {
        if self.is_out(sent) {
            return "ids".into();
        }
        // Each harm with the places where it is done.
        let mut harms: Vec<(&str, Vec<&str>)> = Vec::new();
        for (place, kind) in sent.kinds() {
            let Some(harm) = self.harm(kind) else { continue };
            let place = place.map(Place::as_str);
            match harms.iter_mut().find(|(known, _)| *known == harm) {
                Some((_, places)) => places.extend(place),
                None => harms.push((harm, place.into_iter().collect())),
            }
        }
        let said = harms.iter().map(|(harm, places)| match places.len() {
            0 => format!("**{harm}**"),
            4 => format!("**{harm}** everywhere"),
            _ => format!("**{harm}** {}", places.join(", ")),
        });
        let said: Vec<_> = said.collect();
        if said.is_empty() { "ok".into() } else { said.join("; ") }
    }

    /// Whether the text of a comment makes a difference.
    fn minds_text(&self) -> bool {
        let harms = |form, text, ids| {
            let kinds = Sent::KeepAlive { form, text, ids }.kinds();
            kinds.into_iter().map(|(_, kind)| self.harm(kind)).collect::<Vec<_>>()
        };
        let forms = [Form::Block, Form::Line].map(|form| [false, true].map(|ids| (form, ids)));
        forms.into_iter().flatten().any(|(form, ids)| harms(form, "", ids) != harms(form, TEXT, ids))
    }
}
