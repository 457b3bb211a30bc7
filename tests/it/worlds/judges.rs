//! Listens to a world for the judges of its stores, without what else a product run records.

use std::collections::BTreeMap;

use seedbed::checks::consensus::{InvariantSet, Invariants};
use seedbed::kernel::{NodeId, SystemId, Time};
use seedbed::model::halt::Halt;
use seedbed::model::note::{ClientNote, ConsensusNote, ServiceNote};
use seedbed::run::histories::{Acknowledged, Histories, History};
use seedbed::scenario::plan::World;
use seedbed::sim::{FaultRecord, Lifecycle, Observer};
use seedbed::systems::{Never, Note, Role};

/// The histories of all stores, and every invariant of one replicated log.
pub struct Judges {
    histories: Histories,
    log: SystemId,
    system_of: Vec<SystemId>,
    invariants: Invariants,
    strikes: Vec<FaultRecord>,
    /// Why replicas halted.
    pub halts: Vec<Halt>,
}

impl Judges {
    /// For a world whose first system is a replicated log.
    pub fn new(world: &World) -> Judges {
        let log = &world.systems[0].plan;
        let system_of: Vec<SystemId> = world.setup.nodes.iter().map(|node| node.system).collect();
        let invariants = Invariants::new(&log.nodes, InvariantSet::ALL, world.systems[0].kind.holding());
        Judges {
            histories: Histories::new(system_of.clone()),
            log: log.id,
            system_of,
            invariants,
            strikes: Vec::new(),
            halts: Vec::new(),
        }
    }

    /// What faults did so far.
    pub fn strikes(&self) -> &[FaultRecord] {
        &self.strikes
    }

    pub fn finish(mut self, end: Time) -> (BTreeMap<SystemId, History>, Invariants) {
        self.invariants.finish(end);
        (self.histories.finish(end), self.invariants)
    }

    fn client(&mut self, at: Time, node: NodeId, note: &ClientNote) {
        let acknowledged = self.histories.client(at, node, note).filter(|change| change.system == self.log);
        if let Some(Acknowledged { session, sequence, op, answer, .. }) = acknowledged {
            self.invariants.acknowledged(at, session, sequence, op, answer);
        }
    }
}

impl Observer<Role> for Judges {
    fn noted(&mut self, at: Time, node: NodeId, note: &Note<Never>) {
        match note {
            Note::Consensus(note) => {
                self.invariants.consensus(at, node, note);
                self.histories.consensus(note);
                if let ConsensusNote::Halted { why } = note {
                    self.halts.push(*why);
                }
            }
            Note::Client(note) | Note::Service(ServiceNote::Store(note)) => self.client(at, node, note),
            Note::Service(_) | Note::Operator(_) | Note::Custom(_) => {}
        }
    }

    fn struck(&mut self, fault: &FaultRecord) {
        self.strikes.push(fault.clone());
    }

    fn ended(&mut self, at: Time, strike: usize) {
        let ended = self.strikes.iter_mut().find(|one| one.strike == strike);
        ended.expect("only what struck ends").end = Some(at);
    }

    fn changed(&mut self, at: Time, node: NodeId, change: Lifecycle) {
        if self.system_of[node.index()] != self.log {
            return;
        }
        match change {
            Lifecycle::Booted => self.invariants.booted(at, node),
            Lifecycle::Crashed => self.invariants.crashed(at, node),
            Lifecycle::DiskLost | Lifecycle::Paused | Lifecycle::Resumed => {}
        }
    }
}
