//! From scenario files to worlds.

pub mod nouns;
