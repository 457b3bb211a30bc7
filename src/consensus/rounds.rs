//! Rounds of confirmation: how a leader of any protocol makes sure that it still leads (Ongaro 2014, §6.4). Which set of
//! nodes is a quorum for that is for the protocol to say.

use std::collections::VecDeque;

use crate::kernel::Time;

/// A leader's rounds of confirmation: every message names the newest, every answer returns it, and a round that a
/// quorum returned proves that nobody else led when it began.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rounds {
    /// The newest round begun, counted from 1.
    pub newest: u32,
    /// The newest round that a quorum returned.
    pub confirmed: u32,
    /// The round that waiting reads want; the next one, if any wait.
    pub wanted: u32,
    /// When the newest confirmed round began: a quorum keeps faith from then on.
    pub lease_start: Option<Time>,
    /// When each unconfirmed round began.
    started: VecDeque<(u32, Time)>,
}

/// Most beginnings of rounds that are remembered; with more unconfirmed, the lease is gone anyway.
const STARTED_MAX: usize = 64;

impl Rounds {
    /// Begins the next round at `now`.
    pub fn begin(&mut self, now: Time) {
        self.newest += 1;
        if self.started.len() == STARTED_MAX {
            self.started.pop_front();
        }
        self.started.push_back((self.newest, now));
    }

    /// A quorum has returned `round`.
    pub fn confirm(&mut self, round: u32) {
        self.confirmed = self.confirmed.max(round);
        while let Some(&(started, at)) = self.started.front()
            && started <= round
        {
            self.lease_start = Some(at);
            self.started.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_starts_when_its_round_began_not_when_it_was_confirmed() {
        let mut rounds = Rounds::default();
        rounds.begin(Time(10));
        rounds.begin(Time(20));
        rounds.begin(Time(30));
        rounds.confirm(2);
        assert_eq!((rounds.confirmed, rounds.lease_start), (2, Some(Time(20))));
        rounds.confirm(1);
        assert_eq!(
            (rounds.confirmed, rounds.lease_start),
            (2, Some(Time(20))),
            "a late answer takes nothing back"
        );
    }
}
