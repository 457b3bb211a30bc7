//! `do = "bit-rot"`: durable records go bad, at once; a boot finds that their checksums do not match.

use super::{DiskKind, Harm, Hostile, Settings};
use crate::kernel::{Probability, Stream};
use crate::spec::quantity::Ratio;
use crate::storage::Ailment;

crate::options! {
    /// Records that go bad.
    pub struct BitRot {
        /// Share of the disk's records that do.
        share: Ratio [Ratio(1)..=Ratio::ONE],
    }
}

impl DiskKind for BitRot {
    fn ailment(&self) -> Ailment {
        Ailment::BitRot { share: Probability::new(self.share.as_f64()) }
    }
}

impl Hostile for BitRot {
    fn harm(&self) -> Harm {
        Harm::Ruins
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("share", choice, &["1%", "20%"])
    }
}
