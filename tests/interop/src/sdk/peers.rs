//! Who they are, and how one is met: one process, all cases.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use super::api::Api;
use super::cases::{self, Case, Seen};
use super::quirks;
use super::serve::Server;
use crate::Error;
use crate::matrix::{Direction, Row};
use crate::process::{self, Group, here, node};

/// For all cases of one peer, on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(90);

/// A reader of streams.
#[derive(Debug)]
pub struct Peer {
    /// In docs/interop.md.
    pub name: &'static str,
    language: Language,
    /// What the versions are of.
    packages: &'static [&'static str],
    /// Without its ending.
    script: &'static str,
    /// In the script.
    reader: &'static str,
    api: Api,
    /// What it makes of a case, if that is not what the standard does.
    quirk: fn(&Case) -> Option<Seen>,
    note: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Language {
    Python,
    JavaScript,
}

pub const PEERS: &[Peer] = &[
    Peer {
        name: "openai (Python), Chat Completions",
        language: Language::Python,
        packages: &["openai"],
        script: "sdks",
        reader: "openai-chat",
        api: Api::Chat,
        quirk: quirks::openai_python,
        note: quirks::OPENAI_PYTHON,
    },
    Peer {
        name: "openai (Python), Responses",
        language: Language::Python,
        packages: &["openai"],
        script: "sdks",
        reader: "openai-responses",
        api: Api::Responses,
        quirk: quirks::openai_python,
        note: quirks::OPENAI_PYTHON,
    },
    Peer {
        name: "openai (Node.js), Chat Completions",
        language: Language::JavaScript,
        packages: &["openai"],
        script: "sdks",
        reader: "openai-chat",
        api: Api::Chat,
        quirk: quirks::openai_node,
        note: quirks::OPENAI_NODE,
    },
    Peer {
        name: "openai (Node.js), Responses",
        language: Language::JavaScript,
        packages: &["openai"],
        script: "sdks",
        reader: "openai-responses",
        api: Api::Responses,
        quirk: quirks::openai_node,
        note: quirks::OPENAI_NODE,
    },
    Peer {
        name: "anthropic (Python)",
        language: Language::Python,
        packages: &["anthropic"],
        script: "sdks",
        reader: "anthropic",
        api: Api::Messages,
        quirk: quirks::anthropic_python,
        note: quirks::ANTHROPIC,
    },
    Peer {
        name: "@anthropic-ai/sdk (Node.js)",
        language: Language::JavaScript,
        packages: &["@anthropic-ai/sdk"],
        script: "sdks",
        reader: "anthropic",
        api: Api::Messages,
        quirk: quirks::anthropic_node,
        note: quirks::ANTHROPIC,
    },
    Peer {
        name: "google-genai (Python)",
        language: Language::Python,
        packages: &["google-genai"],
        script: "sdks",
        reader: "google-genai",
        api: Api::Gemini,
        quirk: quirks::google_python,
        note: quirks::GOOGLE_PYTHON,
    },
    Peer {
        name: "@google/genai (Node.js)",
        language: Language::JavaScript,
        packages: &["@google/genai"],
        script: "sdks",
        reader: "google-genai",
        api: Api::Gemini,
        quirk: quirks::google_node,
        note: quirks::GOOGLE_NODE,
    },
    Peer {
        name: "mistralai (Python)",
        language: Language::Python,
        packages: &["mistralai"],
        script: "sdks",
        reader: "mistralai",
        api: Api::Chat,
        quirk: quirks::mistral,
        note: quirks::MISTRAL,
    },
    Peer {
        name: "cohere (Python)",
        language: Language::Python,
        packages: &["cohere"],
        script: "sdks",
        reader: "cohere",
        api: Api::Cohere,
        quirk: quirks::none,
        note: quirks::COHERE,
    },
    Peer {
        name: "ai with @ai-sdk/openai-compatible",
        language: Language::JavaScript,
        packages: &["ai", "@ai-sdk/openai-compatible"],
        script: "sdks",
        reader: "ai",
        api: Api::Chat,
        quirk: quirks::ai_chat,
        note: quirks::AI_CHAT,
    },
    Peer {
        name: "ai, UI message stream",
        language: Language::JavaScript,
        packages: &["ai"],
        script: "sdks",
        reader: "ai-messages",
        api: Api::Ui,
        quirk: quirks::ai,
        note: quirks::AI,
    },
    Peer {
        name: "by hand in Node.js: split at blank lines, first line only",
        language: Language::JavaScript,
        packages: &[],
        script: "by_hand",
        reader: "first-line",
        api: Api::Chat,
        quirk: quirks::first_line,
        note: quirks::FIRST_LINE,
    },
    Peer {
        name: "by hand in Node.js: split at blank lines, strip `data: `",
        language: Language::JavaScript,
        packages: &[],
        script: "by_hand",
        reader: "strip",
        api: Api::Chat,
        quirk: quirks::strip,
        note: quirks::STRIP,
    },
    Peer {
        name: "by hand in Node.js: line by line, literal `data: `",
        language: Language::JavaScript,
        packages: &[],
        script: "by_hand",
        reader: "by-line",
        api: Api::Chat,
        quirk: quirks::by_line,
        note: quirks::BY_LINE,
    },
    Peer {
        name: "by hand in Node.js: fetch, TextDecoder, split(\"\\n\")",
        language: Language::JavaScript,
        packages: &[],
        script: "by_hand",
        reader: "by-chunk",
        api: Api::Chat,
        quirk: quirks::by_chunk,
        note: quirks::BY_CHUNK,
    },
    Peer {
        name: "by hand with requests: `iter_lines`, `startswith(b\"data: \")`",
        language: Language::Python,
        packages: &["requests"],
        script: "by_hand",
        reader: "iter-lines",
        api: Api::Chat,
        quirk: quirks::iter_lines,
        note: quirks::BY_LINE,
    },
];

/// What came of meeting one.
#[derive(Debug)]
pub struct Meeting {
    pub row: Row,
    /// What it made of each case.
    pub seen: Vec<(Case, Seen)>,
}

impl Peer {
    pub async fn meet(&self) -> Result<Meeting, Error> {
        let cases = cases::all(self.api)?;
        let server = Server::start(cases.clone(), |case| !self.expected(case).texts.is_empty()).await?;
        let seen = tokio::time::timeout(LIMIT, self.read(&server.origin));
        let seen = seen.await.map_err(|_| format!("not done after {LIMIT:?}"))??;
        let mut failures: Vec<_> = server.failures().collect();
        if seen.len() != cases.len() {
            failures.push(format!("{} cases were reported, not {}", seen.len(), cases.len()));
        }
        for (case, seen) in cases.iter().zip(&seen) {
            let expected = self.expected(case);
            if *seen != expected {
                failures.push(format!("{:?}: expected {expected:?}, seen {seen:?}", case.kind));
            }
        }
        let row = Row {
            peer: self.name.into(),
            version: self.version().await?,
            direction: Direction::ToPeer,
            over: "HTTP/1.1, chunked".into(),
            cases: cases.len(),
            failures,
            note: self.note.into(),
        };
        Ok(Meeting { row, seen: cases.into_iter().zip(seen).collect() })
    }

    /// Whether it is ours, in the shape of those that people write.
    pub fn is_by_hand(&self) -> bool {
        self.script == "by_hand"
    }

    /// What it makes of a case.
    fn expected(&self, case: &Case) -> Seen {
        (self.quirk)(case).unwrap_or_else(|| case.expected())
    }

    /// What its script says of each case.
    async fn read(&self, origin: &str) -> Result<Vec<Seen>, Error> {
        let (program, ending) = match self.language {
            Language::Python => (python(), "py"),
            Language::JavaScript => (node(), "mjs"),
        };
        let mut command = Command::new(program);
        command.current_dir(folder()).arg(format!("{}.{ending}", self.script)).args([self.reader, origin]);
        let mut script = Group::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
        let (mut lines, mut says) = (String::new(), String::new());
        let mut stdout = script.child.stdout.take().ok_or("a script without output")?;
        let mut stderr = script.child.stderr.take().ok_or("a script without errors")?;
        tokio::try_join!(stdout.read_to_string(&mut lines), stderr.read_to_string(&mut says))?;
        let status = script.child.wait().await?;
        if !status.success() {
            return Err(format!(
                "{}.{ending} {} ended with {status} and says:\n{says}",
                self.script, self.reader
            )
            .into());
        }
        let seen = |line| serde_json::from_str(line).map_err(|error| format!("{line}: {error}").into());
        lines.lines().map(seen).collect()
    }

    async fn version(&self) -> Result<String, Error> {
        let mut versions = Vec::new();
        for package in self.packages {
            versions.push(match self.language {
                Language::JavaScript => process::npm_version_in(&folder(), package)?,
                Language::Python => process::python_version_in(python(), package).await?,
            });
        }
        if self.packages.is_empty() {
            versions.push(process::version(node(), &["--version"]).await?.trim_start_matches('v').to_owned());
        }
        Ok(versions.join(", "))
    }
}

/// Where the scripts are, and what they need.
fn folder() -> PathBuf {
    here().join("sdk")
}

fn python() -> PathBuf {
    folder().join(".venv/bin/python")
}
