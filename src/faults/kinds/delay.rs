//! `do = "delay"`: messages take longer.

use super::LinkKind;
use crate::kernel::sample::Distribution;
use crate::net::{Impairment, Probability};
use crate::spec::quantity::Ratio;

crate::options! {
    /// Links that take longer.
    pub struct Delay {
        /// How much longer a message takes, drawn for each.
        delay: Distribution,
        /// Share of messages that it strikes.
        share: Ratio [Ratio(1)..=Ratio::ONE] = "100%",
    }
}

impl LinkKind for Delay {
    fn impairment(&self) -> Impairment {
        Impairment::Delay { share: Probability::new(self.share.as_f64()), delay: self.delay.clone() }
    }
}
