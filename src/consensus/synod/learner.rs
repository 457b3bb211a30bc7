//! The learner: finds out what is chosen ("Paxos Made Simple", §2.3).

use std::collections::BTreeMap;

use crate::model::membership::Slots;
use crate::model::synod::{Ballot, Vote};

/// A learner.
#[derive(Clone, Debug, Default)]
pub(super) struct Learner {
    /// What it knows to be chosen.
    pub learned: Option<Vote>,
    /// Who accepted the value of each ballot, until it knows.
    tallies: BTreeMap<Ballot, Tally>,
}

#[derive(Clone, Copy, Debug)]
struct Tally {
    vote: Vote,
    acceptors: Slots,
}

impl Learner {
    /// The acceptor in `slot` accepted `vote`. Returns who is known to have accepted it in this ballot: a value is chosen
    /// when enough have accepted it in one and the same (§2.2).
    pub fn count(&mut self, slot: usize, vote: Vote) -> Slots {
        let tally = self.tallies.entry(vote.ballot).or_insert(Tally { vote, acceptors: Slots::NONE });
        tally.acceptors.add(slot);
        tally.acceptors
    }

    /// Who is known to have accepted the value of `vote` in any ballot: what nobody may go by.
    pub fn acceptors_in_any_ballot(&self, vote: Vote) -> Slots {
        let same = self.tallies.values().filter(|tally| tally.vote.value == vote.value);
        same.fold(Slots::NONE, |all, tally| all.and(tally.acceptors))
    }

    /// It knows that `vote` is chosen, and need not count any more.
    pub fn learn(&mut self, vote: Vote) {
        self.learned = Some(vote);
        self.tallies.clear();
    }

    /// The fullest tally, for people: the ballot and who accepted in it.
    pub fn fullest(&self) -> Option<(Ballot, Slots)> {
        let fullest = self.tallies.values().max_by_key(|tally| (tally.acceptors.len(), tally.vote.ballot))?;
        Some((fullest.vote.ballot, fullest.acceptors))
    }
}
