//! `do = "disk-stall"`: the device completes nothing while it lasts, and goes on at its end.

use super::DiskKind;
use crate::storage::Ailment;

crate::options! {
    /// A disk that stands still.
    pub struct DiskStall {}
}

impl DiskKind for DiskStall {
    fn ailment(&self) -> Ailment {
        Ailment::Stall
    }
}
