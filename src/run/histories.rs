//! The histories of stores: what every session asked and was told, and the order in which the store says it applied
//! it. Sessions are those of workloads' clients and of services' instances alike.

use std::collections::BTreeMap;

use crate::kernel::{NodeId, SystemId, Time};
use crate::model::history::{Operation, Outcome, Reason, SessionId};
use crate::model::note::{Asked, ClientNote, ConsensusNote};
use crate::model::op::{Answer, Op, OpKind};
use crate::model::sessions::Sessions;

/// The history of one store.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The operations, in the order of their invocation.
    pub operations: Vec<Operation>,
    /// Beside each operation: where the store's log first placed it. An observation has the place of the last change
    /// it saw.
    pub own_order: Vec<Option<u64>>,
}

/// Builds histories while a run goes on. Constant time a note.
#[derive(Clone, Debug)]
pub struct Histories {
    /// By node: the system that it belongs to.
    system_of: Vec<SystemId>,
    /// By system.
    stores: Vec<History>,
    /// The latest operation of each session: it has one open at most.
    latest: Sessions<Option<Latest>>,
}

/// The latest operation of a session.
#[derive(Clone, Copy, Debug)]
struct Latest {
    sequence: u32,
    system: SystemId,
    operation: u32,
}

impl Histories {
    /// Histories of a run whose nodes belong to the systems `system_of`.
    pub fn new(system_of: Vec<SystemId>) -> Self {
        let systems = system_of.iter().map(|system| system.index() + 1).max().unwrap_or(0);
        Histories { system_of, stores: vec![History::default(); systems], latest: Sessions::new() }
    }

    /// A client on `node` asked or was told something. Returns the sequence number of a change that was acknowledged.
    #[inline]
    pub fn client(&mut self, at: Time, node: NodeId, note: &ClientNote) -> Option<Acknowledged> {
        match *note {
            ClientNote::Invoked { slot, sequence, server, asked: Asked::Store(op), .. } => {
                let system = self.system_of[server.index()];
                let session = SessionId { node, slot };
                let store = &mut self.stores[system.index()];
                let operation = store.operations.len();
                let operation = u32::try_from(operation).expect("a history has fewer than 2^32 operations");
                let outcome = Outcome::Unknown(Reason::InFlight);
                store.operations.push(Operation { session, op, invoked: at, returned: at, outcome });
                store.own_order.push(None);
                *self.latest.entry(session) = Some(Latest { sequence, system, operation });
                None
            }
            ClientNote::Invoked { asked: Asked::Call { .. }, .. } => None,
            ClientNote::Returned { slot, outcome, .. } => {
                let latest = self.find(SessionId { node, slot })?;
                let operation = &mut self.stores[latest.system.index()].operations[latest.operation as usize];
                operation.returned = at;
                operation.outcome = outcome;
                let Outcome::Ok(answer) = outcome else { return None };
                let Operation { session, op, .. } = *operation;
                let Latest { system, sequence, .. } = latest;
                (op.kind() != OpKind::Read).then_some(Acknowledged { system, session, sequence, op, answer })
            }
        }
    }

    /// A replica told something: where the log placed an operation, if it is the first to tell.
    #[inline]
    pub fn consensus(&mut self, note: &ConsensusNote) {
        let (ConsensusNote::Applied { index, session, sequence }
        | ConsensusNote::Served { index, session, sequence }) = *note
        else {
            return;
        };
        let Some(latest) = self.find(session).filter(|latest| latest.sequence == sequence) else { return };
        let place = &mut self.stores[latest.system.index()].own_order[latest.operation as usize];
        if place.is_none() {
            *place = Some(index.0);
        }
    }

    #[inline]
    fn find(&self, session: SessionId) -> Option<Latest> {
        *self.latest.get(session)?
    }

    /// The histories at the end of the run, by store; what is in flight then is unknown. Systems that nobody asked
    /// have none.
    pub fn finish(mut self, end: Time) -> BTreeMap<SystemId, History> {
        for store in &mut self.stores {
            let in_flight =
                |operation: &&mut Operation| operation.outcome == Outcome::Unknown(Reason::InFlight);
            store.operations.iter_mut().filter(in_flight).for_each(|operation| operation.returned = end);
        }
        let stores = self.stores.into_iter().enumerate();
        let asked = stores.filter(|(_, store)| !store.operations.is_empty());
        asked.map(|(system, store)| (SystemId(system as u16), store)).collect()
    }
}

/// A change that a client was told took effect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Acknowledged {
    /// The store.
    pub system: SystemId,
    /// Whose it was.
    pub session: SessionId,
    /// Which of the session's operations.
    pub sequence: u32,
    /// What was asked.
    pub op: Op,
    /// What was answered.
    pub answer: Answer,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::LogIndex;
    use crate::model::op::{Answer, Key, Op, Value};

    const CLIENT: NodeId = NodeId(2);
    const KV: SystemId = SystemId(1);

    struct Rig(Histories);

    impl Rig {
        /// Node 0 is of a service, 1 of the store, 2 a workload's.
        fn new() -> Rig {
            Rig(Histories::new(vec![SystemId(0), KV, SystemId(2)]))
        }

        fn session(slot: u32) -> SessionId {
            SessionId { node: CLIENT, slot }
        }

        fn invoke(&mut self, at: u64, slot: u32, sequence: u32, asked: Asked) -> &mut Rig {
            let (server, intended) = (NodeId(1), Time(at));
            let note = ClientNote::Invoked { slot, sequence, number: 1, server, intended, asked };
            assert_eq!(self.0.client(Time(at), CLIENT, &note), None);
            self
        }

        fn end(&mut self, at: u64, slot: u32, outcome: Outcome) -> Option<Acknowledged> {
            self.0.client(Time(at), CLIENT, &ClientNote::Returned { slot, outcome, attempts: 1 })
        }

        fn applied(&mut self, index: u64, slot: u32, sequence: u32) -> &mut Rig {
            let session = Rig::session(slot);
            self.0.consensus(&ConsensusNote::Applied { index: LogIndex(index), session, sequence });
            self
        }

        fn history(self, end: u64) -> History {
            let mut all = self.0.finish(Time(end));
            assert_eq!(all.len(), 1);
            all.remove(&KV).expect("only the store was asked")
        }
    }

    const OK: Outcome = Outcome::Ok(Answer::Done);

    fn write(value: u32) -> Asked {
        Asked::Store(Op::Write { key: Key(0), value: Value(value) })
    }

    #[test]
    fn the_first_replica_that_applies_an_operation_gives_its_place() {
        let mut rig = Rig::new();
        rig.invoke(1, 0, 1, write(7)).applied(5, 0, 1);
        let (session, op) = (Rig::session(0), Op::Write { key: Key(0), value: Value(7) });
        let acknowledged = Acknowledged { system: KV, session, sequence: 1, op, answer: Answer::Done };
        assert_eq!(rig.end(2, 0, OK), Some(acknowledged));
        rig.invoke(3, 0, 2, write(8));
        rig.applied(5, 0, 1).applied(9, 0, 2).applied(9, 0, 1).applied(11, 0, 2);
        rig.end(4, 0, OK);
        let history = rig.history(10);
        assert_eq!(history.own_order, [Some(5), Some(9)]);
        assert!(history.operations.iter().all(|operation| operation.outcome == OK));
        assert_eq!(history.operations[1].returned, Time(4));
    }

    #[test]
    fn an_operation_of_unknown_outcome_has_its_place_if_it_is_applied_later() {
        let mut rig = Rig::new();
        rig.invoke(1, 0, 1, write(7));
        assert_eq!(rig.end(2, 0, Outcome::Unknown(Reason::Timeout)), None);
        rig.applied(5, 0, 1);
        assert_eq!(rig.history(10).own_order, [Some(5)]);
    }

    /// The next boot of a crashed instance has a session of its own, while the store still applies what the last one
    /// asked.
    #[test]
    fn an_operation_of_an_earlier_boot_has_its_place_too() {
        let mut rig = Rig::new();
        let [first, second] = [1, 2].map(|boot| SessionId::slot(boot, 0));
        rig.invoke(1, first, 1, write(7)).invoke(2, second, 1, write(8));
        rig.applied(5, first, 1).applied(6, second, 1);
        assert_eq!(rig.history(10).own_order, [Some(5), Some(6)]);
    }

    #[test]
    fn what_is_open_at_the_end_is_unknown_and_ends_with_the_run() {
        let mut rig = Rig::new();
        rig.invoke(1, 0, 1, write(7));
        let Operation { returned, outcome, .. } = rig.history(10).operations[0];
        assert_eq!((returned, outcome), (Time(10), Outcome::Unknown(Reason::InFlight)));
    }

    #[test]
    fn calls_of_services_are_in_no_history() {
        let mut rig = Rig::new();
        rig.invoke(1, 0, 1, Asked::Call { path: 0 });
        assert_eq!(rig.end(2, 0, OK), None);
        assert!(rig.0.finish(Time(10)).is_empty());
    }
}
