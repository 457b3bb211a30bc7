//! Losses in bursts: the two-state chain of Gilbert ("Capacity of a Burst-Noise Channel", Bell System Technical Journal 39,
//! 1960) and Elliott ("Estimates of Error Rates for Codes on Burst-Noise Channels", 42, 1963).

use std::collections::BTreeSet;

use crate::kernel::{NodeId, Probability};

/// The law of a link's losses. With every message the link first changes its state or does not, then loses the message
/// or does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GilbertElliott {
    /// From good to bad, with each message.
    pub to_bad: Probability,
    /// From bad to good, with each message: bursts are of 1 / `to_good` messages in the mean.
    pub to_good: Probability,
    /// Share lost in the good state.
    pub loss_good: Probability,
    /// Share lost in the bad state.
    pub loss_bad: Probability,
}

/// The states of the links that one impairment strikes: each begins good.
#[derive(Clone, Default, Debug)]
pub(super) struct Chains {
    bad: BTreeSet<(NodeId, NodeId)>,
}

impl Chains {
    /// Moves the chain of `link` by the random bits `step`; whether the message is lost, by the bits `loss`.
    pub(super) fn pass(
        &mut self,
        link: (NodeId, NodeId),
        law: &GilbertElliott,
        step: u64,
        loss: u64,
    ) -> bool {
        let was_bad = self.bad.contains(&link);
        let moves = if was_bad { law.to_good } else { law.to_bad }.hits(step);
        if moves && was_bad {
            self.bad.remove(&link);
        } else if moves {
            self.bad.insert(link);
        }
        if was_bad != moves { law.loss_bad } else { law.loss_good }.hits(loss)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Keyed;

    /// The stationary loss is to_bad / (to_bad + to_good), and bursts have a geometric length of mean 1 / to_good: of
    /// 400,000 messages both lie within 3 % (4 deviations).
    #[test]
    fn losses_come_in_bursts_of_the_length_and_share_of_the_law() {
        let share = Probability::new;
        let law = GilbertElliott {
            to_bad: share(0.01),
            to_good: share(0.2),
            loss_good: share(0.0),
            loss_bad: share(1.0),
        };
        let (mut chains, keyed) = (Chains::default(), Keyed::new(1, "test"));
        let link = (NodeId(0), NodeId(1));
        let lost: Vec<bool> =
            (0..400_000).map(|n| chains.pass(link, &law, keyed.draw(n, 0), keyed.draw(n, 1))).collect();
        let losses = lost.iter().filter(|lost| **lost).count() as f64;
        let bursts = lost.windows(2).filter(|pair| !pair[0] && pair[1]).count() as f64;
        assert!((losses / 400_000.0 / (0.01 / 0.21) - 1.0).abs() < 0.03, "{losses}");
        assert!((losses / bursts / 5.0 - 1.0).abs() < 0.03, "{}", losses / bursts);
    }

    #[test]
    fn each_link_has_a_chain_of_its_own() {
        let (never, always) = (Probability::ZERO, Probability::new(1.0));
        let law = GilbertElliott { to_bad: always, to_good: never, loss_good: never, loss_bad: always };
        let mut chains = Chains::default();
        assert!(
            chains.pass((NodeId(0), NodeId(1)), &law, 0, 0),
            "it turns bad and loses the message at once"
        );
        let stays = GilbertElliott { to_bad: never, ..law };
        assert!(chains.pass((NodeId(0), NodeId(1)), &stays, 0, 0), "it is bad still");
        assert!(!chains.pass((NodeId(1), NodeId(0)), &stays, 0, 0), "the other direction never was");
    }
}
