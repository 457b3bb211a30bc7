//! Who must promise and who must accept. Plain Paxos takes majorities for both; Flexible Paxos (Howard, Malkhi and
//! Spiegelman 2016) only wants that every phase-1 quorum meets every phase-2 quorum.

use crate::model::membership::{Configuration, Slots, majority};

/// The sizes of quorums, as wished.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Quorums {
    /// How many voters must promise in phase 1, if that is said.
    pub q1: Option<u8>,
    /// How many voters must accept in phase 2, if that is said.
    pub q2: Option<u8>,
    /// Whether both are taken as they are said, though they need not meet.
    pub may_part: bool,
}

impl Quorums {
    /// How many of so many voters must promise: as many as was said, and enough to meet every phase-2 quorum. So it grows
    /// when voters come, and phase 2 costs what it cost before.
    pub fn q1(self, voters: usize) -> usize {
        let meeting = voters + 1 - self.q2(voters).min(voters);
        match (self.q1, self.q2) {
            (Some(q1), _) if self.may_part => usize::from(q1).min(voters),
            (Some(q1), _) => usize::from(q1).min(voters).max(meeting),
            (None, Some(_)) => meeting,
            (None, None) => majority(voters),
        }
    }

    /// How many of so many voters must accept.
    pub fn q2(self, voters: usize) -> usize {
        match (self.q1, self.q2) {
            (_, Some(q2)) => usize::from(q2).min(voters),
            (Some(q1), None) => voters + 1 - usize::from(q1).min(voters),
            (None, None) => majority(voters),
        }
    }

    /// How many voters must accept, in the words of observers: 0 is a majority.
    pub fn noted_q2(self, voters: usize) -> u8 {
        let q2 = self.q2(voters);
        if q2 == majority(voters) { 0 } else { q2 as u8 }
    }
}

/// The configuration that decides the next slots, with its quorums.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InForce {
    /// Who votes and who learns.
    pub configuration: Configuration,
    /// How many of its voters must promise.
    pub q1: usize,
    /// How many of its voters must accept.
    pub q2: usize,
}

impl InForce {
    /// `configuration` with quorums as wished.
    pub fn new(configuration: Configuration, quorums: Quorums) -> InForce {
        let voters = configuration.voters.len();
        InForce { configuration, q1: quorums.q1(voters), q2: quorums.q2(voters) }
    }

    /// Whether `promised` are enough for phase 1.
    pub fn is_phase_1_quorum(&self, promised: Slots) -> bool {
        promised.common(self.configuration.voters).len() >= self.q1
    }

    /// Whether `accepted` are enough for phase 2.
    #[inline]
    pub fn is_phase_2_quorum(&self, accepted: Slots) -> bool {
        accepted.common(self.configuration.voters).len() >= self.q2
    }

    /// The highest value that a phase-2 quorum has reached; `value` gives each voter's.
    pub fn reached<T: Copy + Ord + Default>(&self, value: impl Fn(usize) -> T) -> T {
        self.configuration.voters.reached(self.q2, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quorums_meet_whatever_is_said_of_them() {
        for voters in 1..=20 {
            for q1 in (0..=21).map(|count| (count > 0).then_some(count)) {
                for q2 in (0..=21).map(|count| (count > 0).then_some(count)) {
                    let quorums = Quorums { q1, q2, may_part: false };
                    let (first, second) = (quorums.q1(voters), quorums.q2(voters));
                    assert!(first + second > voters, "{quorums:?} of {voters}");
                    assert!(
                        (1..=voters).contains(&first) && (1..=voters).contains(&second),
                        "{quorums:?} of {voters}"
                    );
                }
            }
        }
    }

    #[test]
    fn phase_2_costs_the_same_when_voters_come_and_phase_1_pays() {
        let quorums = Quorums { q1: Some(4), q2: Some(2), may_part: false };
        assert_eq!(
            [5, 6, 7].map(|voters| (quorums.q1(voters), quorums.q2(voters))),
            [(4, 2), (5, 2), (6, 2)]
        );
        assert_eq!((quorums.noted_q2(5), quorums.noted_q2(3), Quorums::default().noted_q2(4)), (2, 0, 0));
    }

    #[test]
    fn what_may_part_is_taken_as_it_is_said() {
        let quorums = Quorums { q1: Some(2), q2: Some(2), may_part: true };
        assert_eq!((quorums.q1(5), quorums.q2(5)), (2, 2));
    }
}
