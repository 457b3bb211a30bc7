//! Replays: a run done again from its folder, and where the two part.
//!
//! Checkpoints tell the interval. What happens in it, this build can always show; what happened in it when the run was
//! made, only a stored trace knows.

mod event;
mod find;
mod parting;
mod recorded;

pub use event::{TracedEvent, told_apart};
pub use find::{find, is_run};
pub use parting::{Difference, Parting, Untold, locate};
pub use recorded::{KeptFiles, Recorded, ReproError};
