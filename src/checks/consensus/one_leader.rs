//! `one-leader`: at most one node becomes leader in a term (Raft §5.2, Election Safety). A node that wins a
//! term again after a restart has forgotten that it did, and may lead it with another log.

use std::collections::BTreeMap;

use crate::kernel::NodeId;
use crate::model::log::Term;
use crate::model::membership::Slots;

use super::mirror::{Mirror, Quorum};
use super::violation::{Found, What};

#[derive(Clone, Debug, Default)]
pub(super) struct OneLeader {
    /// Who became leader in each term, and in which incarnation.
    leaders: BTreeMap<Term, (NodeId, u32)>,
}

impl OneLeader {
    pub fn elected(&mut self, mirror: &Mirror, term: Term) -> Option<Found> {
        let elected = (mirror.node, mirror.incarnation);
        let first = *self.leaders.entry(term).or_insert(elected);
        (first != elected).then(|| Found::between(first.0, What::SecondLeader { term }))
    }

    /// The highest term that had a leader.
    pub fn latest(&self) -> Term {
        self.leaders.last_key_value().map_or(Term(0), |(&term, _)| term)
    }
}

/// A leader must have the votes of enough of its voters: two of one term would have somebody in common, and so has whoever
/// commits.
pub(super) fn elected_by(quorum: Quorum, term: Term, by: Slots) -> Option<Found> {
    let shortfall = quorum.shortfall(by)?;
    Some(Found::alone(What::ElectedByTooFew { term, shortfall }))
}

#[cfg(test)]
mod tests {
    use super::super::Invariant;
    use super::super::tests::Script;
    use crate::model::membership::Slots;

    #[test]
    fn a_leader_whom_too_few_elected_is_found() {
        let mut script = Script::new(5);
        script.elect_by(0, 1, Slots::first(3)).elect_by(1, 2, Slots::first(2));
        script.violates(
            Invariant::OneLeader,
            "kv.2 leads term 2 by 2 of 5 votes, and 3 must agree (t = 0.003 s)",
        );
    }

    #[test]
    fn each_term_may_have_a_leader_of_its_own() {
        let mut script = Script::new(3);
        script.elect(0, 1).elect(2, 2).elect(0, 4);
        script.holds();
    }

    #[test]
    fn two_leaders_of_a_term_are_found() {
        let mut script = Script::new(3);
        script.elect(0, 1).elect(2, 1);
        script.violates(
            Invariant::OneLeader,
            "kv.3 became leader of term 1, which kv.1 had become before (t = 0.002 s)",
        );
    }

    #[test]
    fn winning_a_term_again_after_a_restart_is_found() {
        let mut script = Script::new(3);
        script.elect(0, 1).restart(0).elect(0, 1);
        script.violates(
            Invariant::OneLeader,
            "kv.1 became leader of term 1 again after a restart (t = 0.004 s)",
        );
    }
}
