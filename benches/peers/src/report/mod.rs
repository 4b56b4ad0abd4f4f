//! The reports: Markdown, JSON and charts of the same numbers.

mod markdown;

pub(crate) use markdown::markdown;
