//! Carries out the actions of faults: crash, restart, pause, resume, and what makes nodes slow or links dead.

use crate::faults::{Action, Incarnation};
use crate::kernel::{Buffer, NodeId, Process};
use crate::net::DropReason;

use super::node::{Held, Lifecycle};
use super::timers::Due;
use super::{Limit, Observer, Occurrence, Sim, Stop};

impl<P: Process, O: Observer<P>> Sim<P, O> {
    /// Carries out one action.
    pub(super) fn act(&mut self, action: Action) {
        let now = self.now;
        match action {
            Action::Crash(node) => self.crash(node),
            Action::Restart(node) => self.restart(node),
            Action::Pause(node) => self.pause(node),
            Action::Resume(node, incarnation) => self.resume(node, incarnation),
            Action::Cut { id, from, to } => {
                if self.net.cuts().cut(id, &from, &to).is_err() {
                    self.stopped = Some(Stop::Limit(Limit::Cuts));
                }
            }
            Action::Heal(id) => self.net.cuts().heal(id),
            Action::SlowNode(node, factor) => {
                let moved = self.nodes[node.index()].processor.slow_down(now, factor);
                moved.into_iter().for_each(|completion| self.push_work(node, completion));
            }
            Action::SpeedUpNode(node, factor) => {
                let moved = self.nodes[node.index()].processor.speed_up(now, factor);
                moved.into_iter().for_each(|completion| self.push_work(node, completion));
            }
            Action::SlowDisk(node, factor) => self.nodes[node.index()].disk.slow_down(factor),
            Action::SpeedUpDisk(node, factor) => self.nodes[node.index()].disk.speed_up(factor),
        }
    }

    /// Boots a node from what is durable.
    pub(super) fn boot(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.index()];
        assert!(node.process.is_none(), "a node boots only while it is down");
        node.incarnation += 1;
        let facts = &mut self.roster.nodes[id.index()];
        (facts.up, facts.incarnation) = (true, Incarnation(node.incarnation));
        let (now, wall) = (node.clock.monotonic(self.now), node.clock.wall(self.now));
        let cx = Buffer::new(id, now, wall, &mut node.rng, &mut self.effects);
        let mut cx = cx.with_incarnation(node.incarnation);
        node.process = Some(P::boot(&mut cx, &node.config, node.disk.durable()));
        self.count(&Occurrence::Booted { node: id });
        self.observer.changed(self.now, id, Lifecycle::Booted);
        self.perform(id);
    }

    fn crash(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.index()];
        node.down += 1;
        if node.process.take().is_none() {
            return; // Another fault holds it down already.
        }
        node.timers.disarm_all();
        node.disk.crash(self.now);
        node.processor.crash(self.now);
        node.pauses = 0;
        for held in std::mem::take(&mut node.held) {
            match held {
                Held::Message { from, .. } => {
                    self.net.counters_mut(from).drop_one(DropReason::ReceiverDown);
                    self.observer.dropped(self.now, from, id, DropReason::ReceiverDown);
                }
                Held::Timer { timer, at, sequence } => {
                    // It is disarmed; that its entry is gone must be known to who arms it again.
                    let due = self.nodes[id.index()].timers.due(timer, at, sequence);
                    assert_eq!(due, Due::Stale, "a crash disarms every timer");
                }
                Held::Synced(_) => {} // Durable, though nobody was told.
            }
        }
        self.net.reset(id);
        let facts = &mut self.roster.nodes[id.index()];
        (facts.up, facts.leads) = (false, None);
        self.observer.changed(self.now, id, Lifecycle::Crashed);
    }

    fn restart(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.index()];
        node.down -= 1;
        if node.down == 0 {
            self.boot(id);
        }
    }

    fn pause(&mut self, id: NodeId) {
        let node = &mut self.nodes[id.index()];
        if node.process.is_none() {
            return;
        }
        node.pauses += 1;
        if node.pauses == 1 {
            node.processor.pause(self.now);
            self.observer.changed(self.now, id, Lifecycle::Paused);
        }
    }

    fn resume(&mut self, id: NodeId, incarnation: Incarnation) {
        let node = &mut self.nodes[id.index()];
        if node.pauses == 0 || node.incarnation != incarnation.0 {
            return; // It crashed since: that ended the pause.
        }
        node.pauses -= 1;
        if node.pauses > 0 {
            return;
        }
        let completions = node.processor.resume(self.now);
        let held = std::mem::take(&mut node.held);
        self.observer.changed(self.now, id, Lifecycle::Resumed);
        completions.into_iter().for_each(|completion| self.push_work(id, completion));
        // All at once, in the order it came up, and before whatever else happens at this instant: so a stream keeps its
        // order, and what is handled first can disarm a timer that waits behind it.
        for held in held {
            match held {
                Held::Message { from, message } => self.receive(from, id, message),
                Held::Timer { timer, at, sequence } => self.timer(id, timer, at, sequence),
                Held::Synced(token) => self.synced(id, token),
            }
        }
    }
}
