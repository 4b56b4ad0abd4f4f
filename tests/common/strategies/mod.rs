//! Proptest strategies: streams to decode and messages to encode, each with its own weights.

pub mod messages;
pub mod streams;
