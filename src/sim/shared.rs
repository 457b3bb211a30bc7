//! What the nodes of a world share, apart from the nodes themselves: so that a handler can hold both at once.

use crate::faults::Roster;
use crate::kernel::{Digest, NodeId, Process, Queue, Time};
use crate::net::Network;
use crate::processors::Completion;

use super::event::Event;

pub(super) type EventQueue<M> = Queue<Event, M>;

/// What all nodes share.
#[derive(Clone)]
pub(super) struct Shared<P: Process, O> {
    pub(super) now: Time,
    pub(super) queue: EventQueue<P::Message>,
    pub(super) net: Network<P::Message>,
    pub(super) digest: Digest,
    pub(super) roster: Roster,
    pub(super) observer: O,
}

impl<P: Process, O> Shared<P, O> {
    /// The disk of a node in this incarnation completes a sync at `at`.
    pub(super) fn push_sync(&mut self, node: NodeId, incarnation: u32, at: Time) {
        self.queue.push(at, Event::Disk { node, incarnation });
    }

    pub(super) fn push_work(&mut self, node: NodeId, completion: Completion) {
        let Completion { at, slot, generation } = completion;
        self.queue.push(at, Event::Work { node, slot, generation });
    }
}
