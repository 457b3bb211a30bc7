//! What the options of every store on a consensus protocol have in common.

use crate::consensus::Quorums;
use crate::consensus::bugs::Bugs;
use crate::consensus::replica;
use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::model::membership::{Configuration, Slots};
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::quantity::duration_text;
use crate::spec::scalars::Located;
use crate::systems::plan::SystemPlan;

/// Options that may stand beside those that every system has: they mean the same for every store.
pub(super) const INLINE_KEYS: [&str; 3] = ["reads", "voters", "learners"];

crate::choices! {
    /// How a store's nodes serve reads.
    pub enum ReadsChoice {
        /// Through the log, as a write.
        Log = "log",
        /// By the leader, once a majority has confirmed that it still leads.
        ReadIndex = "read-index",
        /// By the leader, at once while its lease lasts: trusts the bound on clock drift. There is no lease without `check_quorum`: it
        /// then serves as with `read-index`.
        Lease = "lease",
        /// By any node: one that does not lead asks the leader how far its state must be.
        Follower = "follower",
        /// By any node, at once, from whatever it has applied; needs `allow_unsafe`.
        Local = "local",
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

/// What the key-value store around a protocol is told; `snapshot_every` is 0 if no snapshots are taken.
pub(super) fn host(reads: ReadsChoice, snapshot_every: u64, system: &SystemPlan) -> replica::Options {
    replica::Options {
        reads: reads.mode(),
        snapshot_every: (snapshot_every > 0).then_some(snapshot_every),
        bugs: Bugs::all_named(&replica::TABLE, &system.bugs),
        ..replica::Options::default()
    }
}

/// Whether a phase-1 and a phase-2 quorum of so many voters may have nobody in common, as both are given; then where, and how
/// many they are.
pub(super) fn parting_quorums<'a>(
    q1: Option<&'a Located<u32>>,
    q2: Option<&'a Located<u32>>,
    voters: u32,
) -> Option<(&'a Located<u32>, u32, u32)> {
    let (q1, q2) = (q1?, q2?);
    (q1.value + q2.value <= voters).then_some((q2, q1.value, q2.value))
}

/// The quorums of so many voters. That they part is known, and allowed, once the scenario is planned.
pub(super) fn quorums(q1: Option<&Located<u32>>, q2: Option<&Located<u32>>, voters: u32) -> Quorums {
    let size = |wish: Option<&Located<u32>>| wish.map(|size| size.value as u8);
    Quorums { q1: size(q1), q2: size(q2), may_part: parting_quorums(q1, q2, voters).is_some() }
}

/// Holds that an election timeout is a time, and warns of one that a heartbeat may not outrun; `who` waits for leaders.
pub(super) fn check_timeouts(
    law: &Located<Distribution>,
    heartbeat: Duration,
    who: &str,
    places: &Places<'_>,
    decoder: &mut Decoder<'_>,
) {
    let (least, most) = law.value.range();
    if least <= Duration::ZERO || most.0 > 1 << 62 {
        let message = "an election timeout must lie above 0 and below a bound";
        let help = "write for example \"uniform(150ms, 300ms)\"";
        decoder.report(Diagnostic::error(Code::BadParameter, &law.origin, message).help(help));
    } else if least <= heartbeat {
        let message = format!(
            "the shortest election timeout ({}) is not longer than a heartbeat ({})",
            duration_text(least),
            duration_text(heartbeat)
        );
        let help = format!("{who} would campaign against a leader that is well: make it several heartbeats");
        let (heartbeat, timeout) = (places.given("heartbeat"), places.given("election_timeout"));
        let warning = Diagnostic::warning(Code::Contradiction, heartbeat.unwrap_or(&law.origin), message);
        let timeout = timeout.filter(|_| heartbeat.is_some());
        decoder.report(warning.beside(timeout, "the election timeouts").help(help));
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
