//! `do = "lying-disk"`: syncs are acknowledged, and nothing is durable until it ends.

use super::{DiskKind, Harm, Hostile, Settings};
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
    fn harm(&self) -> Harm {
        Harm::BreaksTrust
    }

    fn draw(_: &mut Stream) -> Settings {
        Settings::none()
    }
}
