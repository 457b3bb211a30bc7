//! What must hold of all replicas of a system together, held after every note (Raft, Figure 3, under names
//! that fit any replicated log).
//!
//! Replicas tell what they do ([`ConsensusNote`]); a mirror of each log is kept from that alone, and every
//! note is held against the mirrors and against what was told before. Nothing here knows a protocol: which
//! invariants a protocol claims is for its caller to say. A violation is data: the run goes on, and the first
//! of each invariant is kept.
//!
//! What is expected of the notes: a replica that boots tells its snapshot (`Installed`), every entry behind
//! it (`Appended`), and then, once, that these are durable (`Synced`); a snapshot is durable when it is
//! `Installed`; a replica tells of `Committed` before it tells of `Applied`. One that cannot read its disk says so and
//! nothing else (`Halted`): it breaks no promise, and counts as one that is down.
//!
//! A note costs 8 to 11 ns at five replicas (`benches/invariants.rs`). An entry costs 40 bytes and 8 a
//! replica until all have compacted it; a client's operation costs 16 for good, as a duplicate may come at
//! any time.
//!
//! The way of putting invariants beside the algorithm, on in every run, is that of LogCabin
//! (`RaftConsensusInvariants.cc`) and TigerBeetle's simulator.

mod agreement;
mod committed_log;
mod decree;
mod durability;
mod exactly_once;
mod invariant;
mod leader_completeness;
mod log_matching;
mod mirror;
mod monotonic;
mod one_leader;
mod promises;
mod violation;
mod votes;
mod window;

#[cfg(test)]
mod tests;

use crate::kernel::{NodeId, Time};
use crate::model::history::SessionId;
use crate::model::log::{LogIndex, Term};
use crate::model::membership::{GROUP_MAX, Slots};
use crate::model::note::{ConsensusNote, Holding};
use crate::model::op::{Answer, Op};

pub use invariant::{Invariant, InvariantSet, Row, TABLE};
pub use violation::{InvariantViolation, Shortfall, What};

use agreement::{Application, Applications};
use committed_log::CommittedLog;
use decree::{Decree, Wrong};
use exactly_once::ExactlyOnce;
use log_matching::LogMatching;
use mirror::{Mirror, Quorum};
use one_leader::OneLeader;
use promises::Promises;
use violation::Found;
use votes::Ballots;

/// The invariants of one system, judged as its nodes tell what they do.
#[derive(Clone, Debug)]
pub struct Invariants {
    which: InvariantSet,
    /// The rank of a node among the system's, by node id.
    slots: Vec<Option<u16>>,
    mirrors: Vec<Mirror>,
    committed: CommittedLog,
    /// Whose agreement committed the last of it, in a system whose replicas hold a log.
    decided_by: Quorum,
    leaders: OneLeader,
    /// By rank.
    promises: Vec<Promises>,
    entries: LogMatching,
    /// In a system whose replicas hold slots.
    ballots: Option<Ballots>,
    /// In a system that decides one value.
    decree: Option<Decree>,
    applications: Applications,
    effects: ExactlyOnce,
    violations: Vec<InvariantViolation>,
}

impl Invariants {
    /// Judges the system of these replicas by the invariants in `which`. All of them vote until they tell otherwise
    /// (`Configured`).
    ///
    /// # Panics
    /// If there are more than 64 nodes.
    pub fn new(nodes: &[NodeId], which: InvariantSet, holding: Holding) -> Invariants {
        assert!(nodes.len() <= GROUP_MAX, "a replicated log has at most {GROUP_MAX} replicas");
        let all = Quorum::of_all(nodes.len());
        let mut slots = vec![None; nodes.iter().map(|node| node.index() + 1).max().unwrap_or(0)];
        for (slot, node) in nodes.iter().enumerate() {
            slots[node.index()] = Some(slot as u16);
        }
        Invariants {
            which,
            slots,
            mirrors: nodes.iter().map(|&node| Mirror::new(node, all)).collect(),
            committed: CommittedLog::new(),
            decided_by: all,
            leaders: OneLeader::default(),
            promises: vec![Promises::default(); nodes.len()],
            entries: LogMatching::default(),
            ballots: (holding == Holding::Slots).then(|| Ballots::new(nodes)),
            decree: (holding == Holding::Decree).then(|| Decree::new(nodes)),
            applications: Applications::default(),
            effects: ExactlyOnce::default(),
            violations: Vec::new(),
        }
    }

    /// The first violation of each invariant, in the order in which they showed.
    pub fn violations(&self) -> &[InvariantViolation] {
        &self.violations
    }

    /// `node` told `note`. Constant time, but for what a note is the first to commit (a step an entry) or the
    /// last to compact, and a look at every replica where something is first committed.
    ///
    /// # Panics
    /// If the node is not one of the system's; so do the other facts.
    #[inline]
    pub fn consensus(&mut self, at: Time, node: NodeId, note: &ConsensusNote) {
        let slot = self.slot(node);
        let told = Told { at, node, slot };
        match *note {
            ConsensusNote::Campaigned { term, pre_vote } => {
                if !pre_vote {
                    self.on_term(told, term);
                }
            }
            ConsensusNote::Promised { term, to } => {
                let found = self.promises[slot].promised(term, to);
                self.check(Invariant::Monotonic, told, found);
            }
            ConsensusNote::ElectedBy { term, by } => self.on_elected(told, term, by),
            ConsensusNote::BecameLeader { term, .. } => self.on_became_leader(told, term),
            ConsensusNote::SteppedDown { term } => {
                self.on_term(told, term);
                self.mirrors[slot].leading = None;
            }
            ConsensusNote::Appended { index, term, prefix } => self.on_appended(told, index, term, prefix),
            ConsensusNote::Accepted { index, term, value } => self.on_accepted(told, index, term, value),
            ConsensusNote::Truncated { from } => self.on_truncated(told, from),
            ConsensusNote::Synced { through } => {
                self.mirrors[slot].log.sync(through);
                self.end_recovery(told);
            }
            ConsensusNote::Committed { index, prefix, .. } => self.on_committed(told, index, prefix),
            ConsensusNote::Applied { index, session, sequence } => {
                self.on_applied(told, index, session, sequence);
            }
            ConsensusNote::Served { .. } => {}
            ConsensusNote::Installed { index, term, prefix } => self.on_installed(told, index, term, prefix),
            ConsensusNote::Compacted { index } => {
                self.mirrors[slot].log.compact(index);
                self.forget();
            }
            ConsensusNote::Configured { voters, outgoing, quorum } => {
                self.mirrors[slot].quorum = Quorum { voters, outgoing, count: quorum };
                if let Some(decree) = &mut self.decree {
                    decree.configure(quorum);
                }
            }
            ConsensusNote::Synod(ref note) => {
                let decree = self.decree.as_mut().expect("only its nodes speak in these words");
                let wrong = decree.tell(slot, note);
                self.report_all(told.at, node, wrong);
            }
            // It knows that what its disk held is gone, and promises nothing on it.
            ConsensusNote::Recovering => {
                self.mirrors[slot].recover();
                self.promises[slot].excused();
                self.excuse(slot);
            }
            ConsensusNote::Foreseen { .. } => {}
            ConsensusNote::Rejoined => self.mirrors[slot].forgot = LogIndex(0),
            ConsensusNote::Halted { .. } => {
                self.mirrors[slot].halt();
                self.excuse(slot);
            }
        }
    }

    /// A client asks a node of the system for `op`.
    #[inline]
    pub fn asked(&mut self, op: Op) {
        if let Some(decree) = &mut self.decree {
            decree.asked(op);
        }
    }

    /// A client was told that a change of the store took effect (or found a mismatch, which is decided in the log
    /// too). `sequence` is that of the request.
    pub fn acknowledged(&mut self, at: Time, session: SessionId, sequence: u32, op: Op, answer: Answer) {
        if let Some(decree) = &mut self.decree {
            let wrong = decree.acknowledged(session, sequence, op, answer);
            return self.report_all(at, session.node, wrong);
        }
        if !self.effects.has(session, sequence) {
            let found = Found::alone(What::NeverApplied { session, sequence });
            self.report(Invariant::Durability, at, session.node, found);
        }
    }

    /// `node` crashed.
    pub fn crashed(&mut self, _at: Time, node: NodeId) {
        let slot = self.slot(node);
        self.mirrors[slot].crash();
    }

    /// `node` starts, for the first time or after a crash; the notes of what it found on disk follow.
    pub fn booted(&mut self, at: Time, node: NodeId) {
        let slot = self.slot(node);
        self.end_recovery(Told { at, node, slot });
        self.mirrors[slot].boot();
        self.promises[slot].booted();
        if let Some(ballots) = &mut self.ballots {
            ballots.booted(slot);
        }
        if let Some(decree) = &mut self.decree {
            decree.booted(slot);
        }
    }

    /// The run is over.
    pub fn finish(&mut self, at: Time) {
        for slot in 0..self.mirrors.len() {
            self.end_recovery(Told { at, node: self.mirrors[slot].node, slot });
        }
    }

    #[inline]
    fn slot(&self, node: NodeId) -> usize {
        let slot = self.slots.get(node.index()).copied().flatten();
        usize::from(slot.expect("the observer hands a system the notes of its own nodes only"))
    }

    fn on_term(&mut self, told: Told, term: Term) {
        let found = monotonic::enters(&mut self.mirrors[told.slot], term);
        self.check(Invariant::Monotonic, told, found);
    }

    /// Enough have agreed to its leading: enough of the voters, or, where each slot is decided by itself, somebody of those
    /// who chose what it does not know.
    fn on_elected(&mut self, told: Told, term: Term, by: Slots) {
        let mirror = &self.mirrors[told.slot];
        let Some(ballots) = &self.ballots else {
            let few = one_leader::elected_by(mirror.quorum, term, by);
            return self.check(Invariant::OneLeader, told, few);
        };
        let parted = ballots.elected_by(term, by, mirror.committed, mirror.quorum);
        self.check(Invariant::LeaderCompleteness, told, parted);
    }

    fn on_became_leader(&mut self, told: Told, term: Term) {
        self.on_term(told, term);
        let mirror = &mut self.mirrors[told.slot];
        mirror.lead(term);
        let second = self.leaders.elected(mirror, term);
        // Who leads by ballots need hold nothing: what was chosen it must find out.
        let is_due = self.ballots.is_none();
        let incomplete =
            is_due.then(|| leader_completeness::elected(mirror, term, &self.committed)).flatten();
        self.check(Invariant::OneLeader, told, second);
        self.check(Invariant::LeaderCompleteness, told, incomplete);
    }

    #[inline]
    fn on_appended(&mut self, told: Told, index: LogIndex, term: Term, prefix: u64) {
        let mirror = &mut self.mirrors[told.slot];
        mirror.log.append(index, prefix);
        mirror.term = mirror.term.max(term);
        let found = self.entries.holds(told.node, index, term, prefix);
        self.check(Invariant::LogMatching, told, found);
    }

    #[inline]
    fn on_accepted(&mut self, told: Told, index: LogIndex, ballot: Term, value: u64) {
        let Some(ballots) = &mut self.ballots else { return };
        let found = ballots.accepted(told.slot, index, ballot, value);
        let mirror = &mut self.mirrors[told.slot];
        mirror.term = mirror.term.max(ballot);
        let broken = self.promises[told.slot].accepted(index, ballot);
        self.check(Invariant::Monotonic, told, broken);
        self.check(Invariant::LogMatching, told, found.differs);
        self.check(Invariant::LeaderCompleteness, told, found.overrules);
    }

    /// Nobody expects this replica to find again what it had accepted.
    fn excuse(&mut self, slot: usize) {
        if let Some(ballots) = &mut self.ballots {
            ballots.excused(slot);
        }
        if let Some(decree) = &mut self.decree {
            decree.excuse(slot);
        }
    }

    fn on_truncated(&mut self, told: Told, from: LogIndex) {
        let log = &mut self.mirrors[told.slot].log;
        let loses_durable = from <= log.durable() && from <= self.committed.last();
        log.truncate(from);
        if loses_durable {
            let found = durability::removed(&self.mirrors, &self.committed, self.decided_by);
            self.check(Invariant::Durability, told, found);
        }
    }

    #[inline]
    fn on_committed(&mut self, told: Told, index: LogIndex, prefix: u64) {
        let fell = monotonic::commits(&mut self.mirrors[told.slot], index);
        self.check(Invariant::Monotonic, told, fell);
        if index > self.committed.last() {
            return self.on_first_committed(told, index, prefix);
        }
        let found = match &self.ballots {
            None => agreement::committed(&self.mirrors, told.slot, &self.committed, index, prefix),
            Some(_) if self.committed.agrees(index, Some(prefix)) => None,
            Some(ballots) => {
                let index = ballots.parts_at(told.slot, LogIndex(0), index);
                Some(Found::alone(What::CommittedDiffers { index }))
            }
        };
        self.check(Invariant::Agreement, told, found);
    }

    /// Slots are committed for the first time.
    fn on_slots_committed(&mut self, told: Told, index: LogIndex, prefix: u64) {
        let quorum = self.mirrors[told.slot].quorum;
        let (last, known) = (self.committed.last(), self.committed.last_prefix());
        let Some(ballots) = &mut self.ballots else { return };
        let committed = &mut self.committed;
        let (mut from, mut so_far) = (last, known);
        if so_far.is_none() {
            // What came before could not be told from the votes: the prefix told now is taken as it is.
            (from, so_far) = (index, Some(prefix));
            (last.0..index.0).for_each(|_| committed.push(None));
        }
        let start = (from, so_far.unwrap_or_default());
        let found =
            ballots.committed(told.slot, start, (index, prefix), quorum, |_, next| committed.push(next));
        committed.settle(prefix);
        self.check(Invariant::Agreement, told, found.differs);
        self.check(Invariant::LeaderCompleteness, told, found.overruled);
        self.check(Invariant::Durability, told, found.early);
    }

    fn on_first_committed(&mut self, told: Told, index: LogIndex, prefix: u64) {
        if self.ballots.is_some() {
            return self.on_slots_committed(told, index, prefix);
        }
        let parted = agreement::continues(&self.mirrors, told.slot, &self.committed);
        let mirror = &self.mirrors[told.slot];
        // Leaders commit first. Where a protocol lets others, its term is not known to be earlier than the
        // latest.
        let term = mirror.leading.unwrap_or(self.leaders.latest());
        self.committed.extend(&mirror.log, index, prefix, term);
        self.decided_by = mirror.quorum;
        let early = durability::first_committed(&self.mirrors, &self.committed, index, self.decided_by);
        self.check(Invariant::Agreement, told, parted);
        self.check(Invariant::Durability, told, early);
    }

    #[inline]
    fn on_applied(&mut self, told: Told, index: LogIndex, session: SessionId, sequence: u32) {
        let mirror = &mut self.mirrors[told.slot];
        let again = monotonic::applies(mirror, index);
        let early = agreement::is_due(mirror, index);
        self.check(Invariant::Monotonic, told, again);
        self.check(Invariant::Agreement, told, early);
        let application = self.applications.applied(index, session, sequence);
        if let Application::Differs(found) = application {
            self.check(Invariant::Agreement, told, Some(found));
        }
        if !matches!(application, Application::Again) {
            let twice = self.effects.applied(index, session, sequence);
            self.check(Invariant::ExactlyOnce, told, twice);
        }
    }

    fn on_installed(&mut self, told: Told, index: LogIndex, term: Term, prefix: u64) {
        if let Some(ballots) = &mut self.ballots {
            ballots.installed(told.slot, index);
        } else {
            let differs = self.entries.holds(told.node, index, term, prefix);
            self.check(Invariant::LogMatching, told, differs);
        }
        let mirror = &mut self.mirrors[told.slot];
        mirror.log.install(index, prefix);
        if self.ballots.is_none() {
            mirror.term = mirror.term.max(term); // That something was chosen in a ballot binds nobody to it.
        }
        mirror.applied = mirror.applied.max(index);
        self.on_committed(told, index, prefix);
        self.forget();
    }

    /// Holds what a restarted replica found on its disk against what should be there, once.
    #[inline]
    fn end_recovery(&mut self, told: Told) {
        let mirror = &mut self.mirrors[told.slot];
        if let Some(expected) = mirror.expected.take() {
            let found = durability::recovered(&mirror.log, &expected, &self.committed);
            self.check(Invariant::Durability, told, found);
        }
        if let Some(ballots) = &mut self.ballots {
            let found = ballots.recovered(told.slot);
            self.check(Invariant::Durability, told, found);
        }
    }

    /// Forgets what every replica has compacted: no note can speak of it any more.
    fn forget(&mut self) {
        // A node that stands by has nothing, and would keep everything.
        let has_any = |mirror: &&Mirror| mirror.log.last() > LogIndex(0) || mirror.committed > LogIndex(0);
        let kept = self.mirrors.iter().filter(has_any).map(|mirror| mirror.log.base()).min();
        let kept = kept.unwrap_or_default();
        self.committed.forget_before(kept);
        self.entries.forget_before(kept);
        self.applications.forget_before(kept);
        if let Some(ballots) = &mut self.ballots {
            ballots.forget_before(kept);
        }
    }

    #[inline]
    fn check(&mut self, invariant: Invariant, told: Told, found: Option<Found>) {
        if let Some(found) = found {
            self.report(invariant, told.at, told.node, found);
        }
    }

    fn report_all(&mut self, at: Time, node: NodeId, wrong: Wrong) {
        wrong.into_iter().for_each(|(invariant, found)| self.report(invariant, at, node, found));
    }

    #[cold]
    fn report(&mut self, invariant: Invariant, at: Time, node: NodeId, found: Found) {
        if !self.which.contains(invariant) {
            return;
        }
        if let Some(first) = self.violations.iter_mut().find(|first| first.invariant == invariant) {
            first.count += 1;
            return;
        }
        let Found { other, what } = found;
        self.violations.push(InvariantViolation { invariant, at, node, other, what, count: 1 });
    }
}

/// Who told something, and when.
#[derive(Clone, Copy)]
struct Told {
    at: Time,
    node: NodeId,
    slot: usize,
}
