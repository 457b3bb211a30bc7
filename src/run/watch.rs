//! What listens to a run of the built-in world: the recorder, the stores' histories, and the invariants of each
//! replicated log.

use crate::checks::consensus::{InvariantSet, Invariants};
use crate::checks::conservation::Requests;
use crate::checks::liveness::Liveness;
use crate::faults::News;
use crate::kernel::{Message, NodeId, Soon, SystemId, Time, WorkToken};
use crate::model::note::{Asked, ClientNote, Holding, ServiceNote};
use crate::model::op::Op;
use crate::sim::{FaultRecord, Lifecycle, Observer};
use crate::systems::{Custom, Note, Role, Wire};

use super::histories::{Acknowledged, Histories};
use super::recorder::Recorder;
use super::sought::Sought;

/// The stores whose liveness is judged.
#[derive(Clone, Debug, Default)]
pub struct Vivacity {
    /// By system.
    pub stores: Vec<(SystemId, Liveness)>,
    /// The position among the planned faults of that which heals them.
    pub healing: Option<usize>,
}

/// Listens for everything that a run is measured and judged by.
#[derive(Clone, Debug)]
pub struct Watch {
    /// For metrics, files and charts.
    pub recorder: Recorder,
    /// For consistency models; `None` if no check asks for them.
    pub histories: Option<Histories>,
    /// For the invariants of replicated logs, by system.
    pub invariants: Vec<(SystemId, Invariants)>,
    /// For conservation of requests.
    pub requests: Requests,
    /// For what is to come to pass.
    pub sought: Sought,
    /// For what must be so once faults have stopped.
    pub liveness: Vivacity,
    /// By node: position in `invariants` plus one.
    judged_by: Vec<u16>,
}

impl Watch {
    /// Listens for `recorder`, `histories`, `sought` and `liveness`, and for the invariants of the systems listed with their nodes.
    pub fn new(
        recorder: Recorder,
        histories: Option<Histories>,
        sought: Sought,
        liveness: Vivacity,
        judged: &[(SystemId, Vec<NodeId>, InvariantSet, Holding)],
        nodes: usize,
    ) -> Self {
        let mut judged_by = vec![0; nodes];
        for (position, (_, replicas, ..)) in judged.iter().enumerate() {
            replicas.iter().for_each(|node| judged_by[node.index()] = position as u16 + 1);
        }
        let judge = |(system, nodes, which, holding): &(SystemId, Vec<NodeId>, InvariantSet, Holding)| {
            (*system, Invariants::new(nodes, *which, *holding))
        };
        let invariants = judged.iter().map(judge).collect();
        Watch { recorder, histories, invariants, requests: Requests::new(), sought, liveness, judged_by }
    }

    #[inline]
    fn judge(&mut self, node: NodeId) -> Option<&mut Invariants> {
        let position = usize::from(self.judged_by[node.index()]).checked_sub(1)?;
        Some(&mut self.invariants[position].1)
    }

    /// A session's operation on a store, or on a service.
    #[inline]
    fn session(&mut self, at: Time, node: NodeId, note: &ClientNote) {
        let Some(histories) = &mut self.histories else { return };
        let acknowledged = histories.client(at, node, note);
        if let ClientNote::Invoked { server, asked: Asked::Store(op @ Op::Propose { .. }), .. } = *note
            && let Some(invariants) = self.judge(server)
        {
            invariants.asked(op);
        }
        let Some(Acknowledged { system, session, sequence, op, answer }) = acknowledged else { return };
        if let Some((_, invariants)) = self.invariants.iter_mut().find(|(judged, _)| *judged == system) {
            invariants.acknowledged(at, session, sequence, op, answer);
        }
    }
}

impl<X: Custom> Observer<Role<X>> for Watch {
    #[inline]
    fn foresee_node(&self, node: NodeId) {
        self.recorder.foresee_node(node);
    }

    #[inline]
    fn foresee(&self, round: u32, node: NodeId, soon: Soon<'_, Wire<X::Message>>) {
        match soon {
            Soon::Message(Wire::Call(_)) => self.recorder.foresee_call(round, node),
            Soon::Message(Wire::Answered(answered)) => {
                self.recorder.foresee_answer(round, node, answered.slot);
            }
            Soon::Work(Some(WorkToken(frame))) => self.recorder.foresee_work(round, node, frame as u32),
            Soon::Work(None) | Soon::Message(_) => {}
        }
    }

    #[inline]
    fn noted(&mut self, at: Time, node: NodeId, note: &Note<X::Note>) {
        match note {
            Note::Consensus(note) => {
                self.recorder.consensus(at, node, note);
                if let Some(invariants) = self.judge(node) {
                    invariants.consensus(at, node, note);
                }
                if let Some(histories) = &mut self.histories {
                    histories.consensus(note);
                }
                for (_, liveness) in self.liveness.stores.iter_mut().filter(|(_, one)| one.has(node)) {
                    liveness.consensus(at, node, note);
                }
            }
            Note::Client(note) => {
                self.recorder.client(at, node, note);
                self.requests.client(at, node, note);
                self.liveness.stores.iter_mut().for_each(|(_, one)| one.client(at, node, note));
                self.session(at, node, note);
            }
            Note::Service(note) => {
                self.recorder.service(at, node, note);
                if let ServiceNote::Store(note) = note {
                    self.session(at, node, note);
                }
            }
            Note::Operator(note) => self.recorder.operator(at, node, note),
            // They enter the digest and traces; no check of ours knows what they mean.
            Note::Custom(_) => {}
        }
    }

    #[inline]
    fn sent(&mut self, _: Time, from: NodeId, to: NodeId, message: &Wire<X::Message>) {
        self.recorder.sent(from, to, || message.size());
    }

    fn changed(&mut self, at: Time, node: NodeId, change: Lifecycle) {
        self.recorder.changed(at, node, change);
        for (_, liveness) in &mut self.liveness.stores {
            match change {
                Lifecycle::Booted => liveness.booted(at, node),
                Lifecycle::Crashed => liveness.crashed(at, node),
                Lifecycle::DiskLost | Lifecycle::Paused | Lifecycle::Resumed => {}
            }
        }
        if let Some(invariants) = self.judge(node) {
            match change {
                Lifecycle::Booted => invariants.booted(at, node),
                Lifecycle::Crashed => invariants.crashed(at, node),
                Lifecycle::DiskLost | Lifecycle::Paused | Lifecycle::Resumed => {}
            }
        }
    }

    fn happened(&mut self, at: Time, news: News) {
        self.sought.hear(at, news);
    }

    fn struck(&mut self, fault: &FaultRecord) {
        self.recorder.struck(fault);
        if self.liveness.healing == Some(fault.planned) {
            self.liveness.stores.iter_mut().for_each(|(_, one)| one.healed(&fault.nodes));
        }
    }

    fn goes_on(&mut self, _: Time, strike: usize) {
        self.recorder.goes_on(strike);
    }

    fn ended(&mut self, at: Time, strike: usize) {
        self.recorder.ended(at, strike);
    }
}
