//! `do = "disk-full"`: writes find the disk full, and syncs that cover any fail.

use super::DiskKind;
use crate::storage::Ailment;

crate::options! {
    /// A disk without space.
    pub struct DiskFull {}
}

impl DiskKind for DiskFull {
    fn ailment(&self) -> Ailment {
        Ailment::Full
    }
}
