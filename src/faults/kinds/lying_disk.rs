//! `do = "lying-disk"`: syncs are acknowledged, and nothing is durable until it ends.

use super::{DiskKind, Harm, Hostile, Idle, Matter, Settings};
use crate::kernel::Stream;
use crate::storage::Ailment;

crate::options! {
    /// A disk that acknowledges syncs and makes nothing durable.
    pub struct LyingDisk {}
}

impl DiskKind for LyingDisk {
    fn ailment(&self) -> Ailment {
        Ailment::LostSyncs
    }
}

impl Hostile for LyingDisk {
    fn acts_on(&self) -> Result<Matter, Idle> {
        Ok(Matter::Disk)
    }

    fn harm(&self) -> Harm {
        Harm::BreaksTrust
    }

    fn draw(_: &mut Stream) -> Settings {
        Settings::none()
    }
}
