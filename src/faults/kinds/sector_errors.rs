//! `do = "sector-errors"`: sectors that fail when they are written, or when they are read at boot.

use super::{DiskKind, Harm, Hostile, Idle, Matter, Settings, unless};
use crate::kernel::{Probability, Stream};
use crate::spec::quantity::Ratio;
use crate::storage::Ailment;

crate::options! {
    /// Bad sectors.
    pub struct SectorErrors {
        /// Share of records that a boot cannot read.
        read: Ratio = "0%",
        /// Share of writes that fail, and with each of them its sync.
        write: Ratio = "0%",
    }
}

impl DiskKind for SectorErrors {
    fn ailment(&self) -> Ailment {
        Ailment::SectorErrors {
            read: Probability::new(self.read.as_f64()),
            write: Probability::new(self.write.as_f64()),
        }
    }
}

impl Hostile for SectorErrors {
    fn acts_on(&self) -> Result<Matter, Idle> {
        unless((self.read, self.write) == (Ratio::ZERO, Ratio::ZERO), &["read", "write"], Matter::Disk)
    }

    fn harm(&self) -> Harm {
        Harm::Ruins
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("read", choice, &["0%", "1%"]).one_of("write", choice, &["1%", "10%"])
    }
}
