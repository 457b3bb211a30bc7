//! From scenario files to worlds.

pub mod nouns;
pub mod plan;
