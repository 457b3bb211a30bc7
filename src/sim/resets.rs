//! What machines say of streams whose process is gone: those who had one learn that it is reset, and whoever sends to where no
//! process runs gets the message back. Both take the way back, if there is one, and only who asked to be told is.

use std::collections::BTreeSet;

use crate::kernel::{Duration, NodeId, Process, Slot, Time};

use crate::net::DropReason;

use super::event::Event;
use super::node::{Held, Node};
use super::shared::Shared;
use super::{Observer, Occurrence, Sim};

impl<P: Process, O: Observer<P>> Sim<P, O> {
    /// When what the machine of `from` says to that of `to` now arrives there, if the process there wants to hear it.
    fn word_arrives(&mut self, from: NodeId, to: NodeId) -> Option<Time> {
        let wants = self.nodes[to.index()].process.as_ref().is_some_and(P::hears_resets);
        if wants { self.shared.net.word_arrives(self.shared.now, from, to) } else { None }
    }

    /// The message in `slot` came on a stream, and no process runs on `by`, whose machine says so to who sent it.
    #[cold]
    pub(super) fn refuse(&mut self, from: NodeId, by: NodeId, slot: Slot) {
        let message = self.shared.queue.take_body(slot);
        self.shared.net.counters_mut(from).drop_one(DropReason::ReceiverDown);
        self.shared.observer.dropped(self.shared.now, from, by, DropReason::ReceiverDown);
        let Some(at) = self.word_arrives(by, from) else { return };
        let incarnation = self.nodes[from.index()].machine.incarnation;
        self.shared.refusals += 1;
        self.shared.queue.push_with(at, Event::Refused { from, by, incarnation }, message);
    }

    /// The process on `id` has crashed: its machine says so to all that have a stream with it.
    pub(super) fn reset_peers(&mut self, id: NodeId) {
        for peer in self.shared.net.stream_peers(id) {
            self.tell_of_reset(peer, id);
        }
    }

    /// `node` is told that its streams with `peer` are gone.
    pub(super) fn tell_of_reset(&mut self, node: NodeId, peer: NodeId) {
        let Some(at) = self.word_arrives(peer, node) else { return };
        let incarnation = self.nodes[node.index()].machine.incarnation;
        self.shared.queue.push(at, Event::Reset { node, peer, incarnation });
    }

    /// A fault has reset the streams between these pairs, of which those of `from` learn nothing for `unnoticed` longer.
    pub(super) fn tell_of_resets(
        &mut self,
        pairs: BTreeSet<(NodeId, NodeId)>,
        from: &[NodeId],
        unnoticed: Duration,
    ) {
        for (one, other) in pairs {
            for (node, peer) in [(one, other), (other, one)] {
                if unnoticed == Duration::ZERO || !from.contains(&node) {
                    self.tell_of_reset(node, peer);
                } else if self.nodes[node.index()].process.as_ref().is_some_and(P::hears_resets) {
                    let incarnation = self.nodes[node.index()].machine.incarnation;
                    let at = self.shared.now + unnoticed;
                    self.shared.queue.push(at, Event::Reset { node, peer, incarnation });
                }
            }
        }
    }

    #[cold]
    pub(super) fn refused(&mut self, id: NodeId, by: NodeId, incarnation: u32, slot: Slot) {
        let message = self.shared.queue.take_body(slot);
        self.shared.refusals -= 1;
        let Node { process, machine, .. } = &mut self.nodes[id.index()];
        if process.is_none() || machine.incarnation != incarnation {
            return;
        }
        if machine.pauses > 0 {
            return machine.held.push(Held::Refused { by, message });
        }
        self.hear_refusal(id, by, message);
    }

    pub(super) fn hear_refusal(&mut self, id: NodeId, by: NodeId, message: P::Message) {
        self.count(&Occurrence::Refused { node: id, by, message: &message });
        let (process, mut cx) = self.running(id);
        process.on_refused(&mut cx, by, message);
    }

    #[cold]
    pub(super) fn streams_reset(&mut self, id: NodeId, peer: NodeId, incarnation: u32) {
        let Node { process, machine, .. } = &mut self.nodes[id.index()];
        if process.is_none() || machine.incarnation != incarnation {
            return;
        }
        if machine.pauses > 0 {
            return machine.held.push(Held::Reset { peer });
        }
        self.hear_reset(id, peer);
    }

    pub(super) fn hear_reset(&mut self, id: NodeId, peer: NodeId) {
        self.count(&Occurrence::Reset { node: id, peer });
        let (process, mut cx) = self.running(id);
        process.on_reset(&mut cx, peer);
    }
}

impl<P: Process, O> Shared<P, O> {
    /// Messages that are on their way back: they are no messages of the network any more.
    pub(super) fn coming_back(&self) -> u64 {
        self.refusals
    }
}
