//! From an entry of the queue to the handler of its node's process.

use crate::kernel::digest::CHECKPOINT_INTERVAL;
use crate::kernel::{Digest, Name, NodeId, Process, Sequence, Slot, Soon, Time, load};
use crate::net::{Arrival, DropReason, Network, Waiting};
use crate::processors::Task;
use crate::storage::Completion;

use super::effects::Live;
use super::event::Event;
use super::mail;
use super::node::{Held, Node};
use super::shared::{EventQueue, Shared};
use super::timers::Due;
use super::{Observer, Occurrence, Sim, Stop};

impl<P: Process, O: Observer<P>> Sim<P, O> {
    /// Takes one entry from the queue. Stale entries are no events.
    #[inline(always)]
    pub(super) fn step(&mut self) {
        let Sim { nodes, shared: Shared { queue, net, observer, .. }, .. } = self;
        let next = queue.pop_foreseeing(|round, event, message| {
            foresee(round, nodes, net, observer, event, message);
        });
        let (at, sequence, event, slot) = next.expect("the end of the run is pending");
        assert!(self.shared.now <= at, "time ran backwards: {:?} then {at:?}", self.shared.now);
        self.shared.now = at;
        match event {
            Event::Deliver { from, to, epoch } => self.deliver(from, to, epoch, slot),
            Event::Refused { from, by, incarnation } => self.refused(from, by, incarnation, slot),
            Event::Reset { node, peer, incarnation } => self.streams_reset(node, peer, incarnation),
            Event::Timer { node, timer } => self.timer(node, timer, at, sequence),
            Event::Disk { node, incarnation } => self.disk(node, incarnation),
            Event::Work { node, slot, generation } => self.work(node, slot, generation),
            Event::Retransmit { from, to, epoch } => {
                let Shared { net, queue, .. } = &mut self.shared;
                net.retransmit(at, from, to, epoch, queue);
            }
            Event::Wake => self.release(|now, net, queue| net.wake(now, queue)),
            Event::Leave { generation } => {
                let Shared { net, queue, .. } = &mut self.shared;
                net.left(at, generation, queue);
            }
            Event::Reroute { duct } => self.shared.net.reroute(self.shared.now, duct),
            Event::Strike { fault } => self.strike_as_planned(fault as usize),
            Event::Triggered { fault, number } => self.strike_when(fault as usize, number),
            Event::Alarm { alarm } => self.alarm(alarm as usize),
            Event::Step { strike, script } => self.step_script(strike as usize, script as usize),
            Event::Undo { strike } => self.undo(strike as usize),
            Event::Mark => self.marked = true,
            Event::End => self.stopped = Some(Stop::End),
        }
    }

    #[inline(always)]
    fn deliver(&mut self, from: NodeId, to: NodeId, epoch: u32, slot: Slot) {
        match self.shared.net.arrival(self.shared.now, from, to, epoch) {
            Arrival::Free => {}
            Arrival::Held => return self.hold(from, to, epoch, slot),
            Arrival::Reset => return self.lose(from, to, slot, DropReason::Reset),
        }
        let Node { process, machine, .. } = &mut self.nodes[to.index()];
        if process.is_none() {
            return match epoch {
                0 => self.lose(from, to, slot, DropReason::ReceiverDown),
                1.. => self.refuse(from, to, slot),
            };
        }
        if machine.pauses > 0 {
            let message = self.shared.queue.take_body(slot);
            return machine.held.push(Held::Message { from, message });
        }
        if machine.mail.is_some() {
            mail::elsewhere();
            return self.receive_at_cost(from, to, slot);
        }
        self.receive(from, to, slot);
    }

    #[cold]
    fn hold(&mut self, from: NodeId, to: NodeId, epoch: u32, slot: Slot) {
        let Shared { now, net, queue, .. } = &mut self.shared;
        let message = queue.take_body(slot);
        net.hold(*now, Waiting { from, to, epoch, message }, queue);
    }

    #[cold]
    fn lose(&mut self, from: NodeId, to: NodeId, slot: Slot, reason: DropReason) {
        drop(self.shared.queue.take_body(slot));
        self.shared.net.counters_mut(from).drop_one(reason);
        self.shared.observer.dropped(self.shared.now, from, to, reason);
    }

    /// What the network releases arrives now, in order, and before whatever else happens at this instant. A call: what
    /// handles it is a second copy of what handles messages that arrive.
    #[inline(never)]
    pub(super) fn release(
        &mut self,
        free: impl FnOnce(Time, &mut Network<P::Message>, &mut EventQueue<P::Message>) -> Vec<Waiting<P::Message>>,
    ) {
        let Shared { now, net, queue, .. } = &mut self.shared;
        for Waiting { from, to, epoch, message } in free(*now, net, queue) {
            let slot = self.shared.queue.lend(Event::Deliver { from, to, epoch }, message);
            self.deliver(from, to, epoch, slot);
        }
    }

    /// The event is counted while the message still lies in the queue: moved twice, it would be copied in pieces, and
    /// loads that span two pieces wait for both.
    #[inline(always)]
    pub(super) fn receive(&mut self, from: NodeId, to: NodeId, slot: Slot) {
        let Shared { now, queue, net, digest, observer, .. } = &mut self.shared;
        net.counters_mut(to).count_received();
        let event = Occurrence::Delivered { from, to, message: queue.body(slot) };
        absorb(*now, self.events + 1, &event, digest, observer);
        let message = queue.take_body(slot);
        self.counted();
        let (process, mut cx) = self.running(to);
        process.on_message(&mut cx, from, message);
    }

    /// The queue's entry (`at`, `sequence`) of a timer comes up, or one that was held does so again.
    #[inline]
    pub(super) fn timer(&mut self, id: NodeId, timer: u32, at: Time, sequence: Sequence) {
        let node = &mut self.nodes[id.index()];
        match node.machine.timers.due(timer, at, sequence) {
            Due::Stale => {}
            Due::Later(later, rank) => {
                self.shared.queue.push_ranked(later, rank, Event::Timer { node: id, timer });
            }
            Due::Fire if node.machine.pauses > 0 => {
                node.machine.timers.hold(timer, at, sequence);
                node.machine.held.push(Held::Timer { timer, at, sequence });
            }
            Due::Fire => {
                self.count(&Occurrence::Fired { node: id, timer });
                let (process, mut cx) = self.running(id);
                process.on_timer(&mut cx, P::Timer::named(timer));
            }
        }
    }

    #[inline]
    fn disk(&mut self, id: NodeId, incarnation: u32) {
        let node = &mut self.nodes[id.index()];
        if node.process.is_none() || node.machine.incarnation != incarnation {
            return; // Asked for before a crash.
        }
        // The device does not stop with the process: what it completes during a pause is durable.
        let Some(completion) = node.machine.disk.complete(self.shared.now) else {
            return; // It stands still, or stood still since.
        };
        if node.machine.pauses > 0 {
            return node.machine.held.push(Held::Synced(completion));
        }
        self.synced(id, completion);
    }

    #[inline]
    pub(super) fn synced(&mut self, id: NodeId, Completion { token, result }: Completion) {
        self.count(&Occurrence::Synced { node: id, token, result });
        let (process, mut cx) = self.running(id);
        process.on_disk(&mut cx, token, result);
    }

    #[inline]
    fn work(&mut self, id: NodeId, slot: u32, generation: u32) {
        let now = self.shared.now;
        let Sim { nodes, shared, .. } = self;
        let processor = &mut nodes[id.index()].machine.processor;
        let completed = processor.complete(now, slot, generation, |next| shared.push_work(id, next));
        let Some(task) = completed else {
            return; // It moved on: a pause, a slow-down, a crash, the end of a turn.
        };
        match task {
            Task::Asked(token) => {
                self.release_core(id, slot);
                self.count(&Occurrence::Computed { node: id, token });
                let (process, mut cx) = self.running(id);
                process.on_computed(&mut cx, token);
            }
            // What is said in answer goes before what waits: the core is not free until then.
            Task::Message(place) => {
                self.mailed(id, place);
                self.release_core(id, slot);
            }
        }
    }

    #[inline]
    fn release_core(&mut self, id: NodeId, slot: u32) {
        let Sim { nodes, shared, .. } = self;
        let processor = &mut nodes[id.index()].machine.processor;
        processor.release(shared.now, slot, |next| shared.push_work(id, next));
    }

    /// The process on a node, to handle something, and the context that carries out what it asks for.
    #[inline(always)]
    pub(super) fn running(&mut self, id: NodeId) -> (&mut P, Live<'_, P, O>) {
        let Node { process, machine, .. } = &mut self.nodes[id.index()];
        machine.handled = machine.handled.wrapping_add(1);
        let process = process.as_mut().expect("only a running process is handed events");
        (process, Live { id, machine, shared: &mut self.shared })
    }

    /// Counts an event and lets the digest absorb it.
    #[inline(always)]
    pub(super) fn count(&mut self, event: &Occurrence<'_, P::Message>) {
        let Shared { now, digest, observer, .. } = &mut self.shared;
        absorb(*now, self.events + 1, event, digest, observer);
        self.counted();
    }

    #[inline(always)]
    fn counted(&mut self) {
        self.events += 1;
        if self.events.is_multiple_of(CHECKPOINT_INTERVAL) {
            self.checkpoint();
        }
    }

    #[cold]
    fn checkpoint(&mut self) {
        self.checkpoints.push(self.shared.digest.value());
        let held = match self.paused {
            0 => 0,
            _ => self.nodes.iter().map(|node| node.machine.held.len()).sum(),
        };
        let pending = self.shared.queue.len() + held + self.shared.net.waiting() as usize;
        let limit = self.watch.checkpoint(self.shared.now, self.events, pending);
        self.stopped = self.stopped.or(limit.map(Stop::Limit));
    }
}

/// Has what the event will need loaded, in this round what so many steps lead to. In small worlds all of it is near.
#[inline(always)]
fn foresee<P: Process, O: Observer<P>>(
    round: u32,
    nodes: &[Node<P>],
    net: &Network<P::Message>,
    observer: &O,
    event: &Event,
    message: Option<&P::Message>,
) {
    let (Event::Deliver { to: id, .. } | Event::Work { node: id, .. }) = *event else { return };
    let Node { process, machine, .. } = &nodes[id.index()];
    if round == 0 {
        load(process);
        machine.foresee();
        net.foresee(id);
        return observer.foresee_node(id);
    }
    if round == 1 {
        machine.processor.foresee();
        net.foresee_sending(id);
    }
    let soon = match (*event, message) {
        (Event::Work { slot, .. }, _) if round > 1 => Soon::Work(machine.processor.foreseen(slot)),
        (Event::Deliver { .. }, Some(message)) => Soon::Message(message),
        _ => Soon::Work(None),
    };
    observer.foresee(round, id, soon);
    if let Some(timer) = process.as_ref().and_then(|process| process.foresee(round, soon)) {
        machine.timers.foresee(timer.index());
    }
}

/// Tells the observer of the run's `nth` event, and lets the digest absorb it.
#[inline(always)]
fn absorb<P: Process, O: Observer<P>>(
    now: Time,
    nth: u64,
    event: &Occurrence<'_, P::Message>,
    digest: &mut Digest,
    observer: &mut O,
) {
    observer.began(now, nth, event, *digest);
    let [head, detail] = event.words();
    digest.absorb(now.0);
    digest.absorb(head);
    digest.absorb(detail);
}
