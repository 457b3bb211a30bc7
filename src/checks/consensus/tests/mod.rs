//! Scripts of notes, told a millisecond apart, for the tests beside each check.

mod histories;
mod whole;

use crate::kernel::{NodeId, Time};
use crate::model::halt::Halt;
use crate::model::history::SessionId;
use crate::model::log::{LogIndex, Term, chained};
use crate::model::membership::Slots;
use crate::model::note::{ConsensusNote, Holding};
use crate::model::op::{Answer, Key, Op, Value};

use super::{Invariant, InvariantSet, Invariants};

/// The node that clients run on; replicas are nodes 0, 1, 2 ..., named `kv.1`, `kv.2`, `kv.3` ...
const CLIENTS: NodeId = NodeId(100);

pub(super) struct Script {
    pub invariants: Invariants,
    now: Time,
}

impl Script {
    /// A system of `replicas` that have all just booted for the first time.
    pub fn new(replicas: u32) -> Script {
        Script::holding(replicas, Holding::Log)
    }

    /// The same of replicas that hold slots.
    pub fn of_slots(replicas: u32) -> Script {
        Script::holding(replicas, Holding::Slots)
    }

    fn holding(replicas: u32, holding: Holding) -> Script {
        let nodes: Vec<NodeId> = (0..replicas).map(NodeId).collect();
        let mut invariants = Invariants::new(&nodes, InvariantSet::ALL, holding);
        for &node in &nodes {
            invariants.booted(Time::ZERO, node);
            invariants.consensus(Time::ZERO, node, &ConsensusNote::Synced { through: LogIndex(0) });
        }
        Script { invariants, now: Time::ZERO }
    }

    fn tick(&mut self) -> Time {
        self.now = Time(self.now.0 + 1_000_000);
        self.now
    }

    pub fn tell(&mut self, node: u32, note: ConsensusNote) -> &mut Self {
        let at = self.tick();
        self.invariants.consensus(at, NodeId(node), &note);
        self
    }

    pub fn elect(&mut self, node: u32, term: u32) -> &mut Self {
        self.tell(node, ConsensusNote::BecameLeader { term: Term(term), last_index: LogIndex(0) })
    }

    pub fn campaign(&mut self, node: u32, term: u32) -> &mut Self {
        self.tell(node, ConsensusNote::Campaigned { term: Term(term), pre_vote: false })
    }

    pub fn promise(&mut self, node: u32, term: u32, to: Option<u32>) -> &mut Self {
        self.tell(node, ConsensusNote::Promised { term: Term(term), to: to.map(NodeId) })
    }

    /// These elect it, and it leads.
    pub fn elect_by(&mut self, node: u32, term: u32, by: Slots) -> &mut Self {
        self.tell(node, ConsensusNote::ElectedBy { term: Term(term), by }).elect(node, term)
    }

    pub fn step_down(&mut self, node: u32, term: u32) -> &mut Self {
        self.tell(node, ConsensusNote::SteppedDown { term: Term(term) })
    }

    pub fn append(&mut self, node: u32, index: u64, term: u32, prefix: u64) -> &mut Self {
        self.tell(node, ConsensusNote::Appended { index: LogIndex(index), term: Term(term), prefix })
    }

    /// The value is accepted by `nodes`, durably.
    pub fn accept(&mut self, nodes: &[u32], index: u64, ballot: u32, value: u64) -> &mut Self {
        for &node in nodes {
            self.tell(node, ConsensusNote::Accepted { index: LogIndex(index), term: Term(ballot), value });
        }
        self
    }

    /// The prefix digest behind these values.
    pub fn prefix_of(values: &[u64]) -> u64 {
        values.iter().fold(0, |prefix, &value| chained(prefix, value))
    }

    /// These values are committed, from the first slot on.
    pub fn commit_chain(&mut self, node: u32, term: u32, values: &[u64]) -> &mut Self {
        self.commit(node, values.len() as u64, term, Script::prefix_of(values))
    }

    pub fn sync(&mut self, node: u32, through: u64) -> &mut Self {
        self.tell(node, ConsensusNote::Synced { through: LogIndex(through) })
    }

    /// The entry is appended to the logs of `nodes`, and durable.
    pub fn replicate(&mut self, nodes: &[u32], index: u64, term: u32, prefix: u64) -> &mut Self {
        for &node in nodes {
            self.append(node, index, term, prefix).sync(node, index);
        }
        self
    }

    pub fn truncate(&mut self, node: u32, from: u64) -> &mut Self {
        self.tell(node, ConsensusNote::Truncated { from: LogIndex(from) })
    }

    pub fn commit(&mut self, node: u32, index: u64, term: u32, prefix: u64) -> &mut Self {
        self.tell(node, ConsensusNote::Committed { index: LogIndex(index), term: Term(term), prefix })
    }

    pub fn install(&mut self, node: u32, index: u64, term: u32, prefix: u64) -> &mut Self {
        self.tell(node, ConsensusNote::Installed { index: LogIndex(index), term: Term(term), prefix })
    }

    pub fn compact(&mut self, node: u32, index: u64) -> &mut Self {
        self.tell(node, ConsensusNote::Compacted { index: LogIndex(index) })
    }

    pub fn apply(&mut self, node: u32, index: u64, slot: u32, sequence: u32) -> &mut Self {
        let session = SessionId { node: CLIENTS, slot };
        self.tell(node, ConsensusNote::Applied { index: LogIndex(index), session, sequence })
    }

    pub fn acknowledge(&mut self, slot: u32, sequence: u32) -> &mut Self {
        let at = self.tick();
        let (op, answer) = (Op::Write { key: Key(0), value: Value(0) }, Answer::Done);
        self.invariants.acknowledged(at, SessionId { node: CLIENTS, slot }, sequence, op, answer);
        self
    }

    pub fn crash(&mut self, node: u32) -> &mut Self {
        let at = self.tick();
        self.invariants.crashed(at, NodeId(node));
        self
    }

    pub fn boot(&mut self, node: u32) -> &mut Self {
        let at = self.tick();
        self.invariants.booted(at, NodeId(node));
        self
    }

    pub fn recover(&mut self, node: u32) -> &mut Self {
        self.tell(node, ConsensusNote::Recovering)
    }

    pub fn halt(&mut self, node: u32, why: Halt) -> &mut Self {
        self.tell(node, ConsensusNote::Halted { why })
    }

    /// A crash and a boot, of a node whose log is empty.
    pub fn restart(&mut self, node: u32) -> &mut Self {
        self.crash(node).boot(node)
    }

    pub fn finish(&mut self) -> &mut Self {
        let at = self.tick();
        self.invariants.finish(at);
        self
    }

    /// Nothing was found.
    #[track_caller]
    pub fn holds(&self) {
        assert_eq!(self.explained(), [] as [(Invariant, String); 0]);
    }

    /// This was found of the invariant.
    #[track_caller]
    pub fn violates(&self, invariant: Invariant, explanation: &str) {
        let explained = self.explained();
        let found = explained.iter().find(|(of, _)| *of == invariant);
        assert_eq!(found.map(|(_, words)| words.as_str()), Some(explanation), "of {explained:?}");
    }

    fn explained(&self) -> Vec<(Invariant, String)> {
        let name = |node: NodeId| match node {
            CLIENTS => String::from("clients"),
            NodeId(rank) => format!("kv.{}", rank + 1),
        };
        let violations = self.invariants.violations();
        violations.iter().map(|violation| (violation.invariant, violation.explain(&name))).collect()
    }
}
