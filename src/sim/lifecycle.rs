//! Carries out the actions of faults: crash, restart, pause, resume, and what makes nodes slow or links dead.

use crate::clocks::Clock;
use crate::faults::{Action, Incarnation, News};
use crate::kernel::{Buffer, Context, Duration, NodeId, Process};
use crate::net::DropReason;
use crate::net::topology::Duct;

use crate::storage::Ailment;

use super::effects::Live;
use super::event::Event;
use super::node::{Held, Lifecycle, Machine, Node};
use super::shared::Shared;
use super::timers::Due;
use super::{Limit, Observer, Occurrence, Sim, Stop};

impl<P: Process, O: Observer<P>> Sim<P, O> {
    /// Carries out one action.
    pub(super) fn act(&mut self, action: Action) {
        let now = self.shared.now;
        match action {
            Action::Crash(node) => self.crash(node),
            Action::Destroy(node) => {
                self.crash(node);
                self.nodes[node.index()].machine.disk.wipe();
                self.changed(node, Lifecycle::DiskLost);
            }
            Action::Restart(node) => self.restart(node),
            Action::Pause(node) => self.pause(node),
            Action::Resume(node, incarnation) => self.resume(node, incarnation),
            Action::Impair { id, key, impairment, pattern, from, to } => {
                let impairments = self.shared.net.impairments();
                if impairments.impose(now, id, key, (impairment, pattern), &from, &to).is_err() {
                    self.stopped = Some(Stop::Limit(Limit::Impairments));
                }
            }
            Action::Lift(id) => self.release(|now, net, queue| net.lift(now, id, queue)),
            Action::ResetStreams { from, to, unnoticed } => {
                let Shared { net, queue, .. } = &mut self.shared;
                let pairs = net.reset_streams(now, (&from, &to), unnoticed, queue);
                self.tell_of_resets(pairs, &from, unnoticed);
            }
            Action::Cut { duct, reroute } => self.cut(duct, true, reroute),
            Action::Mend { duct, reroute } => self.cut(duct, false, reroute),
            Action::SlowNode(node, factor) => {
                let Sim { nodes, shared, .. } = self;
                let processor = &mut nodes[node.index()].machine.processor;
                processor.slow_down(now, factor, |completion| shared.push_work(node, completion));
            }
            Action::SpeedUpNode(node, factor) => {
                let Sim { nodes, shared, .. } = self;
                let processor = &mut nodes[node.index()].machine.processor;
                processor.speed_up(now, factor, |completion| shared.push_work(node, completion));
            }
            Action::DisturbClock(node, id, disturbance) => {
                self.change_clock(node, |clock| clock.disturb(now, id, &disturbance));
            }
            Action::Heal { others } => self.heal(&others),
            Action::SettleClock(node, id) => self.change_clock(node, |clock| clock.settle(now, id)),
            Action::AilDisk { node, id, key, ailment } => {
                self.nodes[node.index()].machine.disk.ail(now, id, key, ailment);
                if ailment == Ailment::Loss {
                    self.changed(node, Lifecycle::DiskLost);
                }
            }
            Action::MendDisk { node, id } => {
                let machine = &mut self.nodes[node.index()].machine;
                let (delayed, incarnation) = (machine.disk.mend(now, id), machine.incarnation);
                delayed.into_iter().for_each(|at| self.shared.push_sync(node, incarnation, at));
            }
        }
    }

    /// A node's life changed.
    fn changed(&mut self, node: NodeId, change: Lifecycle) {
        self.shared.observer.changed(self.shared.now, node, change);
        self.shared.tell(News::of_node(change.happening(), node), &[node]);
    }

    /// Changes a node's clocks; its timers fire when its clock will show their deadlines now.
    pub(super) fn change_clock(&mut self, node: NodeId, change: impl FnOnce(&mut Clock)) {
        let Machine { clock, timers, .. } = &mut self.nodes[node.index()].machine;
        let before = clock.pace();
        change(clock);
        let after = clock.pace();
        if before != after {
            for (timer, at, rank) in timers.reclock(self.shared.now, |at| after.when(before.shows(at))) {
                self.shared.queue.push_ranked(at, rank, Event::Timer { node, timer });
            }
        }
        self.clock_changed(node);
    }

    fn cut(&mut self, duct: Duct, is_cut: bool, reroute: Duration) {
        let Shared { now, net, queue, .. } = &mut self.shared;
        net.cut(*now, duct, is_cut, reroute, queue);
    }

    /// Boots a node from what is durable.
    pub(super) fn boot(&mut self, id: NodeId) {
        let now = self.shared.now;
        let Node { process, machine, config } = &mut self.nodes[id.index()];
        assert!(process.is_none(), "a node boots only while it is down");
        machine.incarnation += 1;
        let facts = &mut self.shared.roster.nodes[id.index()];
        (facts.up, facts.has_halted, facts.incarnation) = (true, false, Incarnation(machine.incarnation));
        // It reads the disk while it boots: what it asks for waits until it has booted.
        let mut effects = Vec::new();
        let (clock, rng) = (&machine.clock, &mut machine.rng);
        let cx = Buffer::new(id, clock.monotonic(now), clock.wall(now), rng, &mut effects);
        let mut cx = cx.with_incarnation(machine.incarnation);
        *process = Some(P::boot(&mut cx, config, machine.disk.boot()));
        self.count(&Occurrence::Booted { node: id });
        self.changed(id, Lifecycle::Booted);
        if !self.waiting.is_empty() {
            self.wake();
        }
        let machine = &mut self.nodes[id.index()].machine;
        let mut cx = Live { id, machine, shared: &mut self.shared };
        effects.into_iter().for_each(|effect| cx.push(effect));
    }

    pub(super) fn crash(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.index()];
        node.machine.down += 1;
        if node.process.take().is_none() {
            return; // Another fault holds it down already.
        }
        node.machine.timers.disarm_all();
        node.machine.disk.crash(self.shared.now);
        node.machine.processor.crash(self.shared.now);
        self.paused -= u32::from(std::mem::take(&mut node.machine.pauses) > 0);
        for held in std::mem::take(&mut node.machine.held) {
            match held {
                Held::Message { from, .. } => {
                    self.shared.net.counters_mut(from).drop_one(DropReason::ReceiverDown);
                    self.shared.observer.dropped(self.shared.now, from, id, DropReason::ReceiverDown);
                }
                Held::Timer { timer, at, sequence } => {
                    // It is disarmed; that its entry is gone must be known to who arms it again.
                    let due = self.nodes[id.index()].machine.timers.due(timer, at, sequence);
                    assert_eq!(due, Due::Stale, "a crash disarms every timer");
                }
                Held::Synced(_) => {} // Durable, though nobody was told.
                Held::Refused { .. } | Held::Reset { .. } => {}
            }
        }
        self.lose_mail(id);
        self.shared.net.reset(id);
        self.reset_peers(id);
        let lost = self.shared.roster.fell(id);
        self.changed(id, Lifecycle::Crashed);
        if let Some(lost) = lost {
            self.shared.tell(lost, &[id]);
        }
    }

    fn restart(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.index()];
        node.machine.down -= 1;
        if node.machine.down == 0 {
            self.boot(id);
        }
    }

    fn pause(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.index()];
        if node.process.is_none() {
            return;
        }
        node.machine.pauses += 1;
        if node.machine.pauses == 1 {
            self.paused += 1;
            node.machine.processor.pause(self.shared.now);
            self.changed(id, Lifecycle::Paused);
        }
    }

    /// A call: what handles the messages held is a second copy of what handles those that arrive.
    #[inline(never)]
    pub(super) fn resume(&mut self, id: NodeId, incarnation: Incarnation) {
        let node = &mut self.nodes[id.index()];
        if node.machine.pauses == 0 || node.machine.incarnation != incarnation.0 {
            return; // It crashed since: that ended the pause.
        }
        node.machine.pauses -= 1;
        if node.machine.pauses > 0 {
            return;
        }
        self.paused -= 1;
        let held = std::mem::take(&mut node.machine.held);
        self.changed(id, Lifecycle::Resumed);
        let Sim { nodes, shared, .. } = self;
        let processor = &mut nodes[id.index()].machine.processor;
        processor.resume(shared.now, |completion| shared.push_work(id, completion));
        // All at once, in the order it came up, and before whatever else happens at this instant: so a stream keeps its
        // order, and what is handled first can disarm a timer that waits behind it.
        for held in held {
            match held {
                Held::Message { from, message } => {
                    let slot = self.shared.queue.lend(Event::Deliver { from, to: id, epoch: 0 }, message);
                    match self.nodes[id.index()].machine.mail.is_some() {
                        true => self.receive_at_cost(from, id, slot),
                        false => self.receive(from, id, slot),
                    }
                }
                Held::Timer { timer, at, sequence } => self.timer(id, timer, at, sequence),
                Held::Synced(completion) => self.synced(id, completion),
                Held::Refused { by, message } => self.hear_refusal(id, by, message),
                Held::Reset { peer } => self.hear_reset(id, peer),
            }
        }
    }
}
