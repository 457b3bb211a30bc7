//! `do = "loss"`: each message is lost or not, whatever became of those before it.

use super::{Harm, Hostile, Idle, LinkKind, Matter, Settings, unless};
use crate::kernel::Stream;
use crate::net::{Impairment, Probability};
use crate::spec::quantity::Ratio;

crate::options! {
    /// Links that lose messages.
    pub struct Loss {
        /// Share of messages lost, beyond what the links lose themselves.
        share: Ratio,
    }
}

impl LinkKind for Loss {
    fn impairment(&self) -> Impairment {
        Impairment::Loss(Probability::new(self.share.as_f64()))
    }
}

impl Hostile for Loss {
    fn acts_on(&self) -> Result<Matter, Idle> {
        unless(self.share == Ratio::ZERO, &["share"], Matter::Messages)
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("share", choice, &["1%", "10%", "50%"])
    }
}
