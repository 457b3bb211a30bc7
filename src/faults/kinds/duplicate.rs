//! `do = "duplicate"`: datagrams arrive twice.

use super::LinkKind;
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
