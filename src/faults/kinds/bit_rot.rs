//! `do = "bit-rot"`: durable records go bad, at once; a boot finds that their checksums do not match.

use super::{DiskKind, Ending, Harm, Hostile, Idle, Matter, Settings, unless};
use crate::kernel::{Probability, Stream};
use crate::spec::quantity::Ratio;
use crate::storage::Ailment;

crate::options! {
    /// Records that go bad.
    pub struct BitRot {
        /// Share of the disk's records that do.
        share: Ratio,
    }
}

impl DiskKind for BitRot {
    fn ailment(&self) -> Ailment {
        Ailment::BitRot { share: Probability::new(self.share.as_f64()) }
    }
}

impl Hostile for BitRot {
    fn acts_on(&self) -> Result<Matter, Idle> {
        unless(self.share == Ratio::ZERO, &["share"], Matter::Disk)
    }

    fn ending(&self) -> Ending {
        Ending::Stays("for records that go bad again and again write every = \"...\"")
    }

    fn harm(&self) -> Harm {
        Harm::Ruins
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("share", choice, &["1%", "20%"])
    }
}
