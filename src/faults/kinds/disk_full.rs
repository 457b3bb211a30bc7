//! `do = "disk-full"`: writes find the disk full, and syncs that cover any fail.

use super::{DiskKind, Harm, Hostile, Settings};
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
    fn harm(&self) -> Harm {
        Harm::Ruins
    }

    fn draw(_: &mut Stream) -> Settings {
        Settings::none()
    }
}
