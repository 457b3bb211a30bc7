//! `do = "duplicate"`: datagrams arrive twice.

use super::{Harm, Hostile, LinkKind, Settings};
use crate::kernel::Stream;
use crate::net::{Impairment, Probability};
use crate::spec::quantity::Ratio;

crate::options! {
    /// Links that copy datagrams.
    pub struct Duplicate {
        /// Share of datagrams that arrives twice.
        share: Ratio [Ratio(1)..=Ratio::ONE],
    }
}

impl LinkKind for Duplicate {
    fn impairment(&self) -> Impairment {
        Impairment::Duplicate(Probability::new(self.share.as_f64()))
    }
}

impl Hostile for Duplicate {
    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("share", choice, &["10%", "100%"])
    }
}
