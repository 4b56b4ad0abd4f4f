//! Which topics there are. A topic is found by who asks, never by an id.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TopicName {
    /// What everybody sees who is signed in.
    Board,
    /// What one user gets, there or away.
    User(Arc<str>),
    /// What `live load` measures with.
    Load,
}

/// As a store writes it.
impl fmt::Display for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Board => f.write_str("board"),
            Self::User(name) => write!(f, "user:{name}"),
            Self::Load => f.write_str("load"),
        }
    }
}

impl FromStr for TopicName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.split_once(':')) {
            ("board", _) => Ok(Self::Board),
            ("load", _) => Ok(Self::Load),
            (_, Some(("user", name))) => Ok(Self::User(name.into())),
            _ => Err(format!("{text:?} is the name of no topic")),
        }
    }
}
