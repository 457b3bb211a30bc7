//! `do = "duplicate"`: datagrams arrive twice.

use super::{Harm, Hostile, Idle, LinkKind, Matter, Settings, unless};
use crate::kernel::Stream;
use crate::net::{Impairment, Probability};
use crate::spec::quantity::Ratio;

crate::options! {
    /// Links that copy datagrams.
    pub struct Duplicate {
        /// Share of datagrams that arrives twice.
        share: Ratio,
    }
}

impl LinkKind for Duplicate {
    fn impairment(&self) -> Impairment {
        Impairment::Duplicate(Probability::new(self.share.as_f64()))
    }
}

impl Hostile for Duplicate {
    fn acts_on(&self) -> Result<Matter, Idle> {
        unless(self.share == Ratio::ZERO, &["share"], Matter::Datagrams)
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("share", choice, &["10%", "100%"])
    }
}
