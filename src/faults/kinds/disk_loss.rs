//! `do = "disk-loss"`: the device is gone with all that is on it; a boot finds an empty one.

use super::DiskKind;
use crate::storage::Ailment;

crate::options! {
    /// A disk that is gone.
    pub struct DiskLoss {}
}

impl DiskKind for DiskLoss {
    fn ailment(&self) -> Ailment {
        Ailment::Loss
    }
}
