//! Statistics over whole runs: estimates with intervals, comparisons of pairs, corrections for many of them, laws of scaling.
//!
//! Everything here is a pure function of its values, drawn numbers included, and computes with portable mathematics only: a verdict
//! is the same on every machine.

mod bootstrap;
mod estimate;
mod holm;
mod median;
mod mser;
mod paired;
mod queueing;
mod scaling;
mod serial;

pub use estimate::Estimate;
pub use holm::holm;
pub use mser::{Cut, mser_5};
pub use paired::{Method, Paired, variance};
pub use queueing::{Queue, QueueKind, erlang_b, erlang_c};
pub use scaling::{Law, LawEstimate, LawFit, Misfit};
pub use serial::serial_correlation;
