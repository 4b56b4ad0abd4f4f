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
    KeepAlive { form: Form, text: &'static str, ids: bool },
    Retry,
    Id,
}

const FORMS: [Form; 4] = [Form::Block, Form::Line, Form::Blank, Form::Blanks];

const INTRODUCTION: &str = "\
## What keeps a connection alive, and what kills its client

Measured with the SDKs above, and with readers as people write them by hand. Each form was sent before the first event, between
two, before the closing event and after it; a cell names the places where something went wrong. **dies**: the client raises an
error and the rest of the answer is lost; **loses an event**: the one right after it, without a word; **ids**: this client does
not bear events with ids in the first place. `\\n` is a blank line, `:\\n` a comment line in front of the next event's first line.

";

const DECISION: &str = "
What a server can do:

- Without ids, as LLM servers send: `:\\n\\n`. The line alone makes clients that look at a block's first line lose the event after
  it, silently; as a block, the comment hurts only who bears no comment at all.
- With ids, as for an `EventSource`: no LLM client but openai's Python SDK dies of a block there, and it bears the line alone.
  Browsers, and whoever decodes by the standard, take both.
- To google-genai in Python no comment may be sent; two blank lines, `\\n\\n`, hurt no SDK in a stream without ids, and of the
  readers by hand only the one that dies of everything.
- Neither `retry` nor an id in a block of its own to LLM clients. `retry` in the block of an event hurts four, so leave it out:
  these clients do not reconnect.
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
        writeln!(text, "A field in a block of its own, in a stream without ids:\n")?;
        self.write(&mut text, &[Sent::Retry, Sent::Id])?;
        let differ: Vec<_> = self.rows.iter().filter(|row| row.minds_text()).map(|row| row.peer).collect();
        let differ = if differ.is_empty() { "nobody".into() } else { differ.join(", ") };
        writeln!(text, "\nA text in the comment (`:{TEXT}`) makes a difference to {differ}.")?;
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
        }
    }

    fn at(self, place: Place) -> Kind {
        match self {
            Self::KeepAlive { form, text, ids } => Kind::KeepAlive { form, text, place, ids },
            Self::Retry => Kind::Retry(place),
            Self::Id => Kind::Id(place),
        }
    }
}

impl Row {
    /// What came of a case, if it is not what the standard says.
    fn harm(&self, kind: Kind) -> Option<&'static str> {
        let (case, seen) = self.seen.iter().find(|(case, _)| case.kind == kind)?;
        match seen {
            seen if *seen == case.expected() => None,
            Seen { ended: Some(_), .. } => Some("dies"),
            _ => Some("loses an event"),
        }
    }

    /// Whether events with ids are too much, with nothing between them.
    fn bears_no_ids(&self) -> bool {
        self.harm(Kind::Ids).is_some()
    }

    fn is_hurt(&self, sent: Sent) -> bool {
        let hurt = || Place::ALL.iter().any(|place| self.harm(sent.at(*place)).is_some());
        !(matches!(sent, Sent::KeepAlive { ids: true, .. }) && self.bears_no_ids()) && hurt()
    }

    fn cell(&self, sent: Sent) -> String {
        if matches!(sent, Sent::KeepAlive { ids: true, .. }) && self.bears_no_ids() {
            return "ids".into();
        }
        let mut cell = Vec::new();
        for harm in ["dies", "loses an event"] {
            let places: Vec<_> =
                Place::ALL.into_iter().filter(|place| self.harm(sent.at(*place)) == Some(harm)).collect();
            let names: Vec<_> = places.iter().map(|place| place.as_str()).collect();
            match places.len() {
                0 => {}
                4 => cell.push(format!("**{harm}** everywhere")),
                _ => cell.push(format!("**{harm}** {}", names.join(", "))),
            }
        }
        if cell.is_empty() { "ok".into() } else { cell.join("; ") }
    }

    fn minds_text(&self) -> bool {
        let forms = [Form::Block, Form::Line].into_iter();
        let kinds = forms.flat_map(|form| [false, true].map(|ids| (form, ids)));
        kinds.into_iter().any(|(form, ids)| {
            let sent = |text| Sent::KeepAlive { form, text, ids };
            Place::ALL.iter().any(|place| self.harm(sent("").at(*place)) != self.harm(sent(TEXT).at(*place)))
        })
    }
}
