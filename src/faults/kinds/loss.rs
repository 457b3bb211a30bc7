//! `do = "loss"`: each message is lost or not, whatever became of those before it.

use super::LinkKind;
use crate::net::{Impairment, Probability};
use crate::spec::quantity::Ratio;

crate::options! {
    /// Links that lose messages.
    pub struct Loss {
        /// Share of messages lost, beyond what the links lose themselves.
        share: Ratio [Ratio(1)..=Ratio::ONE],
    }
}

impl LinkKind for Loss {
    fn impairment(&self) -> Impairment {
        Impairment::Loss(Probability::new(self.share.as_f64()))
    }
}
