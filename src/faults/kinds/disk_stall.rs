//! `do = "disk-stall"`: the device completes nothing while it lasts, and goes on at its end.

use super::{DiskKind, Harm, Hostile, Idle, Matter, Settings};
use crate::kernel::Stream;
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

impl Hostile for DiskStall {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Disk)
    }

    fn harm(&self) -> Harm {
        Harm::PutsOut
    }

    fn draw(_: &mut Stream) -> Settings {
        Settings::none()
    }
}
