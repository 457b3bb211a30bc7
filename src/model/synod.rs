//! Words of single-decree Paxos: ballots, what is proposed in them, and what its nodes tell.

use std::fmt;

use crate::kernel::{Digest, Duration};

use super::membership::{GROUP_MAX, Slots};
use super::op::Value;

/// The number of a ballot: a round, and whose it is among those of that round, so that no two proposers have a ballot in
/// common ("The Part-Time Parliament", §2.2: pairs of a number and a priest, ordered lexicographically). Printed as `3.2`:
/// round 3 of the second node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Ballot(u32);

/// Bits for the slot of the proposer.
const SLOT_BITS: u32 = GROUP_MAX.trailing_zeros();

impl Ballot {
    /// Below every ballot: nothing was promised, or accepted.
    pub const NONE: Ballot = Ballot(0);

    /// The ballot of this round, from 1, of the node in this slot.
    ///
    /// # Panics
    /// If the round is 0 or beyond 2^26 - 1: no run has time for as many.
    pub fn new(round: u32, slot: usize) -> Ballot {
        assert!(round > 0 && round < 1 << (u32::BITS - SLOT_BITS), "round {round} is out of range");
        assert!(slot < GROUP_MAX, "a group has at most {GROUP_MAX} nodes");
        Ballot(round << SLOT_BITS | slot as u32)
    }

    /// Its round; 0 of [`Ballot::NONE`].
    pub fn round(self) -> u32 {
        self.0 >> SLOT_BITS
    }

    /// The slot of the node whose it is; of no meaning for [`Ballot::NONE`].
    pub fn slot(self) -> usize {
        (self.0 & (GROUP_MAX as u32 - 1)) as usize
    }

    /// Itself; `None` if it is none.
    pub fn some(self) -> Option<Ballot> {
        (self != Ballot::NONE).then_some(self)
    }
}

impl fmt::Display for Ballot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.some() {
            Some(_) => write!(f, "{}.{}", self.round(), self.slot() + 1),
            None => f.write_str("none"),
        }
    }
}

/// A value that was accepted, and the ballot in which it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Vote {
    /// The ballot.
    pub ballot: Ballot,
    /// What was proposed in it.
    pub value: Value,
    /// The value's size, in bytes.
    pub size: u32,
}

/// What a node of single-decree Paxos does, in one of its three parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SynodNote {
    /// It boots, and its disk holds this.
    Remembers {
        /// The highest ballot that it promised.
        promised: Ballot,
        /// The highest in which it accepted a value, and the value; [`Ballot::NONE`] if it accepted none.
        accepted: (Ballot, Value),
    },
    /// Proposer: it asks all acceptors for promises. The ballot is durable.
    Prepared {
        /// The ballot.
        ballot: Ballot,
    },
    /// Acceptor: it promises to accept nothing in a lower ballot; that is durable.
    Promised {
        /// The ballot.
        ballot: Ballot,
        /// What it told of itself: the highest ballot in which it accepted a value, and the value.
        accepted: (Ballot, Value),
    },
    /// Acceptor: it refuses to promise or to accept in a ballot.
    Refused {
        /// The ballot.
        ballot: Ballot,
        /// The higher one that it promised.
        promised: Ballot,
    },
    /// Proposer: enough have promised, and it proposes a value.
    Proposed {
        /// The ballot.
        ballot: Ballot,
        /// The value.
        value: Value,
        /// The ballot in which that was accepted before, as the promises told; [`Ballot::NONE`] if they told of no value and
        /// it is its own.
        adopted: Ballot,
        /// Who promised.
        promised_by: Slots,
    },
    /// Proposer: enough have promised, none had accepted anything, and it has nothing to propose: nothing had been chosen.
    FoundNothing {
        /// The ballot.
        ballot: Ballot,
        /// Who promised.
        promised_by: Slots,
    },
    /// Acceptor: it accepted a value; that is durable.
    Accepted {
        /// The ballot.
        ballot: Ballot,
        /// The value.
        value: Value,
    },
    /// Learner: it knows that a value is chosen.
    Learned {
        /// The ballot in which it was.
        ballot: Ballot,
        /// The value.
        value: Value,
    },
    /// Proposer: it gives a ballot up.
    GaveUp {
        /// The ballot.
        ballot: Ballot,
        /// The higher one that it heard of; [`Ballot::NONE`] if it did not hear from enough acceptors in time.
        higher: Ballot,
        /// How long it waits before it tries another.
        wait: Duration,
    },
}

impl SynodNote {
    pub(super) fn absorb_into(self, digest: &mut Digest) {
        let (kind, ballot, words) = match self {
            SynodNote::Remembers { promised, accepted } => (1, promised, of_vote(accepted)),
            SynodNote::Prepared { ballot } => (2, ballot, [0; 2]),
            SynodNote::Promised { ballot, accepted } => (3, ballot, of_vote(accepted)),
            SynodNote::Refused { ballot, promised } => (4, ballot, [u64::from(promised.0), 0]),
            SynodNote::Proposed { ballot, value, adopted, promised_by } => {
                (5, ballot, [of_vote((adopted, value))[0], promised_by.0])
            }
            SynodNote::FoundNothing { ballot, promised_by } => (6, ballot, [0, promised_by.0]),
            SynodNote::Accepted { ballot, value } => (7, ballot, [u64::from(value.0), 0]),
            SynodNote::Learned { ballot, value } => (8, ballot, [u64::from(value.0), 0]),
            SynodNote::GaveUp { ballot, higher, wait } => (9, ballot, [u64::from(higher.0), wait.0]),
        };
        digest.absorb(kind << 32 | u64::from(ballot.0));
        words.into_iter().for_each(|word| digest.absorb(word));
    }

    /// The ballot that it is about.
    pub fn ballot(&self) -> Ballot {
        match *self {
            SynodNote::Remembers { promised, .. } => promised,
            SynodNote::Prepared { ballot }
            | SynodNote::Promised { ballot, .. }
            | SynodNote::Refused { ballot, .. }
            | SynodNote::Proposed { ballot, .. }
            | SynodNote::FoundNothing { ballot, .. }
            | SynodNote::Accepted { ballot, .. }
            | SynodNote::Learned { ballot, .. }
            | SynodNote::GaveUp { ballot, .. } => ballot,
        }
    }

    /// The word for it in CSVs and traces.
    pub fn name(&self) -> &'static str {
        match self {
            SynodNote::Remembers { .. } => "remembers",
            SynodNote::Prepared { .. } => "prepared",
            SynodNote::Promised { .. } => "promised",
            SynodNote::Refused { .. } => "refused",
            SynodNote::Proposed { .. } => "proposed",
            SynodNote::FoundNothing { .. } => "found-nothing",
            SynodNote::Accepted { .. } => "accepted",
            SynodNote::Learned { .. } => "learned",
            SynodNote::GaveUp { .. } => "gave-up",
        }
    }

    /// What it tells, in words without a subject. `name` names a node of the group by its slot.
    pub fn words(&self, name: &dyn Fn(usize) -> String) -> String {
        let named = |slots: Slots| slots.iter().map(name).collect::<Vec<_>>().join(", ");
        let before = |(ballot, value): (Ballot, Value)| match ballot.some() {
            Some(ballot) => format!("it accepted {} in ballot {ballot}", value.0),
            None => "it has accepted nothing".to_owned(),
        };
        match *self {
            SynodNote::Remembers { promised, accepted } => match promised.some() {
                Some(_) => format!(
                    "boots: its disk holds the promise of ballot {promised}, and {}",
                    before(accepted)
                ),
                None => "boots: it has promised nothing".to_owned(),
            },
            SynodNote::Prepared { ballot } => format!("prepares ballot {ballot}: asks all for promises"),
            SynodNote::Promised { ballot, accepted } => {
                format!("promises ballot {ballot}: {}", before(accepted))
            }
            SynodNote::Refused { ballot, promised } => {
                format!("refuses ballot {ballot}: it promised ballot {promised}")
            }
            SynodNote::Proposed { ballot, value, adopted, promised_by } => {
                let whose = match adopted.some() {
                    Some(adopted) => format!("the value of ballot {adopted}, as it must (P2c)"),
                    None => "its own, as none of them accepted any".to_owned(),
                };
                format!(
                    "has the promises of {} and proposes {} in ballot {ballot}: {whose}",
                    named(promised_by),
                    value.0
                )
            }
            SynodNote::FoundNothing { ballot, promised_by } => format!(
                "has the promises of {} in ballot {ballot}: none of them accepted any value, so none was chosen",
                named(promised_by)
            ),
            SynodNote::Accepted { ballot, value } => format!("accepts {} in ballot {ballot}", value.0),
            SynodNote::Learned { ballot, value } => {
                format!("learns that {} is chosen, in ballot {ballot}", value.0)
            }
            SynodNote::GaveUp { ballot, higher, wait } => {
                let why = match higher.some() {
                    Some(higher) => format!("it heard of ballot {higher}"),
                    None => "too few answered in time".to_owned(),
                };
                format!("gives up ballot {ballot}: {why}; waits {} ms", millis(wait))
            }
        }
    }
}

fn of_vote((ballot, value): (Ballot, Value)) -> [u64; 2] {
    [u64::from(ballot.0) << 32 | u64::from(value.0), 0]
}

/// Milliseconds to the microsecond.
fn millis(wait: Duration) -> String {
    let micros = wait.0 / 1_000;
    format!("{}.{:03}", micros / 1_000, micros % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ballots_are_ordered_by_round_and_then_by_whose_they_are() {
        let ballots =
            [Ballot::NONE, Ballot::new(1, 0), Ballot::new(1, 63), Ballot::new(2, 0), Ballot::new(2, 1)];
        assert!(ballots.is_sorted());
        assert_eq!(ballots.map(|ballot| ballot.to_string()), ["none", "1.1", "1.64", "2.1", "2.2"]);
        assert_eq!((ballots[2].round(), ballots[2].slot(), ballots[0].some()), (1, 63, None));
    }

    #[test]
    fn every_fact_of_a_note_changes_its_digest() {
        let (low, high) = (Ballot::new(1, 0), Ballot::new(2, 1));
        let (none, vote) = ((Ballot::NONE, Value(0)), (low, Value(7)));
        let (two, three) = (Slots::first(2), Slots::first(3));
        let notes = [
            SynodNote::Remembers { promised: low, accepted: none },
            SynodNote::Remembers { promised: low, accepted: vote },
            SynodNote::Prepared { ballot: low },
            SynodNote::Prepared { ballot: high },
            SynodNote::Promised { ballot: low, accepted: none },
            SynodNote::Promised { ballot: low, accepted: vote },
            SynodNote::Refused { ballot: low, promised: high },
            SynodNote::Proposed { ballot: low, value: Value(7), adopted: Ballot::NONE, promised_by: two },
            SynodNote::Proposed { ballot: low, value: Value(8), adopted: Ballot::NONE, promised_by: two },
            SynodNote::Proposed { ballot: low, value: Value(7), adopted: low, promised_by: two },
            SynodNote::Proposed { ballot: low, value: Value(7), adopted: Ballot::NONE, promised_by: three },
            SynodNote::FoundNothing { ballot: low, promised_by: two },
            SynodNote::Accepted { ballot: low, value: Value(7) },
            SynodNote::Learned { ballot: low, value: Value(7) },
            SynodNote::GaveUp { ballot: low, higher: Ballot::NONE, wait: Duration(0) },
            SynodNote::GaveUp { ballot: low, higher: high, wait: Duration(0) },
            SynodNote::GaveUp { ballot: low, higher: high, wait: Duration(1) },
        ];
        let digest = |note: &SynodNote| {
            let mut digest = Digest::new();
            note.absorb_into(&mut digest);
            digest.value()
        };
        let all: std::collections::BTreeSet<u64> = notes.iter().map(digest).collect();
        assert_eq!(all.len(), notes.len());
    }
}
