//! `do = "disk-loss"`: the device is gone with all that is on it; a boot finds an empty one.

use super::{DiskKind, Ending, Harm, Hostile, Idle, Matter, Settings};
use crate::faults::HappeningKind;
use crate::kernel::Stream;
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

impl Hostile for DiskLoss {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Disk)
    }

    fn brings(&self) -> &'static [HappeningKind] {
        &[HappeningKind::DiskLost]
    }

    fn ending(&self) -> Ending {
        Ending::Stays(
            "for a node that is down until it has a new disk write do = \"crash\" with disk = \"lost\"",
        )
    }

    fn harm(&self) -> Harm {
        Harm::BreaksTrust
    }

    fn draw(_: &mut Stream) -> Settings {
        Settings::none()
    }
}
