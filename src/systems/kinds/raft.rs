//! `type = "raft"`.

use std::rc::Rc;

use crate::consensus::bugs::Bugs;
use crate::consensus::reconfiguration::Method;
use crate::consensus::{raft, replica};
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

crate::choices! {
    /// How Raft changes its voters.
    pub enum MembershipChoice {
        /// Any number at a time: for a while both the old and the new voters must agree (§6).
        Joint = "joint",
        /// One at a time (dissertation §4.1), none before the leader has committed an entry of its term.
        SingleServer = "single-server",
    }
}

crate::options! {
    /// Options of a store on Raft (Ongaro and Ousterhout 2014; "dissertation" is Ongaro 2014).
    pub struct RaftOptions {
        /// How reads are served (§8; dissertation §6.4). May stand in the system's own table.
        reads: Located<ReadsChoice> = "read-index",
        /// How many of its nodes vote from the start, the first ones; absent: all but the learners. The others stand by until
        /// an operation adds them. May stand in the system's own table.
        voters: Option<Located<u32>> [1..=64],
        /// How many learn without a vote from the start, those behind the voters (dissertation §4.2.1). May stand in the
        /// system's own table.
        learners: Located<u32> [0..=63] = 0,
        /// How the voters are changed (§6; dissertation §4).
        membership: MembershipChoice = "joint",
        /// How long a follower waits for a leader before it campaigns (§5.2), drawn anew each time. The law's least
        /// value, above 0, is also how long who hears a leader elects no other, and what a lease rests on.
        election_timeout: Located<Distribution> = "uniform(150ms, 300ms)",
        /// Time between two heartbeats of a leader.
        heartbeat: Duration [Duration(1)..] = "50ms",
        /// After how long without an answer a leader sends again; absent: the shortest election timeout.
        retransmit_timeout: Option<Duration> [Duration(1)..],
        /// Ask whether an election could be won before a term is spent on it (dissertation §9.6).
        pre_vote: bool = true,
        /// A leader that hears no majority for an election timeout steps down (dissertation §6.2), and a server that hears a leader
        /// votes for nobody else (§4.2.3). Leases need it.
        check_quorum: bool = true,
        /// A leader sends entries while it writes them itself (dissertation §10.2.1).
        parallel_leader_write: bool = true,
        /// Most entries in one AppendEntries.
        batch: u32 [1..=100_000] = 64,
        /// Most bytes of entries in one AppendEntries; one entry always goes.
        batch_bytes: Bytes [Bytes(1)..=Bytes(1 << 30)] = "256KiB",
        /// Most unacknowledged AppendEntries with entries per follower (pipelining).
        in_flight: u32 [1..=100_000] = 64,
        /// Entries that may wait to be committed before more are refused.
        uncommitted: u64 [1..] = 16_384,
        /// Entries applied between two snapshots (§7); 0 takes none.
        snapshot_every: u64 = 4_096,
        /// Entries kept behind a snapshot, so that a follower a little behind needs none.
        snapshot_trailing: u64 = 256,
        /// Most bytes of a snapshot in one InstallSnapshot.
        snapshot_chunk: Bytes [Bytes(1)..=Bytes(1 << 30)] = "1MiB",
        /// How much faster one clock may run than another, at most; shortens the lease.
        drift_bound: Ppm [Ppm(0)..=Ppm(1_000_000_000)] = "1000ppm",
    }
    check check_raft;
}

fn check_raft(options: &RaftOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    store::check_timeouts(&options.election_timeout, options.heartbeat, "followers", places, decoder);
}

impl RaftOptions {
    pub(super) fn build<C>(&self, system: &SystemPlan, _: &Blueprint<'_>) -> Vec<RoleConfig<C>> {
        let options = raft::Options {
            election_timeout: self.election_timeout.value.clone(),
            heartbeat_interval: self.heartbeat,
            retransmit_timeout: self.retransmit_timeout,
            pre_vote: self.pre_vote,
            check_quorum: self.check_quorum,
            parallel_leader_write: self.parallel_leader_write,
            append_entries_max: self.batch,
            append_bytes_max: u32::try_from(self.batch_bytes.0).expect("its range says so"),
            in_flight_max: self.in_flight,
            uncommitted_max: self.uncommitted,
            snapshot_trailing: self.snapshot_trailing,
            snapshot_chunk: u32::try_from(self.snapshot_chunk.0).expect("its range says so"),
            membership: match self.membership {
                MembershipChoice::Joint => Method::Joint,
                MembershipChoice::SingleServer => Method::SingleServer,
            },
            clock_drift_bound_ppm: u32::try_from(self.drift_bound.0 / 1000).expect("its range says so"),
            bugs: Bugs::all_named(&raft::bugs::TABLE, &system.bugs),
        };
        let host = store::host(self.reads.value, self.snapshot_every, system);
        let roster = Roster::new(system.nodes.iter().copied());
        let initial = initial_configuration(roster.len(), self.voters.as_ref(), self.learners.value);
        let core = raft::Config { roster, initial, options };
        let config = Rc::new(replica::Config { core, options: host });
        system.nodes.iter().map(|_| RoleConfig::Raft(config.clone())).collect()
    }
}
