//! What can be set about Raft.

use crate::consensus::bugs::Bugs;
use crate::consensus::reconfiguration::Method;
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
    /// How long a follower waits for a leader before it campaigns, in nanoseconds, drawn anew each time (§5.2).
    /// Its least value is also how long a node that hears a leader refuses to vote, and the root of the lease.
    pub election_timeout: Distribution,
    /// Between two heartbeats of a leader.
    pub heartbeat_interval: Duration,
    /// After how long without an answer a leader sends again what it sent a follower; should be longer than a
    /// round trip and a sync. `None` is the shortest election timeout.
    pub retransmit_timeout: Option<Duration>,
    /// Ask whether an election could be won before a term is spent on it (dissertation §9.6).
    pub pre_vote: bool,
    /// A leader that hears no majority for an election timeout steps down (dissertation §6.2), and a node that
    /// hears a leader does not vote (§4.2.3). Leases need it.
    pub check_quorum: bool,
    /// A leader sends entries while it writes them itself (dissertation §10.2.1).
    pub parallel_leader_write: bool,
    /// Most entries in one AppendEntries.
    pub append_entries_max: u32,
    /// Most bytes of entries in one AppendEntries; one entry always goes.
    pub append_bytes_max: u32,
    /// Most unacknowledged AppendEntries with entries per follower.
    pub in_flight_max: u32,
    /// Most entries that may wait to be committed before proposals are refused.
    pub uncommitted_max: u64,
    /// Entries kept in the log behind a snapshot, so that a follower a little behind needs no snapshot.
    pub snapshot_trailing: u64,
    /// Most bytes of a snapshot in one InstallSnapshot (§7).
    pub snapshot_chunk: u32,
    /// How the voters are changed.
    pub membership: Method,
    /// How much faster one node's clock may run than another's, in parts per million; shortens the lease.
    pub clock_drift_bound_ppm: u32,
    /// Bugs switched on.
    pub bugs: Bugs,
}

impl Default for Options {
    /// The paper's timeouts (§9.3: 150 to 300 ms), and every safeguard on.
    fn default() -> Self {
        Options {
            election_timeout: Distribution::uniform(1.5e8, 3e8).expect("two bounds in order"),
            heartbeat_interval: Duration::from_millis(50),
            retransmit_timeout: None,
            pre_vote: true,
            check_quorum: true,
            parallel_leader_write: true,
            append_entries_max: 64,
            append_bytes_max: 256 * 1024,
            in_flight_max: 64,
            uncommitted_max: 16 * 1024,
            snapshot_trailing: 256,
            snapshot_chunk: 1024 * 1024,
            membership: Method::Joint,
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
            (self.append_entries_max > 0, "an AppendEntries must hold at least one entry"),
            (self.in_flight_max > 0, "at least one AppendEntries must be allowed in flight"),
            (self.snapshot_chunk > 0, "a snapshot chunk must hold at least one byte"),
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

    /// How long after a round began its majority keeps others from being elected, by the leader's clock.
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
    fn a_lease_is_shorter_than_the_followers_patience_by_the_drift_bound() {
        let options = Options { clock_drift_bound_ppm: 500_000, ..Options::default() };
        assert_eq!(options.lease(), Duration::from_millis(100));
    }

    #[test]
    fn the_defaults_are_sound_and_an_election_timeout_that_may_be_0_is_not() {
        assert_eq!(Options::default().complaint(), None);
        let election_timeout = Distribution::exponential(1.5e8).expect("a mean above 0");
        let hasty = Options { election_timeout, ..Options::default() };
        assert_eq!(hasty.complaint(), Some("the election timeout must be longer than 0"));
    }
}
