//! `type = "paxos"`: one decree.

use std::rc::Rc;

use crate::consensus::bugs::Bugs;
use crate::consensus::synod;
use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::model::membership::Roster;
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::scalars::Located;
use crate::systems::RoleConfig;
use crate::systems::plan::{Blueprint, SystemPlan};

use super::store;

crate::choices! {
    /// How what acceptors accept becomes known (Lamport 2001, "Paxos made simple", §2.3).
    pub enum LearningChoice {
        /// Each acceptor tells every node: one message delay.
        Broadcast = "broadcast",
        /// Each acceptor tells the ballot's proposer, which tells the others: a delay more, and fewer messages.
        Distinguished = "distinguished",
    }
}

crate::choices! {
    /// How a node that knows of nothing chosen serves a read.
    pub enum DecreeReadsChoice {
        /// By a ballot of its own: it asks a quorum, and finishes what that tells of.
        Ballot = "ballot",
        /// At once, with nothing: maybe stale; needs `allow_unsafe`.
        Local = "local",
    }
}

crate::options! {
    /// Options of a register on single-decree Paxos, the Synod (Lamport 1998, "The part-time parliament", §2; 2001, "Paxos made
    /// simple", §2). All nodes vote.
    pub struct PaxosOptions {
        /// How reads are served. May stand in the system's own table.
        reads: Located<DecreeReadsChoice> = "ballot",
        /// How many nodes must promise before a value is proposed (phase 1); absent: a majority, or as many as meet every `q2`.
        q1: Option<Located<u32>> [1..=64],
        /// How many nodes must accept a value before it is chosen (phase 2); absent: a majority, or as many as meet every `q1`.
        q2: Option<Located<u32>> [1..=64],
        /// How long a proposer that gave a ballot up waits before it tries a higher one, drawn anew each time (§2.4 wants
        /// randomness or real time, for progress). "0s" lets proposers duel forever.
        backoff: Located<Distribution> = "uniform(10ms, 100ms)",
        /// How often that wait doubles, ballot given up by ballot given up.
        backoff_doublings: u32 [0..=20] = 4,
        /// How long a proposer waits for a quorum, in each phase, before it gives its ballot up.
        phase_timeout: Duration [Duration(1)..] = "500ms",
        /// How acceptors tell what they accepted (§2.3).
        learning: LearningChoice = "broadcast",
        /// How often a node that knows of nothing chosen asks the others (§2.3: what tells it may be lost).
        ask_interval: Duration [Duration(1)..] = "1s",
    }
    check check_paxos;
}

fn check_paxos(options: &PaxosOptions, _: &Places<'_>, decoder: &mut Decoder<'_>) {
    let law = &options.backoff;
    if law.value.range().1.0 > 1 << 40 {
        let message = "a backoff must lie below 18 minutes";
        let help = "write for example \"uniform(10ms, 100ms)\"";
        decoder.report(Diagnostic::error(Code::BadParameter, &law.origin, message).help(help));
    }
}

impl PaxosOptions {
    /// Whether a phase-1 and a phase-2 quorum of so many nodes may have nobody in common, as both are given; then where, and
    /// how many they are.
    pub fn parting_quorums(&self, nodes: u32) -> Option<(&Located<u32>, u32, u32)> {
        store::parting_quorums(self.q1.as_ref(), self.q2.as_ref(), nodes)
    }

    pub(super) fn build<C>(&self, system: &SystemPlan, _: &Blueprint<'_>) -> Vec<RoleConfig<C>> {
        let roster = Roster::new(system.nodes.iter().copied());
        let quorums = store::quorums(self.q1.as_ref(), self.q2.as_ref(), roster.len() as u32);
        let options = synod::Options {
            backoff: self.backoff.value.clone(),
            backoff_doublings: self.backoff_doublings,
            phase_timeout: self.phase_timeout,
            ask_interval: self.ask_interval,
            quorums,
            learning: match self.learning {
                LearningChoice::Broadcast => synod::Learning::Broadcast,
                LearningChoice::Distinguished => synod::Learning::Distinguished,
            },
            reads: match self.reads.value {
                DecreeReadsChoice::Ballot => synod::ReadMode::Ballot,
                DecreeReadsChoice::Local => synod::ReadMode::Local,
            },
            bugs: Bugs::all_named(&synod::bugs::TABLE, &system.bugs),
            ..synod::Options::default()
        };
        let config = Rc::new(synod::Config { roster, options });
        system.nodes.iter().map(|_| RoleConfig::Paxos(config.clone())).collect()
    }
}
