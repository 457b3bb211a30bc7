//! Carries out what a process asked for, in the order it asked.

use crate::kernel::{Effect, Name, NodeId, Note, Process};

use super::event::Event;
use super::{Observer, Sim};

impl<P: Process, O: Observer<P>> Sim<P, O> {
    /// Carries out the effects of the event that node `id` just handled.
    #[inline(always)]
    pub(super) fn perform(&mut self, id: NodeId) {
        let mut effects = std::mem::take(&mut self.effects);
        for effect in effects.drain(..) {
            self.perform_one(id, effect);
        }
        self.effects = effects;
    }

    #[inline(always)]
    fn perform_one(&mut self, id: NodeId, effect: Effect<P>) {
        let now = self.now;
        let node = &mut self.nodes[id.index()];
        match effect {
            Effect::Send { to, message } => {
                self.observer.sent(now, id, to, &message);
                self.net.send(now, id, to, message, &mut self.queue);
            }
            Effect::Arm { timer, after } => {
                let deadline = now + node.clock.true_length(after);
                let sequence = self.queue.allot();
                if node.timers.arm(timer.index(), deadline, sequence) {
                    let event = Event::Timer { node: id, timer: timer.index() };
                    self.queue.push_ranked(deadline, sequence, event);
                }
            }
            Effect::Disarm { timer } => node.timers.disarm(timer.index()),
            Effect::Write { area, write } => node.disk.write(now, area, write, self.disk_draws, node.key),
            Effect::Sync { areas, token } => {
                let done = node.disk.sync(now, areas, token, self.disk_draws, node.key);
                self.queue.push(done, Event::Disk { node: id, incarnation: node.incarnation });
            }
            Effect::Compute { work, token } => {
                if let Some(completion) = node.processor.submit(now, token, work) {
                    self.push_work(id, completion);
                }
            }
            Effect::Note(note) => {
                self.digest.absorb(note.digest());
                if let Some(change) = note.leadership() {
                    self.roster.lead(id, change);
                }
                self.observer.noted(now, id, &note);
            }
        }
    }
}
