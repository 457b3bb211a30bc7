//! `do = "bursty-loss"`: messages are lost in bursts, by the two-state chain of Gilbert (1960) and Elliott (1963).

use super::{Harm, Hostile, Idle, LinkKind, Matter, Settings, unless};
use crate::kernel::Stream;
use crate::net::{GilbertElliott, Impairment, Probability};
use crate::spec::quantity::Ratio;

crate::options! {
    /// Links that lose messages in bursts. Each direction between two nodes is good or bad and begins good; with each
    /// message it first changes its state or does not. In the long run it is bad for the share `to_bad / (to_bad + to_good)`
    /// of its messages.
    pub struct BurstyLoss {
        /// Probability to turn bad, with each message in the good state.
        to_bad: Ratio = "1%",
        /// Probability to turn good, with each message in the bad state: bursts are of 1 / `to_good` messages in the mean.
        to_good: Ratio [Ratio(1)..=Ratio::ONE] = "20%",
        /// Share of messages lost in the good state.
        loss_good: Ratio = "0%",
        /// Share of messages lost in the bad state.
        loss_bad: Ratio = "100%",
    }
}

impl LinkKind for BurstyLoss {
    fn impairment(&self) -> Impairment {
        let share = |ratio: Ratio| Probability::new(ratio.as_f64());
        Impairment::BurstyLoss(GilbertElliott {
            to_bad: share(self.to_bad),
            to_good: share(self.to_good),
            loss_good: share(self.loss_good),
            loss_bad: share(self.loss_bad),
        })
    }
}

impl Hostile for BurstyLoss {
    fn acts_on(&self) -> Result<Matter, Idle> {
        let idle: &[&str] =
            if self.to_bad == Ratio::ZERO { &["to_bad", "loss_good"] } else { &["loss_good", "loss_bad"] };
        let never_bad = self.to_bad == Ratio::ZERO || self.loss_bad == Ratio::ZERO;
        unless(never_bad && self.loss_good == Ratio::ZERO, idle, Matter::Messages)
    }

    fn harm(&self) -> Harm {
        Harm::Slows
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("to_bad", choice, &["1%", "20%"]).one_of("to_good", choice, &["5%", "50%"])
    }
}
