//! Who accepted what in each slot, of a log whose slots are decided each by itself (Paxos), and what was chosen there.
//!
//! A value is chosen in a ballot when a quorum has accepted it there, durably; it is known here once somebody says that the
//! slot is committed. From then on no ballot above may propose another value (P2b: Lamport 2001, §2.2), and none that was
//! told before may have.

use std::collections::BTreeMap;

use crate::kernel::NodeId;
use crate::model::log::{LogIndex, Term, chained};
use crate::model::membership::Slots;

use super::mirror::Quorum;
use super::violation::{Found, Shortfall, What};
use super::window::Window;

/// Who accepted the value of one ballot in one slot.
#[derive(Clone, Copy, Debug, Default)]
struct Votes {
    /// 0 if nobody accepted anything.
    ballot: Term,
    value: u64,
    acceptors: Slots,
}

/// What was chosen in a slot.
#[derive(Clone, Copy, Debug, Default)]
struct Chosen {
    /// 0 if it is not known that anything was.
    ballot: Term,
    value: u64,
}

/// One slot of the log.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// Those of the highest ballot.
    votes: Votes,
    chosen: Chosen,
}

/// What is found wrong when a value is accepted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Accepted {
    /// Another value was accepted in that ballot.
    pub differs: Option<Found>,
    /// Another value was chosen in a lower one.
    pub overrules: Option<Found>,
}

/// What is found when slots are committed for the first time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Committed {
    /// No quorum had accepted any value in one of them.
    pub early: Option<Found>,
    /// A higher ballot had proposed another value than the one chosen.
    pub overruled: Option<Found>,
    /// The prefix told is not that of the values chosen.
    pub differs: Option<Found>,
}

/// What a replica must find on its disk.
#[derive(Clone, Debug)]
struct Expected {
    /// The first slot.
    first: LogIndex,
    /// By slot: the highest ballot in which it had accepted something there; 0 if in none, or once that was found.
    ballots: Vec<Term>,
}

impl Expected {
    /// It was found to have accepted something in `ballot` at `index`.
    fn found(&mut self, index: LogIndex, ballot: Term) {
        let place = index.0.checked_sub(self.first.0).map(|place| place as usize);
        if let Some(held) = place.and_then(|place| self.ballots.get_mut(place))
            && *held <= ballot
        {
            *held = Term(0);
        }
    }

    /// A snapshot stands for the slots up to `index`.
    fn found_up_to(&mut self, index: LogIndex) {
        let covered = index.next().0.saturating_sub(self.first.0) as usize;
        self.ballots.iter_mut().take(covered).for_each(|held| *held = Term(0));
    }

    /// The first and the last slot of what was not found.
    fn missing(&self) -> Option<(LogIndex, LogIndex)> {
        let is_missing = |held: &Term| *held > Term(0);
        let first = self.ballots.iter().position(is_missing)?;
        let last = self.ballots.iter().rposition(is_missing)?;
        Some((LogIndex(self.first.0 + first as u64), LogIndex(self.first.0 + last as u64)))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Ballots {
    nodes: Vec<NodeId>,
    cells: Window<Cell>,
    /// Those of lower ballots: few, as each stands for a change of leader.
    lower: BTreeMap<(LogIndex, Term), Votes>,
    /// By replica, after a restart and until its disk is read.
    expected: Vec<Option<Expected>>,
    /// Whose agreement committed the slots from each of these on.
    decided_by: Vec<(LogIndex, Quorum)>,
}

impl Ballots {
    pub fn new(nodes: &[NodeId]) -> Ballots {
        let (cells, lower) = (Window::starting(LogIndex(0), Cell::default()), BTreeMap::new());
        Ballots {
            nodes: nodes.to_vec(),
            cells,
            lower,
            expected: vec![None; nodes.len()],
            decided_by: Vec::new(),
        }
    }

    /// The replica of this rank holds `value` in `ballot` at `index`, durably.
    #[inline]
    pub fn accepted(&mut self, rank: usize, index: LogIndex, ballot: Term, value: u64) -> Accepted {
        if let Some(expected) = &mut self.expected[rank] {
            expected.found(index, ballot);
        }
        let Some(mut cell) = self.cells.get(index) else {
            if index >= self.cells.end() {
                let votes = Votes { ballot, value, acceptors: Slots::one(rank) };
                self.cells.set(index, Cell { votes, ..Cell::default() });
            }
            return Accepted::default();
        };
        let differs = if cell.votes.ballot == ballot {
            let is_same = cell.votes.value == value;
            if is_same {
                cell.votes.acceptors.add(rank);
            }
            let first = cell.votes.acceptors.iter().next().map(|first| self.nodes[first]);
            (!is_same).then_some(Found { other: first, what: What::ValuesDiffer { index, ballot } })
        } else {
            self.accepted_beside(&mut cell, rank, index, Votes { ballot, value, acceptors: Slots::one(rank) })
        };
        self.cells.set(index, cell);
        let Chosen { ballot: chosen_in, value: chosen } = cell.chosen;
        let is_overruled = chosen_in > Term(0) && ballot > chosen_in && value != chosen;
        let overrules =
            is_overruled.then(|| Found::alone(What::ChosenOverruled { index, ballot, chosen_in }));
        Accepted { differs, overrules }
    }

    /// A value of another ballot than the highest.
    #[cold]
    fn accepted_beside(
        &mut self,
        cell: &mut Cell,
        rank: usize,
        index: LogIndex,
        votes: Votes,
    ) -> Option<Found> {
        if votes.ballot > cell.votes.ballot {
            if cell.votes.ballot > Term(0) {
                self.lower.insert((index, cell.votes.ballot), cell.votes);
            }
            cell.votes = votes;
            return None;
        }
        let known = self.lower.entry((index, votes.ballot)).or_insert(votes);
        if known.value == votes.value {
            known.acceptors.add(rank);
            return None;
        }
        let first = known.acceptors.iter().next().map(|first| self.nodes[first]);
        Some(Found { other: first, what: What::ValuesDiffer { index, ballot: votes.ballot } })
    }

    /// The slots behind `from`, whose prefix digest is `prefix`, are committed up to `through` for the first time, by the
    /// agreement of `quorum`; `told` is the prefix digest there as the replica of this rank knows it. Calls `next` with the
    /// prefix digest of each, or with `None` where it is not known.
    pub fn committed(
        &mut self,
        rank: usize,
        (from, prefix): (LogIndex, u64),
        (through, told): (LogIndex, u64),
        quorum: Quorum,
        mut next: impl FnMut(LogIndex, Option<u64>),
    ) -> Committed {
        if self.decided_by.last().is_none_or(|&(_, last)| last != quorum) {
            self.decided_by.push((from.next(), quorum));
        }
        let mut found = Committed::default();
        let mut prefix = Some(prefix);
        let mut index = from;
        while index < through {
            index = index.next();
            match self.choose(index, quorum) {
                Ok(Chosen { ballot, value }) => {
                    prefix = prefix.map(|prefix| chained(prefix, value));
                    found.overruled = found.overruled.or_else(|| self.overruled(index, ballot, value));
                }
                Err(shortfall) => {
                    prefix = None;
                    let early = Found::alone(What::CommittedTooEarly { index, shortfall });
                    found.early = found.early.or(Some(early));
                }
            }
            next(index, prefix);
        }
        if prefix.is_some_and(|prefix| prefix != told) {
            let index = self.parts_at(rank, from, through);
            found.differs = Some(Found::alone(What::CommittedDiffers { index }));
        }
        found
    }

    /// What a quorum has accepted at `index` in one ballot: from now on it is chosen.
    #[inline]
    fn choose(&mut self, index: LogIndex, quorum: Quorum) -> Result<Chosen, Shortfall> {
        let mut cell = self.cells.get(index).unwrap_or_default();
        let votes = if quorum.shortfall(cell.votes.acceptors).is_none() {
            cell.votes
        } else {
            let below = self.lower.range((index, Term(0))..=(index, Term(u32::MAX)));
            let chosen = below.map(|(_, votes)| *votes).find(|v| quorum.shortfall(v.acceptors).is_none());
            let Some(votes) = chosen else {
                return Err(quorum.shortfall(cell.votes.acceptors).expect("seen above"));
            };
            votes
        };
        cell.chosen = Chosen { ballot: votes.ballot, value: votes.value };
        self.cells.set(index, cell);
        Ok(cell.chosen)
    }

    /// Whether a ballot above the one that chose `value` has proposed another.
    #[inline]
    fn overruled(&self, index: LogIndex, chosen_in: Term, value: u64) -> Option<Found> {
        let Votes { ballot, value: highest, .. } = self.cells.get(index)?.votes;
        if ballot == chosen_in {
            return None;
        }
        let above = self.lower.range((index, chosen_in.next())..=(index, ballot));
        let others = above.map(|(_, votes)| (votes.ballot, votes.value)).chain([(ballot, highest)]);
        let other = others.into_iter().find(|&(_, other)| other != value)?;
        Some(Found::alone(What::ChosenOverruled { index, ballot: other.0, chosen_in }))
    }

    /// These promised `ballot` to a proposer that knows what is chosen up to `known`, and leads now: of those who chose what
    /// it does not know there must be one among them (P2c). Only as far as the same `quorum` decided: of whom it does not
    /// know that they decide, it asks later.
    pub fn elected_by(&self, ballot: Term, by: Slots, known: LogIndex, quorum: Quorum) -> Option<Found> {
        let slots = (known.next().0..self.cells.end().0).map(LogIndex);
        let mut known_to_decide = slots.take_while(|&index| self.decider_of(index) == Some(quorum));
        known_to_decide.find_map(|index| {
            let chosen_in = self.cells.get(index)?.chosen.ballot;
            let has_choosers = chosen_in > Term(0) && chosen_in < ballot;
            let acceptors = has_choosers.then(|| self.acceptors_of(index, chosen_in))?;
            let parts = acceptors.common(by).is_empty();
            parts.then(|| Found::alone(What::SlotQuorumsPart { index, ballot, chosen_in }))
        })
    }

    /// Whose agreement committed this slot.
    fn decider_of(&self, index: LogIndex) -> Option<Quorum> {
        self.decided_by.iter().rev().find(|&&(from, _)| from <= index).map(|&(_, quorum)| quorum)
    }

    /// Who accepted what was proposed there in this ballot.
    fn acceptors_of(&self, index: LogIndex, ballot: Term) -> Slots {
        let highest = self.cells.get(index).map(|cell| cell.votes).filter(|votes| votes.ballot == ballot);
        let votes = highest.or_else(|| self.lower.get(&(index, ballot)).copied());
        votes.map_or(Slots::NONE, |votes| votes.acceptors)
    }

    /// The first slot behind `from` in which the replica of this rank holds another value than the one chosen; `through` if
    /// its votes do not tell.
    #[cold]
    pub fn parts_at(&self, rank: usize, from: LogIndex, through: LogIndex) -> LogIndex {
        let parts = |index: &u64| {
            let index = LogIndex(*index);
            let Some(cell) = self.cells.get(index).filter(|cell| cell.chosen.ballot > Term(0)) else {
                return false;
            };
            self.highest_of(rank, index, &cell).is_some_and(|votes| votes.value != cell.chosen.value)
        };
        LogIndex((from.0 + 1..through.0).find(parts).unwrap_or(through.0))
    }

    fn highest_of(&self, rank: usize, index: LogIndex, cell: &Cell) -> Option<Votes> {
        if cell.votes.acceptors.has(rank) {
            return Some(cell.votes);
        }
        let below = self.lower.range((index, Term(0))..=(index, Term(u32::MAX))).rev();
        below.map(|(_, votes)| *votes).find(|votes| votes.acceptors.has(rank))
    }

    /// The replica of this rank restarts: what it had accepted it must find again.
    pub fn booted(&mut self, rank: usize) {
        let (first, end) = (self.cells.first(), self.cells.end());
        let held = (first.0..end.0).map(LogIndex).map(|index| {
            let cell = self.cells.get(index)?;
            Some(self.highest_of(rank, index, &cell)?.ballot)
        });
        let ballots = held.map(Option::unwrap_or_default).collect();
        self.expected[rank] = Some(Expected { first, ballots });
    }

    /// A snapshot of the replica of this rank stands for the slots up to `index`.
    pub fn installed(&mut self, rank: usize, index: LogIndex) {
        if let Some(expected) = &mut self.expected[rank] {
            expected.found_up_to(index);
        }
    }

    /// What the replica of this rank held is not expected to be found: it knows that its disk is lost, or cannot read it.
    pub fn excused(&mut self, rank: usize) {
        self.expected[rank] = None;
    }

    /// The replica of this rank has told all that its disk held.
    #[inline]
    pub fn recovered(&mut self, rank: usize) -> Option<Found> {
        let (index, through) = self.expected[rank].take()?.missing()?;
        Some(Found::alone(What::VotesVanished { index, through }))
    }

    /// Forgets what all replicas have compacted.
    pub fn forget_before(&mut self, index: LogIndex) {
        self.cells.forget_before(index);
        self.lower = self.lower.split_off(&(index, Term(0)));
        let later = self.decided_by.partition_point(|&(from, _)| from <= index);
        self.decided_by.drain(..later.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Invariant;
    use super::super::tests::Script;
    use crate::kernel::Damage;
    use crate::model::halt::Halt;
    use crate::model::log::LogIndex;
    use crate::model::membership::Slots;

    /// Three replicas, of which two accepted 11 in slot 1 in ballot 1, and the first committed it.
    fn one_chosen() -> Script {
        let mut script = Script::of_slots(3);
        script.elect(0, 1).accept(&[0, 1], 1, 1, 11).commit_chain(0, 1, &[11]);
        script
    }

    #[test]
    fn what_a_quorum_accepted_in_one_ballot_may_be_committed_and_proposed_again() {
        let mut script = one_chosen();
        script.elect(1, 5).accept(&[1, 2], 1, 5, 11).accept(&[1, 2], 2, 5, 12).commit_chain(1, 5, &[11, 12]);
        script.commit_chain(2, 5, &[11, 12]);
        script.holds();
    }

    #[test]
    fn two_values_in_one_ballot_are_found() {
        let mut script = Script::of_slots(3);
        script.accept(&[0], 1, 1, 11).accept(&[1], 1, 1, 12);
        script.violates(
            Invariant::LogMatching,
            "kv.2 accepted another value than kv.1 in slot 1 and ballot 1 (t = 0.002 s)",
        );
    }

    #[test]
    fn a_higher_ballot_with_another_value_is_found_after_and_before_the_commit_is_told() {
        let overruled = |node| {
            format!(
                "{node} showed that another value was accepted in slot 1 and ballot 5 than had been chosen in ballot 1 \
                 (t = 0.005 s)"
            )
        };
        let mut script = one_chosen();
        script.accept(&[2], 1, 5, 51);
        script.violates(Invariant::LeaderCompleteness, &overruled("kv.3"));
        let mut script = Script::of_slots(3);
        script.elect(0, 1).accept(&[0, 1], 1, 1, 11).accept(&[2], 1, 5, 51).commit_chain(0, 1, &[11]);
        script.violates(Invariant::LeaderCompleteness, &overruled("kv.1"));
    }

    #[test]
    fn copies_of_different_ballots_are_no_quorum() {
        let mut script = Script::of_slots(3);
        script.elect(0, 1).accept(&[0], 1, 1, 11).elect(1, 2).accept(&[1], 1, 2, 11).commit_chain(
            1,
            2,
            &[11],
        );
        script.violates(
            Invariant::Durability,
            "kv.2 committed index 1 while 1 of 3 replicas held it durably and 2 must (t = 0.005 s)",
        );
    }

    #[test]
    fn a_replica_that_takes_an_older_value_for_the_chosen_one_is_found() {
        let mut script = one_chosen();
        script.commit_chain(2, 1, &[22]);
        script.violates(
            Invariant::Agreement,
            "kv.3 committed another entry 1 than was committed before (t = 0.005 s)",
        );
    }

    #[test]
    fn a_leader_that_commits_another_value_than_was_accepted_is_found() {
        let mut script = Script::of_slots(3);
        script.elect(0, 1).accept(&[0, 1], 1, 1, 11).commit_chain(0, 1, &[99]);
        script.violates(
            Invariant::Agreement,
            "kv.1 committed another entry 1 than was committed before (t = 0.004 s)",
        );
    }

    #[test]
    fn an_acceptor_that_forgets_is_found_unless_a_snapshot_or_a_higher_ballot_stands_for_it() {
        let mut script = one_chosen();
        script.accept(&[0], 3, 1, 13).restart(0).accept(&[0], 3, 4, 14).sync(0, 3);
        script.violates(
            Invariant::Durability,
            "kv.1 came back without what it had accepted in slot 1 (t = 0.009 s)",
        );
        let mut script = one_chosen();
        let prefix = Script::prefix_of(&[11]);
        script.restart(0).install(0, 1, 1, prefix).sync(0, 1);
        script.holds();
    }

    #[test]
    fn a_replica_that_knows_of_its_loss_or_cannot_read_its_disk_breaks_no_promise() {
        let mut script = one_chosen();
        script.restart(0).halt(0, Halt::Entry(LogIndex(1), Damage::Corrupt));
        script.restart(1).tell(1, crate::model::note::ConsensusNote::Recovering).sync(1, 0).finish();
        script.holds();
    }

    #[test]
    fn promises_of_nobody_who_chose_are_found_where_the_proposer_does_not_know_what_was_chosen() {
        let mut script = one_chosen();
        script.commit_chain(1, 1, &[11]).commit_chain(1, 1, &[11]);
        script.elect_by(1, 5, Slots::one(1).and(Slots::one(2)));
        script.elect_by(2, 9, Slots::one(1).and(Slots::one(2)));
        script.holds();
        script.elect_by(2, 12, Slots::one(2));
        script.violates(
            Invariant::LeaderCompleteness,
            "kv.3 leads ballot 12, and none of those who promised it was of those who chose the value of slot 1 in ballot 1 \
             (t = 0.011 s)",
        );
    }

    #[test]
    fn nothing_is_due_to_slots_that_others_decided() {
        let mut script = one_chosen();
        let of_two = crate::model::note::ConsensusNote::Configured {
            voters: Slots::one(2),
            outgoing: Slots::NONE,
            quorum: 0,
        };
        script.tell(2, of_two).elect_by(2, 12, Slots::one(2));
        script.holds();
    }

    #[test]
    fn a_smaller_quorum_commits_as_it_says() {
        let mut script = Script::of_slots(5);
        let five = crate::model::membership::Slots::first(5);
        let of_two = crate::model::note::ConsensusNote::Configured {
            voters: five,
            outgoing: crate::model::membership::Slots::NONE,
            quorum: 2,
        };
        script.tell(0, of_two).elect(0, 1).accept(&[0, 1], 1, 1, 11).commit_chain(0, 1, &[11]);
        script.holds();
    }
}
