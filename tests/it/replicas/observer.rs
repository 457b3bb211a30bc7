//! What must hold of all replicas together (Raft, Figure 3), judged from their notes alone.

use std::collections::BTreeMap;

use seedbed::kernel::NodeId;
use seedbed::model::history::SessionId;
use seedbed::model::log::{LogIndex, Term};
use seedbed::model::note::ConsensusNote;
use seedbed::model::note::Holding;

/// A picture of every log, and what was found wrong.
pub struct Observer {
    logs: Vec<Picture>,
    leaders: BTreeMap<Term, NodeId>,
    /// The prefix digest of each committed index.
    committed: Vec<u64>,
    applied: BTreeMap<(SessionId, u32), LogIndex>,
    /// What was committed when each read was invoked.
    reads: BTreeMap<(SessionId, u32), LogIndex>,
    pub violations: Vec<String>,
    holding: Holding,
    /// How often what is worth reaching was reached.
    pub reached: Reached,
}

/// How often a run came to the places where bugs hide.
#[derive(Clone, Copy, Default, Debug)]
pub struct Reached {
    pub leaderships: u64,
    pub truncations: u64,
    pub snapshots_taken: u64,
    pub snapshots_installed: u64,
    pub operations_applied: u64,
    pub reads_served: u64,
    pub reconfigurations: u64,
    pub rejoined: u64,
}

/// One replica's log as its notes tell it.
#[derive(Default)]
struct Picture {
    /// Prefix digests, by index; 0 where a snapshot hides them.
    prefixes: Vec<u64>,
    /// How far its committed prefix was compared.
    compared: u64,
}

impl Picture {
    fn cut_behind(&mut self, index: u64) {
        self.prefixes.resize(index as usize + 1, 0);
    }
}

impl Observer {
    pub fn new(nodes: usize, holding: Holding) -> Observer {
        Observer {
            logs: (0..nodes).map(|_| Picture { prefixes: vec![0], compared: 0 }).collect(),
            leaders: BTreeMap::new(),
            committed: vec![0],
            applied: BTreeMap::new(),
            reads: BTreeMap::new(),
            violations: Vec::new(),
            holding,
            reached: Reached::default(),
        }
    }

    /// The last index that any replica knows to be committed.
    pub fn commit_index(&self) -> LogIndex {
        LogIndex(self.committed.len() as u64 - 1)
    }

    /// A read is invoked: it must see all that is committed now.
    pub fn invoked(&mut self, session: SessionId, sequence: u32) {
        let index = self.commit_index();
        self.reads.entry((session, sequence)).or_insert(index);
    }

    /// A replica boots: its notes will tell anew what its log holds.
    pub fn booted(&mut self, id: NodeId) {
        self.logs[id.index()] = Picture { prefixes: vec![0], compared: 0 };
    }

    pub fn observe(&mut self, id: NodeId, note: ConsensusNote) {
        let (log, reached) = (&mut self.logs[id.index()], &mut self.reached);
        match note {
            ConsensusNote::BecameLeader { term, .. } => {
                reached.leaderships += 1;
                self.check_leader_completeness(id, term);
                if let Some(other) = self.leaders.insert(term, id)
                    && other != id
                {
                    self.violations.push(format!("one leader per term: {other:?} and {id:?} in {term:?}"));
                }
            }
            ConsensusNote::Appended { index, prefix, .. } => {
                log.cut_behind(index.0 - 1);
                log.prefixes.push(prefix);
            }
            ConsensusNote::Truncated { from } => {
                reached.truncations += 1;
                log.cut_behind(from.0 - 1);
            }
            ConsensusNote::Installed { index, prefix, .. } => {
                reached.snapshots_installed += 1;
                let behind = log.prefixes.split_off(log.prefixes.len().min(index.0 as usize + 1));
                log.cut_behind(index.0);
                log.prefixes[index.0 as usize] = prefix;
                log.prefixes.extend(behind);
                log.compared = index.0 - 1;
                self.compare(id, index.0);
            }
            ConsensusNote::Committed { index, .. } => self.compare(id, index.0),
            ConsensusNote::Applied { index, session, sequence } => {
                reached.operations_applied += 1;
                let first = *self.applied.entry((session, sequence)).or_insert(index);
                if first != index {
                    let what = format!("{session:?} {sequence} at {first:?} and {index:?}");
                    self.violations.push(format!("applied once: {what}"));
                }
            }
            ConsensusNote::Served { index, session, sequence } => {
                reached.reads_served += 1;
                let due = self.reads.get(&(session, sequence)).copied().unwrap_or_default();
                if index < due {
                    let what = format!("{session:?} {sequence} saw {index:?} of {due:?}");
                    self.violations.push(format!("linearizable reads: {what}"));
                }
            }
            ConsensusNote::Campaigned { .. }
            | ConsensusNote::SteppedDown { .. }
            | ConsensusNote::Synced { .. }
            | ConsensusNote::Foreseen { .. }
            | ConsensusNote::Recovering
            | ConsensusNote::Synod(_)
            | ConsensusNote::Accepted { .. }
            | ConsensusNote::Promised { .. }
            | ConsensusNote::ElectedBy { .. }
            | ConsensusNote::Halted { .. } => {}
            ConsensusNote::Configured { .. } => reached.reconfigurations += 1,
            ConsensusNote::Rejoined => reached.rejoined += 1,
            ConsensusNote::Compacted { .. } => reached.snapshots_taken += 1,
        }
    }

    /// State machine safety: no two replicas commit different prefixes.
    fn compare(&mut self, id: NodeId, through: u64) {
        let log = &mut self.logs[id.index()];
        while log.compared < through {
            log.compared += 1;
            let index = log.compared as usize;
            let prefix = log.prefixes.get(index).copied().unwrap_or(0);
            match self.committed.get(index) {
                Some(&0) => self.committed[index] = prefix,
                Some(&committed) if committed != prefix && prefix != 0 => {
                    self.violations.push(format!("state machine safety: {id:?} differs at {index}"));
                    return;
                }
                Some(_) => {}
                None => {
                    self.committed.resize(index, 0);
                    self.committed.push(prefix);
                }
            }
        }
    }

    /// Leader completeness: a new leader's log holds everything committed before.
    fn check_leader_completeness(&mut self, id: NodeId, term: Term) {
        if self.holding == Holding::Slots {
            return; // Who leads by ballots need hold nothing.
        }
        let last = self.committed.len() - 1;
        let holds = self.logs[id.index()].prefixes.get(last) == Some(&self.committed[last]);
        // An older leader may learn late of what it committed: its election came before that.
        let is_newest = self.leaders.keys().all(|&earlier| earlier <= term);
        if is_newest && !holds {
            self.violations.push(format!("leader completeness: {id:?} in {term:?} lacks {last}"));
        }
    }
}
