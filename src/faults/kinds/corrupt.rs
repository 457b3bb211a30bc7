//! `do = "corrupt"`: messages arrive damaged. Their checksum shows it, so that no process ever sees one: to it they are
//! lost, but they have used the link.

use super::{Harm, Hostile, Idle, LinkKind, Matter, Settings, unless};
use crate::kernel::Stream;
use crate::net::{Impairment, Probability};
use crate::spec::quantity::Ratio;

crate::options! {
    /// Links that damage messages.
    pub struct Corrupt {
        /// Share of messages damaged.
        share: Ratio,
    }
}

impl LinkKind for Corrupt {
    fn impairment(&self) -> Impairment {
        Impairment::Corrupt(Probability::new(self.share.as_f64()))
    }
}

impl Hostile for Corrupt {
    fn acts_on(&self) -> Result<Matter, Idle> {
        unless(self.share == Ratio::ZERO, &["share"], Matter::Messages)
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("share", choice, &["1%", "20%"])
    }
}
