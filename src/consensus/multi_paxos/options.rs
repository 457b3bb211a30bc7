//! What can be set about Multi-Paxos.

use crate::consensus::bugs::Bugs;
use crate::consensus::quorums::Quorums;
use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::model::membership::{Configuration, Roster};

/// What a node is told at boot. Cloned at every restart.
#[derive(Clone, Debug)]
pub struct Config {
    /// Everybody who may ever take part.
    pub roster: Roster,
    /// Who takes part before the log says anything of it.
    pub initial: Configuration,
    /// How they behave.
    pub options: Options,
}

/// The knobs.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// How long a server waits for a leader before it prepares a ballot of its own, in nanoseconds, drawn anew each time: so
    /// duels end. Its least value is also how long a server that hears a leader promises nobody else anything, and the root of
    /// the lease.
    pub election_timeout: Distribution,
    /// Between two heartbeats of a leader.
    pub heartbeat_interval: Duration,
    /// After how long without an answer a leader sends again what it sent an acceptor; should be longer than a round trip and
    /// a sync. `None` is the shortest election timeout.
    pub retransmit_timeout: Option<Duration>,
    /// Ask whether a ballot would be promised before one is spent on it.
    pub pre_vote: bool,
    /// A leader that hears no phase-2 quorum for an election timeout steps down, and a server that hears a leader promises
    /// nobody else anything. Leases need it.
    pub check_quorum: bool,
    /// A leader proposes while it writes what it accepts itself.
    pub parallel_leader_write: bool,
    /// Most values in one Accept.
    pub accept_entries_max: u32,
    /// Most bytes of values in one Accept; one value always goes.
    pub accept_bytes_max: u32,
    /// Most unanswered Accepts with values per acceptor.
    pub in_flight_max: u32,
    /// Most commands that may wait to be chosen before proposals are refused.
    pub uncommitted_max: u64,
    /// How many slots may be undecided at once; a configuration chosen in a slot is in force so many slots later (Lamport
    /// 1998, §3.3; Lamport, Malkhi and Zhou 2010).
    pub alpha: u64,
    /// How many must promise and accept.
    pub quorums: Quorums,
    /// Slots kept in the log behind a snapshot, so that a server a little behind needs no snapshot.
    pub snapshot_trailing: u64,
    /// Most bytes of a snapshot in one piece.
    pub snapshot_chunk: u32,
    /// How much faster one node's clock may run than another's, in parts per million; shortens the lease.
    pub clock_drift_bound_ppm: u32,
    /// Bugs switched on.
    pub bugs: Bugs,
}

impl Default for Options {
    /// Raft's timeouts, so that the two can be compared, and every safeguard on.
    fn default() -> Self {
        Options {
            election_timeout: Distribution::uniform(1.5e8, 3e8).expect("two bounds in order"),
            heartbeat_interval: Duration::from_millis(50),
            retransmit_timeout: None,
            pre_vote: true,
            check_quorum: true,
            parallel_leader_write: true,
            accept_entries_max: 64,
            accept_bytes_max: 256 * 1024,
            in_flight_max: 64,
            uncommitted_max: 16 * 1024,
            alpha: 1024,
            quorums: Quorums::default(),
            snapshot_trailing: 256,
            snapshot_chunk: 1024 * 1024,
            clock_drift_bound_ppm: 1_000,
            bugs: Bugs::NONE,
        }
    }
}

impl Options {
    /// What is wrong with them, in the scenario's words, if anything is.
    pub fn complaint(&self) -> Option<&'static str> {
        let rules = [
            (self.election_timeout_min() > Duration::ZERO, "the election timeout must be longer than 0"),
            (self.heartbeat_interval > Duration::ZERO, "the heartbeat must be longer than 0"),
            (self.retransmit_timeout() > Duration::ZERO, "the retransmit timeout must be longer than 0"),
            (self.accept_entries_max > 0, "an Accept must hold at least one value"),
            (self.in_flight_max > 0, "at least one Accept must be allowed in flight"),
            (self.snapshot_chunk > 0, "a snapshot chunk must hold at least one byte"),
            (self.alpha > 0, "at least one slot must be allowed to be undecided"),
        ];
        rules.iter().find(|(holds, _)| !holds).map(|&(_, complaint)| complaint)
    }

    /// The least election timeout that is ever drawn.
    pub fn election_timeout_min(&self) -> Duration {
        self.election_timeout.range().0
    }

    /// After how long without an answer a leader sends again.
    pub fn retransmit_timeout(&self) -> Duration {
        self.retransmit_timeout.unwrap_or_else(|| self.election_timeout_min())
    }

    /// The same with nothing left to what else is given: it is asked at every answer.
    pub(super) fn settled(&self) -> Options {
        Options { retransmit_timeout: Some(self.retransmit_timeout()), ..self.clone() }
    }

    /// How long after a round began its quorum keeps others from leading, by the leader's clock.
    pub fn lease(&self) -> Duration {
        const MILLION: u128 = 1_000_000;
        let patience = u128::from(self.election_timeout_min().0);
        Duration((patience * MILLION / (MILLION + u128::from(self.clock_drift_bound_ppm))) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_shorter_than_the_acceptors_patience_by_the_drift_bound() {
        let options = Options { clock_drift_bound_ppm: 500_000, ..Options::default() };
        assert_eq!(options.lease(), Duration::from_millis(100));
    }

    #[test]
    fn the_defaults_are_sound_and_an_empty_window_is_not() {
        assert_eq!(Options::default().complaint(), None);
        let shut = Options { alpha: 0, ..Options::default() };
        assert_eq!(shut.complaint(), Some("at least one slot must be allowed to be undecided"));
    }
}
