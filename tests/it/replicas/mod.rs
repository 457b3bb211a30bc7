//! What the tests of every replicated log share: a small world that is moved step by step, and who watches it.

pub mod chaos;
pub mod observer;
pub mod script;
pub mod words;
pub mod world;
