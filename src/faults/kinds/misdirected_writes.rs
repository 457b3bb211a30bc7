//! `do = "misdirected-writes"`: writes that go to another place than theirs, and overwrite what is there.

use super::{DiskKind, Harm, Hostile, Idle, Matter, Settings, unless};
use crate::kernel::{Probability, Stream};
use crate::spec::quantity::Ratio;
use crate::storage::Ailment;

crate::options! {
    /// Writes that go astray.
    pub struct MisdirectedWrites {
        /// Share of writes that do.
        share: Ratio,
        /// Whether checksums cover a record's address, so that a boot finds the one overwritten corrupt; if not, it takes it
        /// for what should be there.
        detected: bool = true,
    }
}

impl DiskKind for MisdirectedWrites {
    fn ailment(&self) -> Ailment {
        Ailment::MisdirectedWrites { share: Probability::new(self.share.as_f64()), detected: self.detected }
    }
}

impl Hostile for MisdirectedWrites {
    fn acts_on(&self) -> Result<Matter, Idle> {
        unless(self.share == Ratio::ZERO, &["share"], Matter::Disk)
    }

    fn harm(&self) -> Harm {
        Harm::BreaksTrust
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("share", choice, &["1%", "10%"])
    }
}
