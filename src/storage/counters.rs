//! What a disk did, and what faults did to it.

use crate::kernel::Duration;

/// What a disk did. Figures only ever grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DiskCounters {
    /// Writes asked for.
    pub writes: u64,
    /// Syncs completed without an error.
    pub syncs: u64,
    /// Writes lost by crashes, because no completed sync covered them.
    pub writes_lost: u64,
    /// Time the device was busy.
    pub busy: Duration,
    /// Syncs that ended with an error.
    pub syncs_failed: u64,
    /// Writes that failed: on a bad sector, those behind it in the same area and sync included, or with the disk gone.
    pub writes_failed: u64,
    /// Writes that a full disk refused.
    pub writes_refused: u64,
    /// Writes that went to another place than theirs.
    pub writes_misdirected: u64,
    /// Writes that a crash tore.
    pub writes_torn: u64,
    /// Syncs acknowledged with nothing made durable.
    pub syncs_faked: u64,
    /// Writes that such a sync covered and a crash or the loss of the disk took.
    pub acknowledged_lost: u64,
    /// Records found unreadable at boot for the first time.
    pub records_unreadable: u64,
    /// Records that rotted.
    pub records_rotten: u64,
    /// How often the whole disk was lost.
    pub lost: u64,
    /// Durable records that went with it.
    pub records_lost: u64,
    /// Time the device stood still.
    pub stalled: Duration,
}
