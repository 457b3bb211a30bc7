//! What a proposer is to propose next: what may have been chosen goes before its own commands, and no-ops fill the gaps.

use std::collections::VecDeque;

use crate::model::log::{Command, Entry, LogIndex, Term};

use super::message::Vote;

/// The values that a proposer is to propose, slot after slot.
#[derive(Clone, PartialEq, Debug)]
pub struct Queue {
    /// The slot of the first: the next to propose.
    first: LogIndex,
    values: VecDeque<Bound>,
}

/// A value that waits to be proposed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bound {
    /// The highest ballot in which an acceptor that promised accepted it; 0 if the proposer may choose freely here.
    pub ballot: Term,
    /// The value.
    pub entry: Entry,
}

impl Queue {
    /// Nothing yet, from `first` on.
    pub fn starting(first: LogIndex) -> Queue {
        Queue { first, values: VecDeque::new() }
    }

    /// The next slot to propose.
    #[inline]
    pub fn first(&self) -> LogIndex {
        self.first
    }

    /// The slot behind the last value.
    #[inline]
    pub fn end(&self) -> LogIndex {
        LogIndex(self.first.0 + self.values.len() as u64)
    }

    /// Adds a value that nobody has proposed before.
    #[inline]
    pub fn push(&mut self, entry: Entry) {
        self.values.push_back(Bound { ballot: Term(0), entry });
    }

    /// Takes the next value out.
    #[inline]
    pub fn pop(&mut self) -> Option<Bound> {
        let next = self.values.pop_front()?;
        self.first = self.first.next();
        Some(next)
    }

    /// The value that waits for the slot `index`.
    pub fn get(&self, index: LogIndex) -> Option<&Entry> {
        let place = index.0.checked_sub(self.first.0)?;
        self.values.get(place as usize).map(|bound| &bound.entry)
    }

    /// An acceptor that promised accepted this: of each slot the value of the highest ballot must be proposed (P2c), `filler`
    /// in those before of which nobody told anything ("Paxos Made Simple", §3). With `wins` it is said otherwise which of
    /// two ballots wins. What is proposed already stays.
    pub fn bind(&mut self, vote: &Vote, filler: Entry, wins: impl Fn(Term, Term) -> bool) {
        let Some(place) = vote.index.0.checked_sub(self.first.0) else { return };
        while self.values.len() <= place as usize {
            self.push(filler);
        }
        let bound = &mut self.values[place as usize];
        if bound.ballot == Term(0) || wins(vote.ballot, bound.ballot) {
            *bound = Bound { ballot: vote.ballot, entry: vote.entry };
        }
    }

    /// What was to be proposed before `first` is known to be chosen.
    pub fn leap(&mut self, first: LogIndex) {
        while self.first < first && self.pop().is_some() {}
        self.first = self.first.max(first);
    }

    /// Whether a value waits that changes who takes part.
    pub fn has_change(&self) -> bool {
        self.values.iter().any(|bound| matches!(bound.entry.command, Command::Reconfigure(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noop(term: u32) -> Entry {
        Entry { term: Term(term), command: Command::Noop }
    }

    fn vote(index: u64, ballot: u32) -> Vote {
        Vote { index: LogIndex(index), ballot: Term(ballot), entry: noop(ballot) }
    }

    #[test]
    fn the_value_of_the_highest_ballot_is_bound_and_gaps_are_filled() {
        let mut queue = Queue::starting(LogIndex(4));
        for told in [vote(6, 2), vote(6, 5), vote(6, 3), vote(2, 9)] {
            queue.bind(&told, noop(8), |new, held| new > held);
        }
        let values: Vec<_> =
            std::iter::from_fn(|| queue.pop()).map(|b| (b.ballot.0, b.entry.term.0)).collect();
        assert_eq!(values, [(0, 8), (0, 8), (5, 5)], "slots 4 and 5 are free");
        assert_eq!((queue.first(), queue.end()), (LogIndex(7), LogIndex(7)));
    }

    #[test]
    fn what_waits_gives_way_to_what_was_accepted() {
        let mut queue = Queue::starting(LogIndex(1));
        queue.push(noop(8));
        queue.push(noop(8));
        queue.bind(&vote(2, 3), noop(8), |new, held| new > held);
        assert_eq!([1, 2, 3].map(|at| queue.get(LogIndex(at)).map(|e| e.term.0)), [Some(8), Some(3), None]);
        queue.leap(LogIndex(9));
        assert_eq!((queue.first(), queue.end()), (LogIndex(9), LogIndex(9)));
    }
}
