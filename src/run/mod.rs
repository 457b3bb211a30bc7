//! Runs: what one records, the metrics computed from it, and the files it writes.
//!
//! [`prepare`] plans a run, [`execute`] runs and judges it. A [`watch::Watch`] listens: its [`recorder::Recorder`] becomes
//! a [`recording::Recording`] when the run is over. [`metrics`] computes figures from a recording by one catalogue;
//! [`figures`] and [`page`] draw it; [`product`] writes everything through [`outputs`], whole or not at all.
//! [`trace`] goes through a run once more, event by event, and [`repro`] compares that with what a folder tells of it.

mod asserted;
mod availability;
pub mod breakdown;
pub mod cast;
pub mod comparison_folder;
mod decree;
pub mod drawing;
pub mod execute;
pub mod figures;
mod histogram;
pub mod histories;
mod lanes;
mod leadership;
mod load;
pub mod metrics;
mod operation;
pub mod outputs;
pub mod page;
pub mod parts;
mod phase;
pub mod prepare;
pub mod product;
pub mod recorder;
pub mod recording;
pub mod repro;
mod service_figures;
mod simulate;
mod sought;
pub mod spacetime;
pub mod spans;
pub mod states;
mod stopped;
pub mod sweep_figures;
pub mod sweep_page;
mod tally;
#[cfg(test)]
mod testing;
pub mod trace;
mod traffic;
pub mod validation_folder;
mod warmup;
pub mod watch;

pub use availability::Outage;
pub use cast::{Cast, CastNode, CastWorkload};
pub use decree::{DecreeStep, DecreeSteps};
pub use histogram::{Cell, Histogram, RELATIVE_ERROR_MAX};
pub use leadership::{Election, Leaderless};
pub use load::{NodeSample, Part, Sample};
pub use operation::{Ending, Recorded};
pub use phase::{Phase, Timeline};
pub use recorder::{OPERATIONS_MAX, Recorder, RecorderSetup};
pub use recording::Recording;
pub use simulate::{first_run, simulate};
pub use stopped::{Cut, Stopped};
pub use tally::{ClassTally, Counts, Intervals, PhaseTally, Tallies};

/// Counts the changes that move results for the same scenario and seed: part of every run's id.
pub const MODEL_VERSION: u32 = 1;
