//! Carries out what a process asks for, as it asks.
//!
//! A handler sees none of its own effects, so it makes no difference to it that they happen at once and not after it has
//! returned; their order is the same (docs/adr/0005). At once, no message goes into a buffer and out of it again.

use crate::faults::Matter;
use crate::kernel::{
    Area, Areas, Context, DiskToken, Duration, Effect, Name, NodeId, Note, Process, Stream, Time, Urgency,
    WorkToken, Write,
};
use crate::processors::Task;

use super::Observer;
use super::event::Event;
use super::mail;
use super::node::Machine;
use super::shared::Shared;

/// The context of a handler in the event loop.
pub(super) struct Live<'a, P: Process, O> {
    pub(super) id: NodeId,
    pub(super) machine: &'a mut Machine<P>,
    pub(super) shared: &'a mut Shared<P, O>,
}

impl<P: Process, O: Observer<P>> Live<'_, P, O> {
    /// Whether the node was said to have this for faults to act on.
    fn has(&self, matter: Matter) -> bool {
        self.shared.roster.nodes[self.id.index()].has.have(matter)
    }
}

impl<P: Process, O: Observer<P>> Context<P> for Live<'_, P, O> {
    #[inline]
    fn me(&self) -> NodeId {
        self.id
    }

    #[inline]
    fn now(&self) -> Time {
        self.machine.clock.monotonic(self.shared.now)
    }

    #[inline]
    fn wall(&self) -> Time {
        debug_assert!(
            self.has(Matter::WallClock),
            "{:?} looks at a wall clock, and its type says it does not",
            self.id
        );
        self.machine.clock.wall(self.shared.now)
    }

    #[inline]
    fn incarnation(&self) -> u32 {
        self.machine.incarnation
    }

    #[inline]
    fn rng(&mut self) -> &mut Stream {
        self.machine.rng.get()
    }

    #[inline]
    fn push(&mut self, effect: Effect<P>) {
        effect.ask(self);
    }

    #[inline]
    fn send(&mut self, to: NodeId, message: P::Message) {
        debug_assert!(
            self.shared.roster.talk(self.id, to),
            "{:?} has nothing to say to {to:?}, by its type",
            self.id
        );
        if self.machine.mail.is_some() {
            mail::elsewhere();
            return self.send_at_cost(to, message);
        }
        self.shared.depart(self.id, to, message);
    }

    #[inline]
    fn arm(&mut self, timer: P::Timer, after: Duration) {
        let queue = &mut self.shared.queue;
        let deadline = self.shared.now + self.machine.clock.true_length(after);
        let (timer, sequence) = (timer.index(), queue.allot());
        if self.machine.timers.arm(timer, deadline, sequence) {
            queue.push_ranked(deadline, sequence, Event::Timer { node: self.id, timer });
        }
    }

    #[inline]
    fn disarm(&mut self, timer: P::Timer) {
        self.machine.timers.disarm(timer.index());
    }

    #[inline]
    fn write(&mut self, area: Area, write: Write<P::Record>) {
        debug_assert!(self.has(Matter::Disk), "{:?} writes, and its type says it does not", self.id);
        self.machine.disk.write(self.shared.now, area, write);
    }

    #[inline]
    fn sync(&mut self, areas: Areas, token: DiskToken) {
        if let Some(done) = self.machine.disk.sync(self.shared.now, areas, token) {
            self.shared.push_sync(self.id, self.machine.incarnation, done);
        }
    }

    #[inline]
    fn compute_urgent(&mut self, work: Duration, token: WorkToken, urgency: Urgency) {
        let is_free = work == Duration::ZERO;
        debug_assert!(
            is_free || self.has(Matter::Work),
            "{:?} works, and its type says it does not",
            self.id
        );
        let Live { id, machine, shared } = self;
        machine.processor.submit(shared.now, Task::Asked(token), work, urgency, |completion| {
            shared.push_work(*id, completion);
        });
    }

    #[inline]
    fn note(&mut self, note: P::Note) {
        let digest = note.digest();
        self.note_digested(note, digest);
    }

    #[inline]
    fn note_digested(&mut self, note: P::Note, digest: u64) {
        debug_assert_eq!(note.digest(), digest, "a wrapped note has the digest of the note");
        self.shared.digest.absorb(digest);
        if let Some(change) = note.leadership() {
            self.shared.lead(self.id, change);
        }
        self.shared.observer.noted(self.shared.now, self.id, &note);
    }
}
