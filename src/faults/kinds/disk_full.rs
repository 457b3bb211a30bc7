//! `do = "disk-full"`: writes find the disk full, and syncs that cover any fail.

use super::{DiskKind, Harm, Hostile, Idle, Matter, Settings};
use crate::kernel::Stream;
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

impl Hostile for DiskFull {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Disk)
    }

    fn harm(&self) -> Harm {
        Harm::Ruins
    }

    fn draw(_: &mut Stream) -> Settings {
        Settings::none()
    }
}
