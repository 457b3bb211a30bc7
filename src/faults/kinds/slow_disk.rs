//! `do = "slow-disk"`: disk operations take a whole number of times as long.

use super::{DiskKind, Harm, Hostile, Idle, Matter, Settings, unless};
use crate::kernel::Stream;
use crate::storage::Ailment;

crate::options! {
    /// Disk operations take longer.
    pub struct SlowDisk {
        /// How many times as long.
        factor: u32 [1..=1_000_000] = 10,
    }
}

impl DiskKind for SlowDisk {
    fn ailment(&self) -> Ailment {
        Ailment::Slow { factor: self.factor }
    }
}

impl Hostile for SlowDisk {
    fn acts_on(&self) -> Result<Matter, Idle> {
        unless(self.factor == 1, &["factor"], Matter::DiskTime)
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("factor", choice, &[3, 100])
    }
}
