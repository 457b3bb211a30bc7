//! Checks: what must hold of a run, judged from what processes noted and clients were told.

pub mod consensus;
pub mod conservation;
pub mod linearizability;
pub mod liveness;
pub mod queueing;
