//! `type = "multi-paxos"`.

use std::rc::Rc;

use crate::consensus::bugs::Bugs;
use crate::consensus::{multi_paxos, replica};
use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::model::membership::Roster;
use crate::spec::decode::Decoder;
use crate::spec::options::Places;
use crate::spec::quantity::{Bytes, Ppm};
use crate::spec::scalars::Located;
use crate::systems::RoleConfig;
use crate::systems::plan::{Blueprint, SystemPlan};

use super::store::{self, ReadsChoice, initial_configuration};

crate::options! {
    /// Options of a store on Multi-Paxos (Lamport 2001, "Paxos made simple"; Chandra and others 2007, "Paxos made live").
    /// With `q1` and `q2` it is Flexible Paxos (Howard, Malkhi and Spiegelman 2016).
    pub struct MultiPaxosOptions {
        /// How reads are served. May stand in the system's own table.
        reads: Located<ReadsChoice> = "read-index",
        /// How many of its nodes vote from the start, the first ones; absent: all but the learners. The others stand by until
        /// an operation adds them. May stand in the system's own table.
        voters: Option<Located<u32>> [1..=64],
        /// How many learn without a vote from the start, those behind the voters. May stand in the system's own table.
        learners: Located<u32> [0..=63] = 0,
        /// How many voters must promise before one leads (phase 1); absent: a majority, or as many as meet every `q2`.
        q1: Option<Located<u32>> [1..=64],
        /// How many voters must accept a value before it is chosen (phase 2); absent: a majority, or as many as meet every
        /// `q1`. When voters come, `q1` grows and `q2` stays; while fewer vote than a count says, all of them are needed.
        q2: Option<Located<u32>> [1..=64],
        /// How many slots may be undecided at once; a change of who votes is in force so many slots after it was chosen
        /// (Lamport, Malkhi and Zhou 2010).
        alpha: u64 [1..=1_000_000] = 1_024,
        /// How long a server waits for a leader before it prepares a ballot of its own, drawn anew each time, so that duels
        /// end. The law's least value, above 0, is also how long who hears a leader promises nobody else anything, and what
        /// a lease rests on.
        election_timeout: Located<Distribution> = "uniform(150ms, 300ms)",
        /// Time between two heartbeats of a leader.
        heartbeat: Duration [Duration(1)..] = "50ms",
        /// After how long without an answer a leader sends again; absent: the shortest election timeout.
        retransmit_timeout: Option<Duration> [Duration(1)..],
        /// Ask whether a ballot would be promised before one is spent on it, as Raft's pre-vote.
        pre_vote: bool = true,
        /// A leader that hears no phase-2 quorum for an election timeout steps down, and who hears a leader promises nobody
        /// else anything.
        check_quorum: bool = true,
        /// A leader proposes values while it writes them itself.
        parallel_leader_write: bool = true,
        /// Most values in one Accept.
        batch: u32 [1..=100_000] = 64,
        /// Most bytes of values in one Accept; one value always goes.
        batch_bytes: Bytes [Bytes(1)..=Bytes(1 << 30)] = "256KiB",
        /// Most unanswered Accepts with values per acceptor (pipelining).
        in_flight: u32 [1..=100_000] = 64,
        /// Commands that may wait to be chosen before more are refused.
        uncommitted: u64 [1..] = 16_384,
        /// Commands applied between two snapshots; 0 takes none.
        snapshot_every: u64 = 4_096,
        /// Slots kept behind a snapshot, so that a server a little behind needs none.
        snapshot_trailing: u64 = 256,
        /// Most bytes of a snapshot in one message.
        snapshot_chunk: Bytes [Bytes(1)..=Bytes(1 << 30)] = "1MiB",
        /// How much faster one clock may run than another, at most; shortens the lease.
        drift_bound: Ppm [Ppm(0)..=Ppm(1_000_000_000)] = "1000ppm",
    }
    check check_multi_paxos;
}

fn check_multi_paxos(options: &MultiPaxosOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    store::check_timeouts(&options.election_timeout, options.heartbeat, "servers", places, decoder);
}

impl MultiPaxosOptions {
    /// Whether a phase-1 and a phase-2 quorum of so many voters may have nobody in common, as both are given; then where, and
    /// how many they are.
    pub fn parting_quorums(&self, voters: u32) -> Option<(&Located<u32>, u32, u32)> {
        store::parting_quorums(self.q1.as_ref(), self.q2.as_ref(), voters)
    }

    /// How many of so many nodes vote from the start.
    pub fn voters_of(&self, nodes: usize) -> u32 {
        initial_configuration(nodes, self.voters.as_ref(), self.learners.value).voters.len() as u32
    }

    pub(super) fn build<C>(&self, system: &SystemPlan, _: &Blueprint<'_>) -> Vec<RoleConfig<C>> {
        let roster = Roster::new(system.nodes.iter().copied());
        let voters = self.voters_of(roster.len());
        let options = multi_paxos::Options {
            election_timeout: self.election_timeout.value.clone(),
            heartbeat_interval: self.heartbeat,
            retransmit_timeout: self.retransmit_timeout,
            pre_vote: self.pre_vote,
            check_quorum: self.check_quorum,
            parallel_leader_write: self.parallel_leader_write,
            accept_entries_max: self.batch,
            accept_bytes_max: u32::try_from(self.batch_bytes.0).expect("its range says so"),
            in_flight_max: self.in_flight,
            uncommitted_max: self.uncommitted,
            alpha: self.alpha,
            quorums: store::quorums(self.q1.as_ref(), self.q2.as_ref(), voters),
            snapshot_trailing: self.snapshot_trailing,
            snapshot_chunk: u32::try_from(self.snapshot_chunk.0).expect("its range says so"),
            clock_drift_bound_ppm: u32::try_from(self.drift_bound.0 / 1000).expect("its range says so"),
            bugs: Bugs::all_named(&multi_paxos::bugs::TABLE, &system.bugs),
        };
        let host = store::host(self.reads.value, self.snapshot_every, system);
        let initial = initial_configuration(roster.len(), self.voters.as_ref(), self.learners.value);
        let core = multi_paxos::Config { roster, initial, options };
        let config = Rc::new(replica::Config { core, options: host });
        system.nodes.iter().map(|_| RoleConfig::MultiPaxos(config.clone())).collect()
    }
}
