//! The histories of stores: what every session asked and was told, and the order in which the store says it applied
//! it. Sessions are those of workloads' clients and of services' instances alike.

use std::collections::BTreeMap;

use crate::kernel::{NodeId, SystemId, Time};
use crate::model::history::{Operation, Outcome, Reason, SessionId};
use crate::model::note::{Asked, ClientNote, ConsensusNote};

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
    /// By node that holds sessions: its latest operation, by client.
    latest: Vec<Vec<Option<Latest>>>,
}

/// The latest operation of a session.
#[derive(Clone, Copy, Debug)]
struct Latest {
    slot: u32,
    sequence: u32,
    system: SystemId,
    operation: u32,
}

impl Histories {
    /// Histories of a run whose nodes belong to the systems `system_of`.
    pub fn new(system_of: Vec<SystemId>) -> Self {
        let systems = system_of.iter().map(|system| system.index() + 1).max().unwrap_or(0);
        let (stores, latest) = (vec![History::default(); systems], vec![Vec::new(); system_of.len()]);
        Histories { system_of, stores, latest }
    }

    /// A client on `node` asked or was told something. Returns the sequence number of a change that was acknowledged.
    #[inline]
    pub fn client(&mut self, at: Time, node: NodeId, note: &ClientNote) -> Option<Acknowledged> {
        match *note {
            ClientNote::Invoked { slot, sequence, server, asked: Asked::Store(op), .. } => {
                let system = self.system_of[server.index()];
                let session = SessionId { node, slot };
                let store = &mut self.stores[system.index()];
                let operation = store.operations.len() as u32;
                let outcome = Outcome::Unknown(Reason::InFlight);
                store.operations.push(Operation { session, op, invoked: at, returned: at, outcome });
                store.own_order.push(None);
                let clients = &mut self.latest[node.index()];
                let client = SessionId::client(slot) as usize;
                if clients.len() <= client {
                    clients.resize(client + 1, None);
                }
                clients[client] = Some(Latest { slot, sequence, system, operation });
                None
            }
            ClientNote::Invoked { asked: Asked::Call { .. }, .. } => None,
            ClientNote::Returned { slot, outcome, .. } => {
                let latest = self.find(SessionId { node, slot })?;
                let operation = &mut self.stores[latest.system.index()].operations[latest.operation as usize];
                operation.returned = at;
                operation.outcome = outcome;
                let is_change = operation.op.kind() != crate::model::op::OpKind::Read;
                (is_change && matches!(outcome, Outcome::Ok(_))).then_some(Acknowledged {
                    system: latest.system,
                    session: operation.session,
                    sequence: latest.sequence,
                })
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
        let latest = *self.latest.get(session.node.index())?.get(SessionId::client(session.slot) as usize)?;
        latest.filter(|latest| latest.slot == session.slot)
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
}
