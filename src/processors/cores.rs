//! Cores that serve one piece each to its end, first come, first served: what most nodes have. Other disciplines build on
//! it: they say who starts when.

use std::collections::VecDeque;

use super::meter::Meter;
use super::{Completion, Task};
use crate::kernel::{Duration, Time, load};

/// Cores, and the line before them.
#[derive(Clone)]
pub(super) struct Cores {
    /// How many there are; `None`: as many as it takes.
    limit: Option<u32>,
    running: Vec<Running>,
    free: Vec<u32>,
    waiting: VecDeque<(Task, Duration)>,
    /// What goes before all of `waiting`.
    first: VecDeque<(Task, Duration)>,
}

#[derive(Clone, Copy)]
struct Running {
    task: Option<Task>,
    generation: u32,
    /// Work left when it was last touched, at `since`.
    left: Duration,
    since: Time,
}

impl Cores {
    pub(super) fn new(limit: Option<u32>) -> Self {
        let (waiting, first) = (VecDeque::new(), VecDeque::new());
        Cores { limit, running: Vec::new(), free: Vec::new(), waiting, first }
    }

    /// Cores that are taken.
    pub(super) fn taken(&self) -> usize {
        self.running.len() - self.free.len()
    }

    #[inline]
    pub(super) fn has_free_core(&self) -> bool {
        self.limit.is_none_or(|limit| self.taken() < limit as usize)
    }

    /// Takes a piece: to a core, or to the end of the line.
    #[inline]
    pub(super) fn submit(
        &mut self,
        meter: &mut Meter,
        now: Time,
        (task, work): (Task, Duration),
        schedule: &mut impl FnMut(Completion),
    ) {
        if self.has_free_core() {
            self.start(meter, now, (task, work), schedule);
        } else {
            self.waiting.push_back((task, work));
        }
    }

    /// Takes a piece that goes before all that waits, but for what was taken in this way.
    pub(super) fn submit_first(
        &mut self,
        meter: &mut Meter,
        now: Time,
        (task, work): (Task, Duration),
        schedule: &mut impl FnMut(Completion),
    ) {
        if self.has_free_core() {
            self.start(meter, now, (task, work), schedule);
        } else {
            self.first.push_back((task, work));
        }
    }

    /// A piece starts on a free core: returns which.
    #[inline]
    pub(super) fn start(
        &mut self,
        meter: &mut Meter,
        now: Time,
        (task, work): (Task, Duration),
        schedule: &mut impl FnMut(Completion),
    ) -> u32 {
        meter.account(now);
        meter.running += 1;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.running.push(Running { task: None, generation: 0, left: Duration::ZERO, since: now });
            self.running.len() as u32 - 1
        });
        let generation = self.running[slot as usize].generation;
        self.running[slot as usize] = Running { task: Some(task), generation, left: work, since: now };
        meter.begun += work;
        self.tell(meter, slot, schedule);
        slot
    }

    /// Whether this is the completion of what is on the core, or else stale.
    #[inline]
    pub(super) fn is_due(&self, slot: u32, generation: u32) -> bool {
        self.running[slot as usize].generation == generation
    }

    /// Has the pieces on the cores loaded, the next one, and the places that they leave ([`load`]).
    #[inline]
    pub(super) fn foresee(&self) {
        if let Some(piece) = self.running.first() {
            load(piece);
        }
        if let Some(next) = self.waiting.front() {
            load(next);
        }
        if let Some(place) = self.free.first() {
            load(place);
        }
    }

    /// What the piece on a core is for.
    #[inline]
    pub(super) fn task(&self, slot: u32) -> Option<Task> {
        self.running.get(slot as usize)?.task
    }

    /// A completion came up: returns what the piece was for, or `None` if it was stale. The core stays taken.
    #[inline]
    pub(super) fn complete(
        &mut self,
        meter: &mut Meter,
        now: Time,
        slot: u32,
        generation: u32,
    ) -> Option<Task> {
        if !self.is_due(slot, generation) {
            return None;
        }
        let piece = &mut self.running[slot as usize];
        let task = piece.task.take().expect("a piece with a live generation is under way");
        piece.generation += 1;
        meter.account(now);
        meter.usage.finished += 1;
        meter.running -= 1;
        Some(task)
    }

    /// The core of a completed piece takes the next one. Returns whether there was one.
    #[inline]
    pub(super) fn release(
        &mut self,
        meter: &mut Meter,
        now: Time,
        slot: u32,
        schedule: &mut impl FnMut(Completion),
    ) -> bool {
        self.free.push(slot);
        let Some(next) = self.first.pop_front().or_else(|| self.waiting.pop_front()) else { return false };
        self.start(meter, now, next, schedule);
        true
    }

    /// A core whose piece was taken off takes none of the line.
    pub(super) fn free(&mut self, slot: u32) {
        self.free.push(slot);
    }

    /// Work that the piece on a core has left now.
    pub(super) fn left(&self, meter: &Meter, now: Time, slot: u32) -> Duration {
        let piece = &self.running[slot as usize];
        piece.left.saturating_sub(meter.work_in(now.since(piece.since)))
    }

    /// Takes the piece off its core, and leaves the core taken: returns the work that it has left.
    pub(super) fn interrupt(&mut self, meter: &mut Meter, now: Time, slot: u32) -> Duration {
        meter.account(now);
        let left = self.left(meter, now, slot);
        let piece = &mut self.running[slot as usize];
        piece.task = None;
        piece.generation += 1;
        meter.running -= 1;
        meter.turns += 1;
        meter.begun = meter.begun.saturating_sub(left);
        left
    }

    /// Work that all pieces on cores have left now.
    pub(super) fn left_of_all(&self, meter: &Meter, now: Time) -> Duration {
        let under_way = self.under_way().map(|slot| self.left(meter, now, slot));
        under_way.fold(Duration::ZERO, |sum, left| sum + left)
    }

    /// All work is gone.
    pub(super) fn crash(&mut self, meter: &mut Meter, now: Time) {
        meter.account(now);
        meter.begun = meter.begun.saturating_sub(self.left_of_all(meter, now));
        let under_way = self.under_way().count();
        meter.usage.lost += (under_way + self.waiting.len() + self.first.len()) as u64;
        meter.running -= under_way as u64;
        self.waiting.clear();
        self.first.clear();
        self.free.clear();
        for (slot, piece) in self.running.iter_mut().enumerate() {
            piece.task = None;
            piece.generation += 1;
            self.free.push(slot as u32);
        }
    }

    /// Settles what is done so far at the present pace, which is about to change.
    pub(super) fn settle(&mut self, meter: &mut Meter, now: Time) {
        for slot in 0..self.running.len() as u32 {
            let left = self.left(meter, now, slot);
            let piece = &mut self.running[slot as usize];
            (piece.left, piece.since) = (left, now);
            piece.generation += 1;
            meter.turns += u64::from(piece.task.is_some());
        }
    }

    /// Gives every piece its completion at the present pace.
    pub(super) fn tell_all(&self, meter: &Meter, schedule: &mut impl FnMut(Completion)) {
        self.under_way().for_each(|slot| self.tell(meter, slot, schedule));
    }

    fn under_way(&self) -> impl Iterator<Item = u32> {
        let is_under_way = |slot: &u32| self.running[*slot as usize].task.is_some();
        (0..self.running.len() as u32).filter(is_under_way)
    }

    /// When the piece in `slot` ends if nothing changes; nothing while paused.
    #[inline]
    fn tell(&self, meter: &Meter, slot: u32, schedule: &mut impl FnMut(Completion)) {
        if !meter.paused {
            let piece = &self.running[slot as usize];
            let at = piece.since + meter.time_for(piece.left);
            schedule(Completion { at, slot, generation: piece.generation });
        }
    }
}
