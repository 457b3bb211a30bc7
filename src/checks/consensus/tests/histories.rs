//! Random histories of a small model of Raft, whose steps are whole: a vote, an exchange between a leader and
//! a follower, a sync, a crash. The right model violates nothing, whatever the order of steps; with a rule
//! taken out of it, the invariant that rests on the rule is violated.

use crate::kernel::{Digest, NodeId, Stream, Time};
use crate::model::history::SessionId;
use crate::model::log::{LogIndex, Term};
use crate::model::note::{ConsensusNote, Holding};
use crate::model::op::{Answer, Key, Op, Value};

use super::super::{Invariant, InvariantSet, Invariants};
use super::CLIENTS;

const SLOTS: usize = 3;

/// The rule that is taken out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Flaw {
    None,
    VotesTwice,
    VotesForAnyLog,
    ForgetsTerms,
    CommitsOlderTerms,
    CommitsUnsynced,
    ForgetsEntries,
    AppendsWithoutTruncating,
    AppliesRetries,
    AnswersEarly,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Entry {
    term: u32,
    prefix: u64,
    /// A client's slot and sequence number.
    operation: Option<(usize, u32)>,
}

#[derive(Clone, Default)]
struct Replica {
    is_up: bool,
    /// Durable at once, as is the vote.
    term: u32,
    voted_for: Option<usize>,
    /// The votes of its campaign.
    votes: Vec<usize>,
    is_leader: bool,
    /// The whole log, what a snapshot covers included.
    log: Vec<Entry>,
    /// The log that a crash leaves.
    disk: Vec<Entry>,
    /// How much of the log a snapshot covers.
    base: usize,
    committed: usize,
    applied: usize,
    /// The last sequence number applied of each slot.
    sessions: [u32; SLOTS],
}

impl Replica {
    fn last_term_and_length(&self) -> (u32, usize) {
        (self.log.last().map_or(0, |entry| entry.term), self.log.len())
    }

    fn push(&mut self, term: u32, operation: Option<(usize, u32)>) {
        let mut prefix = Digest::new();
        let (slot, sequence) = operation.unwrap_or_default();
        let before = self.log.last().map_or(0, |entry| entry.prefix);
        let words = [before, u64::from(term), slot as u64, u64::from(sequence)];
        words.into_iter().for_each(|word| prefix.absorb(word));
        self.log.push(Entry { term, prefix: prefix.value(), operation });
    }

    /// The state machine as of `index`.
    fn restore(&mut self, index: usize) {
        self.sessions = [0; SLOTS];
        for (slot, sequence) in self.log[..index].iter().filter_map(|entry| entry.operation) {
            self.sessions[slot] = self.sessions[slot].max(sequence);
        }
        (self.committed, self.applied) = (index, index);
    }
}

struct Model {
    replicas: Vec<Replica>,
    /// The sequence number of each slot's open operation.
    clients: [u32; SLOTS],
    flaw: Flaw,
    /// Of 200 steps, how many are campaigns.
    unrest: u32,
    rng: Stream,
    now: Time,
    invariants: Invariants,
}

impl Model {
    fn new(replicas: usize, flaw: Flaw, seed: u64) -> Model {
        let nodes: Vec<NodeId> = (0..replicas as u32).map(NodeId).collect();
        let mut model = Model {
            replicas: vec![Replica::default(); replicas],
            clients: [1; SLOTS],
            flaw,
            unrest: if seed.is_multiple_of(2) { 2 } else { 12 },
            rng: Stream::new(seed, "model", "steps"),
            now: Time::ZERO,
            invariants: Invariants::new(&nodes, InvariantSet::ALL, Holding::Log),
        };
        (0..replicas).for_each(|me| model.boot(me));
        model
    }

    fn tell(&mut self, me: usize, note: ConsensusNote) {
        self.now = Time(self.now.0 + 1);
        self.invariants.consensus(self.now, NodeId(me as u32), &note);
    }

    fn is_majority(&self, count: usize) -> bool {
        2 * count > self.replicas.len()
    }

    fn step(&mut self) {
        let replicas = self.replicas.len() as u32;
        let (me, other) = (self.rng.below(replicas) as usize, self.rng.below(replicas) as usize);
        let kind = self.rng.below(200);
        if !self.replicas[me].is_up {
            if kind < 20 {
                self.boot(me);
            }
            return;
        }
        match kind {
            campaigns if campaigns < self.unrest => self.campaign(me),
            0..26 => self.vote(me, other),
            26..44 => self.win(me),
            44..64 => self.propose(me),
            64..134 => self.replicate(me, other),
            134..162 => self.sync(me),
            162..186 => self.commit(me),
            186..197 => self.apply(me),
            197..199 => self.compact(me),
            _ => self.crash(me),
        }
    }

    fn boot(&mut self, me: usize) {
        self.invariants.booted(self.now, NodeId(me as u32));
        let replica = &mut self.replicas[me];
        replica.is_up = true;
        if self.flaw == Flaw::ForgetsEntries {
            replica.disk.truncate(replica.disk.len() / 2);
        }
        replica.log = replica.disk.clone();
        if self.flaw == Flaw::ForgetsTerms {
            (replica.term, replica.voted_for) = (0, None);
        }
        let base = replica.base;
        replica.restore(base);
        if base > 0 {
            self.tell_snapshot(me);
        }
        self.tell_appended(me, base);
        let through = LogIndex(self.replicas[me].log.len() as u64);
        self.tell(me, ConsensusNote::Synced { through });
    }

    fn tell_snapshot(&mut self, me: usize) {
        let base = self.replicas[me].base;
        let Entry { term, prefix, .. } = self.replicas[me].log[base - 1];
        self.tell(me, ConsensusNote::Installed { index: LogIndex(base as u64), term: Term(term), prefix });
    }

    fn tell_appended(&mut self, me: usize, from: usize) {
        for index in from..self.replicas[me].log.len() {
            let Entry { term, prefix, .. } = self.replicas[me].log[index];
            let index = LogIndex(index as u64 + 1);
            self.tell(me, ConsensusNote::Appended { index, term: Term(term), prefix });
        }
    }

    fn crash(&mut self, me: usize) {
        let replica = &mut self.replicas[me];
        (replica.is_up, replica.is_leader) = (false, false);
        replica.votes.clear();
        self.invariants.crashed(self.now, NodeId(me as u32));
    }

    fn campaign(&mut self, me: usize) {
        let replica = &mut self.replicas[me];
        if replica.is_leader {
            return;
        }
        replica.term += 1;
        replica.voted_for = Some(me);
        replica.votes = vec![me];
        let term = Term(replica.term);
        self.tell(me, ConsensusNote::Campaigned { term, pre_vote: false });
    }

    fn enter(&mut self, me: usize, term: u32) {
        let replica = &mut self.replicas[me];
        replica.votes.clear();
        if term > replica.term {
            (replica.term, replica.voted_for) = (term, None);
        }
        if std::mem::take(&mut replica.is_leader) {
            self.tell(me, ConsensusNote::SteppedDown { term: Term(term) });
        }
    }

    fn vote(&mut self, me: usize, candidate: usize) {
        let asking = &self.replicas[candidate];
        let (term, log) = (asking.term, asking.last_term_and_length());
        if me == candidate || asking.votes.is_empty() || term < self.replicas[me].term {
            return;
        }
        if term > self.replicas[me].term {
            self.enter(me, term);
        }
        let replica = &mut self.replicas[me];
        let is_free =
            replica.voted_for.is_none_or(|voted| voted == candidate) || self.flaw == Flaw::VotesTwice;
        let is_up_to_date = log >= replica.last_term_and_length() || self.flaw == Flaw::VotesForAnyLog;
        let votes = &self.replicas[candidate].votes;
        if is_free && is_up_to_date && !votes.contains(&me) {
            self.replicas[me].voted_for = Some(candidate);
            self.replicas[candidate].votes.push(me);
        }
    }

    fn win(&mut self, me: usize) {
        if !self.is_majority(self.replicas[me].votes.len()) {
            return;
        }
        let replica = &mut self.replicas[me];
        replica.is_leader = true;
        replica.votes.clear();
        let (term, last_index) = (Term(replica.term), LogIndex(replica.log.len() as u64));
        self.tell(me, ConsensusNote::BecameLeader { term, last_index });
        self.append_new(me, None);
    }

    fn append_new(&mut self, me: usize, operation: Option<(usize, u32)>) {
        let replica = &mut self.replicas[me];
        replica.push(replica.term, operation);
        let from = replica.log.len() - 1;
        self.tell_appended(me, from);
    }

    fn propose(&mut self, me: usize) {
        if self.replicas[me].is_leader {
            let slot = self.rng.below(SLOTS as u32) as usize;
            self.append_new(me, Some((slot, self.clients[slot])));
            if self.flaw == Flaw::AnswersEarly {
                self.acknowledge(slot);
            }
        }
    }

    fn replicate(&mut self, leader: usize, me: usize) {
        let (leading, replica) = (&self.replicas[leader], &self.replicas[me]);
        if leader == me || !leading.is_leader || !replica.is_up || replica.term > leading.term {
            return;
        }
        let leading = leading.clone();
        self.enter(me, leading.term);
        if self.replicas[me].log.len() < leading.base {
            self.install(me, &leading);
        }
        let replica = &mut self.replicas[me];
        let equal = replica.log.iter().zip(&leading.log).take_while(|(mine, theirs)| mine == theirs).count();
        let missing = (leading.log.len() - equal) as u32;
        if missing > 0 {
            let from = if self.flaw == Flaw::AppendsWithoutTruncating { replica.log.len() } else { equal };
            let through = (from + 1 + self.rng.below(missing) as usize).min(leading.log.len());
            let is_cut = replica.log.len() > from;
            replica.log.truncate(from);
            for entry in leading.log.get(from..through).unwrap_or_default() {
                replica.push(entry.term, entry.operation);
            }
            if is_cut {
                self.tell(me, ConsensusNote::Truncated { from: LogIndex(from as u64 + 1) });
            }
            self.tell_appended(me, from);
        }
        let vouched = if missing > 0 { self.replicas[me].log.len() } else { equal };
        self.commit_through(me, vouched.min(leading.committed));
    }

    /// The follower is too far behind: it gets the leader's snapshot, durably.
    fn install(&mut self, me: usize, leading: &Replica) {
        let replica = &mut self.replicas[me];
        let is_cut = replica.log.len() > replica.base;
        let from = LogIndex(replica.base as u64 + 1);
        replica.log = leading.log[..leading.base].to_vec();
        replica.disk = replica.log.clone();
        replica.base = leading.base;
        replica.restore(leading.base);
        if is_cut {
            self.tell(me, ConsensusNote::Truncated { from });
        }
        self.tell_snapshot(me);
    }

    fn sync(&mut self, me: usize) {
        let replica = &mut self.replicas[me];
        replica.disk = replica.log.clone();
        let through = LogIndex(replica.log.len() as u64);
        self.tell(me, ConsensusNote::Synced { through });
    }

    fn commit(&mut self, me: usize) {
        let leading = &self.replicas[me];
        if !leading.is_leader {
            return;
        }
        // Only a follower that is in the leader's term has told the leader what it holds.
        let holds = |replica: &&Replica, index: usize| {
            let log = if self.flaw == Flaw::CommitsUnsynced { &replica.log } else { &replica.disk };
            replica.term == leading.term && log.get(index - 1) == leading.log.get(index - 1)
        };
        let is_own = |index: usize| {
            leading.log[index - 1].term == leading.term || self.flaw == Flaw::CommitsOlderTerms
        };
        let held_by = |index: usize| self.replicas.iter().filter(|replica| holds(replica, index)).count();
        let mut candidates = (leading.committed + 1..=leading.log.len()).rev();
        let index = candidates.find(|&index| is_own(index) && self.is_majority(held_by(index)));
        if let Some(index) = index {
            self.commit_through(me, index);
        }
    }

    fn commit_through(&mut self, me: usize, index: usize) {
        let replica = &mut self.replicas[me];
        if index > replica.committed {
            replica.committed = index;
            let Entry { term, prefix, .. } = replica.log[index - 1];
            self.tell(
                me,
                ConsensusNote::Committed { index: LogIndex(index as u64), term: Term(term), prefix },
            );
        }
    }

    fn apply(&mut self, me: usize) {
        while self.replicas[me].applied < self.replicas[me].committed {
            let replica = &mut self.replicas[me];
            replica.applied += 1;
            let index = LogIndex(replica.applied as u64);
            let Some(Entry { operation: Some((slot, sequence)), .. }) =
                replica.log.get(replica.applied - 1).copied()
            else {
                continue;
            };
            if sequence > replica.sessions[slot] || self.flaw == Flaw::AppliesRetries {
                replica.sessions[slot] = sequence;
                self.tell(me, ConsensusNote::Applied { index, session: session(slot), sequence });
            }
            if self.replicas[me].is_leader && self.clients[slot] == sequence {
                self.acknowledge(slot);
            }
        }
    }

    fn acknowledge(&mut self, slot: usize) {
        let (op, answer) = (Op::Write { key: Key(0), value: Value(0) }, Answer::Done);
        self.invariants.acknowledged(self.now, session(slot), self.clients[slot], op, answer);
        self.clients[slot] += 1;
    }

    fn compact(&mut self, me: usize) {
        // Without its rules the model may cut what it has compacted, which it cannot restart from.
        if self.flaw == Flaw::None && self.replicas[me].applied > self.replicas[me].base {
            self.sync(me);
            let replica = &mut self.replicas[me];
            replica.base = replica.applied;
            let index = LogIndex(replica.base as u64);
            self.tell(me, ConsensusNote::Compacted { index });
        }
    }
}

fn session(slot: usize) -> SessionId {
    SessionId { node: CLIENTS, slot: slot as u32 }
}

/// One run, to its end.
fn run(flaw: Flaw, seed: u64) -> Model {
    let mut model = Model::new([3, 4, 5][seed as usize % 3], flaw, seed);
    (0..6_000).for_each(|_| model.step());
    model.invariants.finish(model.now);
    model
}

#[test]
fn right_histories_violate_nothing() {
    let (mut committed, mut compacted) = (0, 0);
    for seed in 0..600 {
        let model = run(Flaw::None, seed);
        if let Some(violation) = model.invariants.violations().first() {
            panic!("seed {seed}: {}", violation.explain(&|node| format!("{node:?}")));
        }
        committed += model.invariants.committed.last().0;
        compacted += model.replicas.iter().filter(|replica| replica.base > 0).count();
    }
    // Else the histories show nothing: entries are committed, and restarts meet snapshots.
    assert!(committed > 600 * 20 && compacted > 600, "{committed} committed, {compacted} compacted");
}

#[test]
fn every_missing_rule_shows_in_the_invariant_that_rests_on_it() {
    let rests_on = [
        (Flaw::VotesTwice, Invariant::OneLeader),
        (Flaw::VotesForAnyLog, Invariant::LeaderCompleteness),
        (Flaw::VotesForAnyLog, Invariant::Agreement),
        (Flaw::ForgetsTerms, Invariant::Monotonic),
        (Flaw::ForgetsTerms, Invariant::OneLeader),
        (Flaw::CommitsOlderTerms, Invariant::LeaderCompleteness),
        (Flaw::CommitsUnsynced, Invariant::Durability),
        (Flaw::ForgetsEntries, Invariant::Durability),
        (Flaw::AppendsWithoutTruncating, Invariant::LogMatching),
        (Flaw::AppliesRetries, Invariant::ExactlyOnce),
        (Flaw::AnswersEarly, Invariant::Durability),
    ];
    for (flaw, invariant) in rests_on {
        let shows = |seed| {
            let violations = run(flaw, seed).invariants.violations().to_vec();
            violations.iter().any(|violation| violation.invariant == invariant)
        };
        assert!((0..3_000).any(shows), "{flaw:?} never shows in {invariant:?}");
    }
}
