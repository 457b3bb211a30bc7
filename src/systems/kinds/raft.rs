//! `type = "raft"`.

use std::rc::Rc;

use crate::consensus::bugs::Bugs;
use crate::consensus::reconfiguration::Method;
use crate::consensus::{raft, replica};
use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::model::membership::{Configuration, Roster, Slots};
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::quantity::{Bytes, Ppm, duration_text};
use crate::spec::scalars::Located;
use crate::systems::RoleConfig;
use crate::systems::plan::{Blueprint, SystemPlan};

/// Options that may stand beside those that every system has: they mean the same for every store.
pub(super) const INLINE_KEYS: [&str; 3] = ["reads", "voters", "learners"];

crate::choices! {
    /// How a store's nodes serve reads.
    pub enum ReadsChoice {
        /// Through the log, as a write.
        Log = "log",
        /// By the leader, once a majority has confirmed that it still leads.
        ReadIndex = "read-index",
        /// By the leader, at once while its lease lasts: trusts the bound on clock drift.
        Lease = "lease",
        /// By any node: one that does not lead asks the leader how far its state must be.
        Follower = "follower",
        /// By any node, at once, from whatever it has applied; needs `allow_unsafe`.
        Local = "local",
    }
}

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
        /// A leader that hears no majority for an election timeout steps down (dissertation §6.2).
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
    let law = &options.election_timeout;
    let (least, most) = law.value.range();
    if least <= Duration::ZERO || most.0 > 1 << 62 {
        let message = "an election timeout must lie above 0 and below a bound";
        let help = "write for example \"uniform(150ms, 300ms)\"";
        decoder.report(Diagnostic::error(Code::BadParameter, &law.origin, message).help(help));
    } else if least <= options.heartbeat {
        let message = format!(
            "the shortest election timeout ({}) is not longer than a heartbeat ({})",
            duration_text(least),
            duration_text(options.heartbeat)
        );
        let help = "followers would campaign against a leader that is well: make it several heartbeats";
        let (heartbeat, timeout) = (places.given("heartbeat"), places.given("election_timeout"));
        let warning = Diagnostic::warning(Code::Contradiction, heartbeat.unwrap_or(&law.origin), message);
        let timeout = timeout.filter(|_| heartbeat.is_some());
        decoder.report(warning.beside(timeout, "the election timeouts").help(help));
    }
}

impl ReadsChoice {
    /// What a replica is told.
    pub(super) fn mode(self) -> replica::ReadMode {
        match self {
            ReadsChoice::Log => replica::ReadMode::Log,
            ReadsChoice::ReadIndex => replica::ReadMode::ReadIndex,
            ReadsChoice::Lease => replica::ReadMode::Lease,
            ReadsChoice::Follower => replica::ReadMode::Follower,
            ReadsChoice::Local => replica::ReadMode::Local,
        }
    }
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
        let host = replica::Options {
            reads: self.reads.value.mode(),
            snapshot_every: (self.snapshot_every > 0).then_some(self.snapshot_every),
            bugs: Bugs::all_named(&replica::TABLE, &system.bugs),
            ..replica::Options::default()
        };
        let roster = Roster::new(system.nodes.iter().copied());
        let initial = initial_configuration(roster.len(), self.voters.as_ref(), self.learners.value);
        let core = raft::Config { roster, initial, options };
        let config = Rc::new(replica::Config { core, options: host });
        system.nodes.iter().map(|_| RoleConfig::Raft(config.clone())).collect()
    }
}

/// Who takes part from the start in a group of so many nodes: the first ones vote, the next ones learn.
pub(super) fn initial_configuration(
    nodes: usize,
    voters: Option<&Located<u32>>,
    learners: u32,
) -> Configuration {
    let learners = learners as usize;
    let voters = voters.map_or(nodes.saturating_sub(learners), |voters| voters.value as usize);
    let voting = Slots::first(voters);
    Configuration {
        learners: Slots::first(voters + learners).without(voting),
        ..Configuration::of_voters(voting)
    }
}
