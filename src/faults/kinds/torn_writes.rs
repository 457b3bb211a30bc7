//! `do = "torn-writes"`: crashes leave more than was synced, and tear what was under way.

use super::{DiskKind, Harm, Hostile, Idle, Matter, Settings, unless};
use crate::kernel::{Probability, Stream};
use crate::spec::quantity::Ratio;
use crate::storage::Ailment;

crate::options! {
    /// Crashes that leave a part of what was not synced.
    pub struct TornWrites {
        /// Share of crashes that leave, of each area's writes that no sync covers, a prefix and maybe a torn one behind it.
        share: Ratio = "100%",
        /// Whether a cell that is being replaced is old or new even so; if not, it can be torn.
        atomic_replace: bool = true,
    }
}

impl DiskKind for TornWrites {
    fn ailment(&self) -> Ailment {
        Ailment::TornWrites {
            share: Probability::new(self.share.as_f64()),
            atomic_replace: self.atomic_replace,
        }
    }
}

impl Hostile for TornWrites {
    fn acts_on(&self) -> Result<Matter, Idle> {
        unless(self.share == Ratio::ZERO, &["share"], Matter::Disk)
    }

    fn harm(&self) -> Harm {
        match self.atomic_replace {
            true => Harm::Slows,
            false => Harm::Ruins,
        }
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("share", choice, &["50%", "100%"])
    }
}
