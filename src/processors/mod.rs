//! Processors: where work takes time. A node has cores of one speed; work is served first come, first served,
//! one piece a core.
//!
//! Work is an amount (its length on an unloaded core of speed 1), not a timer: a slow node, a pause or a change of
//! speed in the middle stretches what is left of it. Amounts and rates are integers: speeds in parts per million,
//! and what is left of a piece is exact to 1 ns for each change of speed.
//!
//! Messages may be work too ([`MessageCosts`]): docs/theory.md says what that comes to.

mod messages;

pub use messages::{MessageCost, MessageCosts};

use std::collections::VecDeque;

use crate::kernel::{Duration, Time, WorkToken};

const MILLION: u128 = 1_000_000;

/// A speed in parts per million of a core of speed 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Speed(pub u64);

impl Speed {
    /// One unit of work a unit of time.
    pub const ONE: Speed = Speed(MILLION as u64);
}

/// What a node computes with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProcessorProfile {
    /// How many pieces of work it serves at once; at least 1. `None`: no limit, every piece at full speed.
    pub cores: Option<u32>,
    /// Speed of each core.
    pub speed: Speed,
}

impl Default for ProcessorProfile {
    fn default() -> Self {
        ProcessorProfile { cores: None, speed: Speed::ONE }
    }
}

/// What a piece of work is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Task {
    /// For the process, which asked for it under this token.
    Asked(WorkToken),
    /// For a message that waits at this place of the node's mail.
    Message(u32),
}

/// A completion to put in the event queue: stale if the piece has moved on (another `generation`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Completion {
    /// When.
    pub at: Time,
    /// Which piece of work under way.
    pub slot: u32,
    /// Which of the slot's completions.
    pub generation: u32,
}

/// A node's cores and the work on and before them.
#[derive(Clone)]
pub struct Processor {
    profile: ProcessorProfile,
    running: Vec<Running>,
    free: Vec<u32>,
    waiting: VecDeque<(Task, Duration)>,
    /// What goes before all of `waiting`.
    first: VecDeque<(Task, Duration)>,
    /// Product of the slow-node faults in force.
    slowdown: u64,
    paused: bool,
    busy: Usage,
}

#[derive(Clone, Copy)]
struct Running {
    task: Option<Task>,
    generation: u32,
    /// Work left when it was last touched, at `since`.
    left: Duration,
    since: Time,
}

/// Core-time used: what utilisation is computed from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// Core-time busy up to `until`.
    pub busy: Duration,
    /// Pieces of work finished.
    pub finished: u64,
    /// Pieces of work lost by crashes.
    pub lost: u64,
    /// Work done, at speed 1.
    pub work: Duration,
    running: u64,
    until: Time,
}

impl Processor {
    /// An idle processor.
    pub fn new(profile: ProcessorProfile) -> Self {
        Processor {
            profile,
            running: Vec::new(),
            free: Vec::new(),
            waiting: VecDeque::new(),
            first: VecDeque::new(),
            slowdown: 1,
            paused: false,
            busy: Usage::default(),
        }
    }

    /// Core-time used up to `now`.
    pub fn usage(&mut self, now: Time) -> Usage {
        self.account(now);
        self.busy
    }

    /// Pieces of work that wait for a core.
    pub fn queue_length(&self) -> usize {
        self.waiting.len() + self.first.len()
    }

    /// Pieces of work on a core.
    pub fn in_service(&self) -> usize {
        self.running.len() - self.free.len()
    }

    /// Takes a piece of work; returns its completion if it starts at once.
    #[inline]
    pub fn submit(&mut self, now: Time, task: Task, work: Duration) -> Option<Completion> {
        if self.has_free_core() {
            return self.start(now, task, work);
        }
        self.waiting.push_back((task, work));
        None
    }

    /// Takes a piece of work that goes before all that waits, but for what was taken in this way.
    pub fn submit_first(&mut self, now: Time, task: Task, work: Duration) -> Option<Completion> {
        if self.has_free_core() {
            return self.start(now, task, work);
        }
        self.first.push_back((task, work));
        None
    }

    /// A completion came up: returns what the finished work was for, or `None` if it was stale. Its core is taken until
    /// [`Processor::release`], so that what comes of it at once finds the queues as they are.
    #[inline]
    pub fn complete(&mut self, now: Time, slot: u32, generation: u32) -> Option<Task> {
        let piece = &mut self.running[slot as usize];
        if piece.generation != generation {
            return None;
        }
        let task = piece.task.take().expect("a piece with a live generation is under way");
        piece.generation += 1;
        self.account(now);
        self.busy.finished += 1;
        self.busy.running -= 1;
        Some(task)
    }

    /// The core whose piece was completed takes the next one: returns its completion.
    #[inline]
    pub fn release(&mut self, now: Time, slot: u32) -> Option<Completion> {
        self.free.push(slot);
        let next = self.first.pop_front().or_else(|| self.waiting.pop_front());
        next.and_then(|(task, work)| self.start(now, task, work))
    }

    #[inline]
    fn has_free_core(&self) -> bool {
        self.profile.cores.is_none_or(|cores| self.in_service() < cores as usize)
    }

    /// The node crashed: all its work is gone.
    pub fn crash(&mut self, now: Time) {
        self.account(now);
        self.busy.lost += (self.in_service() + self.queue_length()) as u64;
        self.busy.running = 0;
        self.waiting.clear();
        self.first.clear();
        self.free.clear();
        for (slot, piece) in self.running.iter_mut().enumerate() {
            piece.task = None;
            piece.generation += 1;
            self.free.push(slot as u32);
        }
        self.paused = false;
    }

    /// From now on work takes `factor` times as long (on top of other slow-downs in force). Returns the new
    /// completions of what is under way.
    pub fn slow_down(&mut self, now: Time, factor: u32) -> Vec<Completion> {
        self.change(now, |this| this.slowdown = this.slowdown.saturating_mul(factor.into()))
    }

    /// Takes back one [`Processor::slow_down`] of the same factor.
    pub fn speed_up(&mut self, now: Time, factor: u32) -> Vec<Completion> {
        self.change(now, |this| this.slowdown = (this.slowdown / u64::from(factor)).max(1))
    }

    /// Takes back every [`Processor::slow_down`].
    pub fn recover(&mut self, now: Time) -> Vec<Completion> {
        if self.slowdown == 1 { Vec::new() } else { self.change(now, |this| this.slowdown = 1) }
    }

    /// Stops all work until [`Processor::resume`].
    pub fn pause(&mut self, now: Time) {
        self.change(now, |this| this.paused = true);
    }

    /// Goes on with what was stopped; returns its completions.
    pub fn resume(&mut self, now: Time) -> Vec<Completion> {
        self.change(now, |this| this.paused = false)
    }

    #[inline]
    fn start(&mut self, now: Time, task: Task, work: Duration) -> Option<Completion> {
        self.account(now);
        self.busy.running += 1;
        let slot = self.free.pop().unwrap_or_else(|| {
            self.running.push(Running { task: None, generation: 0, left: Duration::ZERO, since: now });
            self.running.len() as u32 - 1
        });
        let generation = self.running[slot as usize].generation;
        self.running[slot as usize] = Running { task: Some(task), generation, left: work, since: now };
        self.busy.work += work;
        self.completion(slot)
    }

    /// When the piece in `slot` ends if nothing changes; `None` while paused.
    #[inline]
    fn completion(&self, slot: u32) -> Option<Completion> {
        if self.paused {
            return None;
        }
        let piece = &self.running[slot as usize];
        Some(Completion { at: piece.since + self.time_for(piece.left), slot, generation: piece.generation })
    }

    /// How long `work` takes at the present speed, rounded up.
    #[inline]
    fn time_for(&self, work: Duration) -> Duration {
        if self.slowdown == 1 && self.profile.speed == Speed::ONE {
            return work;
        }
        let speed = u128::from(self.profile.speed.0);
        let needed = u128::from(work.0) * u128::from(self.slowdown) * MILLION;
        Duration(u64::try_from(needed.div_ceil(speed)).unwrap_or(u64::MAX))
    }

    /// How much work is done in `time` at the present speed, rounded down.
    fn work_in(&self, time: Duration) -> Duration {
        if self.paused {
            return Duration::ZERO;
        }
        let done =
            u128::from(time.0) * u128::from(self.profile.speed.0) / (u128::from(self.slowdown) * MILLION);
        Duration(u64::try_from(done).unwrap_or(u64::MAX))
    }

    /// Settles what is done so far at the old speed, changes it, and gives every piece a new completion.
    fn change(&mut self, now: Time, change: impl FnOnce(&mut Self)) -> Vec<Completion> {
        self.account(now);
        for slot in 0..self.running.len() {
            let done = self.work_in(now.since(self.running[slot].since));
            let piece = &mut self.running[slot];
            piece.left = piece.left.saturating_sub(done);
            piece.since = now;
            piece.generation += 1;
        }
        change(self);
        let under_way = |slot: &u32| self.running[*slot as usize].task.is_some();
        (0..self.running.len() as u32).filter(under_way).filter_map(|slot| self.completion(slot)).collect()
    }

    #[inline]
    fn account(&mut self, now: Time) {
        if !self.paused {
            self.busy.busy += now.since(self.busy.until) * self.busy.running;
        }
        self.busy.until = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Task = Task::Asked(WorkToken(1));
    const B: Task = Task::Asked(WorkToken(2));

    fn processor(cores: u32, speed: u64) -> Processor {
        Processor::new(ProcessorProfile { cores: Some(cores), speed: Speed(speed) })
    }

    #[test]
    fn one_core_serves_one_piece_at_a_time_in_order() {
        let mut cpu = processor(1, 1_000_000);
        let first = cpu.submit(Time(0), A, Duration(10)).expect("an idle core starts at once");
        assert_eq!(first.at, Time(10));
        assert_eq!(cpu.submit(Time(3), B, Duration(5)), None);
        let done = cpu.complete(Time(10), first.slot, first.generation).expect("it is not stale");
        let next = cpu.release(Time(10), first.slot).expect("the next one starts");
        assert_eq!((done, next.at), (A, Time(15)));
    }

    #[test]
    fn what_goes_first_waits_for_the_core_and_for_nothing_else() {
        let mut cpu = processor(1, 1_000_000);
        let mut next = cpu.submit(Time(0), A, Duration(10)).expect("an idle core starts at once");
        cpu.submit(Time(1), A, Duration(1));
        let mut served = Vec::new();
        loop {
            let task = cpu.complete(next.at, next.slot, next.generation).expect("it is not stale");
            served.push((next.at.0, task));
            if served.len() == 1 {
                assert_eq!(
                    cpu.submit_first(next.at, B, Duration(3)),
                    None,
                    "the core is taken until it is released"
                );
                assert_eq!(cpu.submit_first(next.at, Task::Message(7), Duration(2)), None);
            }
            match cpu.release(next.at, next.slot) {
                Some(completion) => next = completion,
                None => break,
            }
        }
        assert_eq!(served, [(10, A), (13, B), (15, Task::Message(7)), (16, A)]);
    }

    #[test]
    fn a_pause_stretches_work_by_its_length() {
        let mut cpu = processor(1, 1_000_000);
        let first = cpu.submit(Time(0), A, Duration(10)).expect("starts");
        cpu.pause(Time(4));
        assert_eq!(cpu.complete(Time(10), first.slot, first.generation), None, "the old completion is stale");
        let resumed = cpu.resume(Time(104));
        assert_eq!(resumed[0].at, Time(110));
        assert_eq!(cpu.usage(Time(110)).busy, Duration(10), "a paused core is not busy");
    }

    #[test]
    fn a_slow_down_stretches_only_what_is_left() {
        let mut cpu = processor(1, 1_000_000);
        cpu.submit(Time(0), A, Duration(10)).expect("starts");
        let slowed = cpu.slow_down(Time(4), 5);
        assert_eq!(slowed[0].at, Time(4 + 6 * 5));
        let healed = cpu.speed_up(Time(14), 5);
        assert_eq!(healed[0].at, Time(14 + 4));
    }

    #[test]
    fn speed_divides_work() {
        let mut cpu = processor(2, 400_000);
        assert_eq!(cpu.submit(Time(0), A, Duration(10)).expect("starts").at, Time(25));
        assert_eq!(cpu.submit(Time(0), B, Duration(1)).expect("starts").at, Time(3), "rounded up");
    }

    #[test]
    fn a_crash_loses_work_and_makes_completions_stale() {
        let mut cpu = processor(1, 1_000_000);
        let first = cpu.submit(Time(0), A, Duration(10)).expect("starts");
        cpu.submit(Time(0), B, Duration(10));
        cpu.crash(Time(5));
        assert_eq!(cpu.complete(Time(10), first.slot, first.generation), None);
        assert_eq!(
            cpu.usage(Time(20)),
            Usage { busy: Duration(5), lost: 2, work: Duration(10), until: Time(20), ..Usage::default() }
        );
        assert_eq!(cpu.submit(Time(20), A, Duration(1)).expect("it is free again").at, Time(21));
    }

    #[test]
    fn work_submitted_while_paused_starts_at_resume() {
        let mut cpu = processor(1, 1_000_000);
        cpu.pause(Time(0));
        assert_eq!(cpu.submit(Time(1), A, Duration(10)), None);
        assert_eq!(cpu.resume(Time(5))[0].at, Time(15));
    }
}
