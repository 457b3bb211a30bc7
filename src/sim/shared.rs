//! What the nodes of a world share, apart from the nodes themselves: so that a handler can hold both at once.

use crate::faults::{News, Roster};
use crate::kernel::{Digest, Leadership, NodeId, Process, Queue, Time};
use crate::net::Network;
use crate::processors::Completion;

use super::event::Event;
use super::observer::Observer;
use super::triggers::Triggers;

pub(super) type EventQueue<M> = Queue<Event, M>;

/// What all nodes share.
#[derive(Clone)]
pub(super) struct Shared<P: Process, O> {
    pub(super) now: Time,
    pub(super) queue: EventQueue<P::Message>,
    pub(super) net: Network<P::Message>,
    pub(super) digest: Digest,
    pub(super) roster: Roster,
    pub(super) triggers: Triggers,
    pub(super) observer: O,
    /// Messages on their way back, as nobody took them.
    pub(super) refusals: u64,
}

impl<P: Process, O: Observer<P>> Shared<P, O> {
    /// A node believes that it leads, or no longer.
    #[inline]
    pub(super) fn lead(&mut self, node: NodeId, change: Leadership) {
        if let Some(news) = self.roster.lead(node, change) {
            self.tell(news, &[node]);
        }
    }

    /// A message goes to the network.
    #[inline]
    pub(super) fn depart(&mut self, from: NodeId, to: NodeId, message: P::Message) {
        self.observer.sent(self.now, from, to, &message);
        self.net.send(self.now, from, to, message, &mut self.queue);
    }

    /// Lets faults and checks that wait for this know of it.
    #[inline]
    pub(super) fn tell(&mut self, news: News, nodes: &[NodeId]) {
        self.observer.happened(self.now, news);
        if !self.triggers.is_empty() {
            self.triggers.hear(self.now, news, nodes, &mut self.queue);
        }
    }
}

impl<P: Process, O> Shared<P, O> {
    /// The disk of a node in this incarnation completes a sync at `at`.
    pub(super) fn push_sync(&mut self, node: NodeId, incarnation: u32, at: Time) {
        self.queue.push_steady(at, Event::Disk { node, incarnation });
    }

    pub(super) fn push_work(&mut self, node: NodeId, completion: Completion) {
        let Completion { at, slot, generation } = completion;
        self.queue.push_steady(at, Event::Work { node, slot, generation });
    }
}
