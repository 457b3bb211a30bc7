//! Disks: one device a node, first come first served. Writes are volatile until a sync that covers them completes; a
//! crash drops the rest. What can go wrong besides is in [`faults`].

mod counters;
mod disk;
mod faults;

#[cfg(test)]
mod tests;

pub use counters::DiskCounters;
pub use disk::{AreaState, Completion, Disk, DiskProfile, DiskState, Draws};
pub use faults::{Ailment, AilmentId};
