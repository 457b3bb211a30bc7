//! Judges: what must hold of a run, and the words that say where it did not.

pub mod linearizability;
