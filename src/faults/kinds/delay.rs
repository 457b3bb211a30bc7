//! `do = "delay"`: messages take longer.

use super::{Harm, Hostile, Idle, LinkKind, Matter, Settings, unless};
use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Stream};
use crate::net::{Impairment, Probability};
use crate::spec::quantity::Ratio;

crate::options! {
    /// Links that take longer.
    pub struct Delay {
        /// How much longer a message takes, drawn for each.
        delay: Distribution,
        /// Share of messages that it strikes.
        share: Ratio = "100%",
    }
}

impl LinkKind for Delay {
    fn impairment(&self) -> Impairment {
        Impairment::Delay { share: Probability::new(self.share.as_f64()), delay: self.delay.clone() }
    }
}

impl Hostile for Delay {
    fn acts_on(&self) -> Result<Matter, Idle> {
        let idle: &[&str] = if self.share == Ratio::ZERO { &["share"] } else { &["delay"] };
        let is_idle = self.share == Ratio::ZERO || self.delay.range().1 == Duration::ZERO;
        unless(is_idle, idle, Matter::Messages)
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("delay", choice, &["exp(3ms)", "exp(30ms)", "uniform(0ms, 500ms)"]).one_of(
            "share",
            choice,
            &["10%", "100%"],
        )
    }
}
