//! Messages that are work: they wait on a node until the work of receiving or of sending them is done.
//!
//! What is to be sent goes before what was received and waits: a handler is over when what it says is on its way. Apart from
//! that each waits for its turn, so that one core keeps messages in order, and several hand over what is done first
//! (docs/models.md).

use std::rc::Rc;

use crate::kernel::{NodeId, Process, Slot, Urgency};
use crate::net::DropReason;
use crate::processors::{MessageCosts, Task};

use super::effects::Live;
use super::node::Node;
use super::shared::Shared;
use super::{Observer, Sim};

/// Says to the compiler that the branch it is called in is not the one to make straight: where messages are no work, worlds
/// are at their fastest. (`std::hint::cold_path`, for compilers that lack it. Were the functions that do the work cold, they would be
/// compiled to be small, which made a store with work for each message 5 % slower.)
#[cold]
#[inline]
pub(super) fn elsewhere() {}

/// The messages that wait on a node.
#[derive(Clone)]
pub(super) struct Mail<M> {
    costs: Rc<MessageCosts>,
    letters: Vec<Option<Letter<M>>>,
    free: Vec<u32>,
}

#[derive(Clone)]
enum Letter<M> {
    /// The message stays where it came from: in the queue of events.
    Received {
        from: NodeId,
        slot: Slot,
    },
    Leaving {
        to: NodeId,
        message: M,
    },
}

impl<M> Mail<M> {
    /// None yet; `None` where messages are no work.
    pub(super) fn at(costs: &Rc<MessageCosts>) -> Option<Box<Mail<M>>> {
        let empty = || Mail { costs: costs.clone(), letters: Vec::new(), free: Vec::new() };
        (!costs.is_free()).then(|| Box::new(empty()))
    }

    fn put(&mut self, letter: Letter<M>) -> u32 {
        let place = self.free.pop().unwrap_or_else(|| {
            self.letters.push(None);
            self.letters.len() as u32 - 1
        });
        self.letters[place as usize] = Some(letter);
        place
    }

    fn take(&mut self, place: u32) -> Letter<M> {
        let letter = self.letters[place as usize].take().expect("work for a message is done once");
        self.free.push(place);
        letter
    }

    /// Nobody will handle or send them: returns those that were received, each with who sent it.
    fn lose(&mut self) -> Vec<(NodeId, Slot)> {
        self.free.clear();
        let received = |letter: Option<Letter<M>>| match letter {
            Some(Letter::Received { from, slot }) => Some((from, slot)),
            Some(Letter::Leaving { .. }) | None => None,
        };
        self.letters.drain(..).filter_map(received).collect()
    }
}

impl<P: Process, O: Observer<P>> Live<'_, P, O> {
    /// Sends where messages are work: the message leaves when its work is done.
    #[inline(never)]
    pub(super) fn send_at_cost(&mut self, to: NodeId, message: P::Message) {
        let now = self.shared.now;
        let mail = self.machine.mail.as_mut().expect("messages are work here");
        let Some(work) = mail.costs.sending(&message) else {
            return self.shared.depart(self.id, to, message);
        };
        let place = mail.put(Letter::Leaving { to, message });
        let Live { id, machine, shared } = self;
        machine.processor.submit_first(now, place, work, |completion| shared.push_work(*id, completion));
    }
}

impl<P: Process, O: Observer<P>> Sim<P, O> {
    /// A message arrived at a running node where messages are work: it is handled when its work is done.
    #[inline(never)]
    pub(super) fn receive_at_cost(&mut self, from: NodeId, to: NodeId, slot: Slot) {
        let Node { machine, .. } = &mut self.nodes[to.index()];
        let Shared { now, queue, .. } = &mut self.shared;
        let mail = machine.mail.as_mut().expect("messages are work here");
        let Some(work) = mail.costs.receiving(queue.body(slot)) else {
            return self.receive(from, to, slot);
        };
        queue.keep(slot);
        let task = Task::Message(mail.put(Letter::Received { from, slot }));
        let now = *now;
        machine.processor.submit(now, task, work, Urgency::default(), |completion| {
            self.shared.push_work(to, completion);
        });
    }

    /// The work for a message is done: it is handled, or leaves.
    #[inline(never)]
    pub(super) fn mailed(&mut self, id: NodeId, place: u32) {
        let mail = self.nodes[id.index()].machine.mail.as_mut().expect("messages are work here");
        match mail.take(place) {
            Letter::Received { from, slot } => {
                self.shared.queue.release(slot);
                self.receive(from, id, slot);
            }
            Letter::Leaving { to, message } => self.shared.depart(id, to, message),
        }
    }

    /// The node crashed: what it had received is lost, and what it was about to send was never sent.
    pub(super) fn lose_mail(&mut self, id: NodeId) {
        let Some(mail) = &mut self.nodes[id.index()].machine.mail else { return };
        for (from, slot) in mail.lose() {
            self.shared.queue.release(slot);
            drop(self.shared.queue.take_body(slot));
            self.shared.net.counters_mut(from).drop_one(DropReason::ReceiverDown);
            self.shared.observer.dropped(self.shared.now, from, id, DropReason::ReceiverDown);
        }
    }
}
