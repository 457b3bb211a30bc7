//! Processors: where work takes time. A node has cores of one speed, and a discipline says whom they serve next.
//!
//! Work is an amount (its length on an unloaded core of speed 1), not a timer: a slow node, a pause or a change of
//! speed in the middle stretches what is left of it. Amounts and rates are integers: speeds in parts per million,
//! and what is left of a piece is exact to 1 ns for each interruption and each change of speed.
//!
//! First come, first served is what most nodes have: [`cores`] alone. Other orders put a line of their own before the
//! cores ([`ordered`]); where pieces share cores, they are in a [`pool`].
//!
//! Messages may be work too ([`MessageCosts`]): docs/models.md says what that comes to.

mod cores;
mod fixed;
mod messages;
mod meter;
mod ordered;
mod pool;
mod profile;
mod shared;
#[cfg(test)]
mod tests;
mod waiting;

pub use messages::{MessageCost, MessageCosts};
pub use meter::{Balance, Usage};
pub use profile::{Discipline, Picks, ProcessorProfile, Speed};

use crate::kernel::{Duration, Time, Urgency, WorkToken};
use cores::Cores;
use meter::Meter;
use ordered::{Order, Ordered};
use pool::Entrance;
use shared::Shared;

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

/// A node's cores and the work on and before them. Every change tells `schedule` of the completions that come of it.
#[derive(Clone)]
pub struct Processor {
    meter: Meter,
    serving: Serving,
}

/// By discipline.
#[derive(Clone)]
enum Serving {
    /// First come, first served, messages and all else alike.
    Fifo(Cores),
    Ordered(Box<Ordered>),
    Shared(Box<Shared>),
}

impl Serving {
    fn new(cores: u32, discipline: Discipline, picks: Picks) -> Self {
        let ordered = |order| Serving::Ordered(Box::new(Ordered::new(cores, order)));
        let shared = |entrance| Serving::Shared(Box::new(Shared::new(cores, entrance)));
        match discipline {
            Discipline::Fifo => Serving::Fifo(Cores::new(Some(cores))),
            Discipline::Lifo { preemptive } => ordered(Order::Lifo { preemptive }),
            Discipline::Siro => ordered(Order::Siro(picks)),
            Discipline::Ranked { preemptive } => ordered(Order::Ranked { preemptive }),
            Discipline::RoundRobin { quantum } => ordered(Order::RoundRobin { quantum }),
            Discipline::ShortestJob => ordered(Order::ShortestJob),
            Discipline::ShortestRemaining => ordered(Order::ShortestRemaining),
            Discipline::Sharing => shared(Entrance::Level),
            Discipline::LeastAttained => shared(Entrance::Bottom),
        }
    }
}

impl Processor {
    /// An idle processor.
    ///
    /// # Panics
    /// If pieces take turns of no work.
    pub fn new(profile: ProcessorProfile, picks: Picks) -> Self {
        let ProcessorProfile { cores, speed, discipline } = profile;
        let no_turn = Discipline::RoundRobin { quantum: Duration::ZERO };
        assert_ne!(discipline, no_turn, "turns of no work never end");
        let serving = match cores {
            Some(cores) => Serving::new(cores, discipline, picks),
            // Nobody ever waits, and nobody shares.
            None => Serving::Fifo(Cores::new(None)),
        };
        Processor { meter: Meter::new(speed), serving }
    }

    /// Core-time used up to `now`.
    pub fn usage(&mut self, now: Time) -> Usage {
        self.meter.account(now);
        self.meter.usage
    }

    /// What cores delivered and pieces received up to `now`: the utilisation law, which always holds.
    pub fn balance(&mut self, now: Time) -> Balance {
        let Processor { meter, serving } = self;
        meter.account(now);
        let left = match serving {
            Serving::Fifo(cores) => cores.left_of_all(meter, now),
            Serving::Ordered(ordered) => ordered.cores().left_of_all(meter, now),
            Serving::Shared(shared) => shared.left_of_all(meter, now),
        };
        meter.balance(left)
    }

    /// Takes a piece of work. Only what was asked for has an urgency.
    #[inline]
    pub fn submit(
        &mut self,
        now: Time,
        task: Task,
        work: Duration,
        urgency: Urgency,
        mut schedule: impl FnMut(Completion),
    ) {
        let Processor { meter, serving } = self;
        match (serving, task) {
            (Serving::Fifo(cores), _) => cores.submit(meter, now, (task, work), &mut schedule),
            (Serving::Ordered(ordered), Task::Asked(token)) => {
                ordered.submit(meter, now, (token, work, urgency), &mut schedule);
            }
            (Serving::Ordered(ordered), Task::Message(_)) => {
                ordered.make_room(meter, now);
                ordered.cores().submit(meter, now, (task, work), &mut schedule);
            }
            (Serving::Shared(shared), Task::Asked(token)) => {
                shared.submit(meter, now, (token, work), &mut schedule);
            }
            (Serving::Shared(shared), Task::Message(_)) => {
                shared.messages().submit(meter, now, (task, work), &mut schedule);
                shared.share(meter, now, &mut schedule);
            }
        }
    }

    /// Takes the work of a message that goes before all that waits, but for what was taken in this way.
    pub fn submit_first(
        &mut self,
        now: Time,
        message: u32,
        work: Duration,
        mut schedule: impl FnMut(Completion),
    ) {
        let Processor { meter, serving } = self;
        let piece = (Task::Message(message), work);
        match serving {
            Serving::Fifo(cores) => cores.submit_first(meter, now, piece, &mut schedule),
            Serving::Ordered(ordered) => {
                ordered.make_room(meter, now);
                ordered.cores().submit_first(meter, now, piece, &mut schedule);
            }
            Serving::Shared(shared) => {
                shared.messages().submit_first(meter, now, piece, &mut schedule);
                shared.share(meter, now, &mut schedule);
            }
        }
    }

    /// A completion came up: returns what the finished work was for, or `None` if it was stale, or nothing is finished yet.
    /// Its core is taken until [`Processor::release`], so that what comes of it at once finds the queues as they are.
    #[inline]
    pub fn complete(
        &mut self,
        now: Time,
        slot: u32,
        generation: u32,
        mut schedule: impl FnMut(Completion),
    ) -> Option<Task> {
        let Processor { meter, serving } = self;
        match serving {
            Serving::Fifo(cores) => cores.complete(meter, now, slot, generation),
            Serving::Ordered(ordered) => ordered.complete(meter, now, slot, generation, &mut schedule),
            Serving::Shared(shared) => shared.complete(meter, now, slot, generation, &mut schedule),
        }
    }

    /// Has what the pieces on the cores and the next of those that wait are loaded ([`load`](crate::kernel::load)). Of cores that
    /// pieces share nothing is.
    #[inline]
    pub fn foresee(&self) {
        match &self.serving {
            Serving::Fifo(cores) => cores.foresee(),
            Serving::Ordered(ordered) => ordered.foresee(),
            Serving::Shared(_) => {}
        }
    }

    /// The work on a core, if work that was asked for is there and no other shares the core.
    #[inline]
    pub fn foreseen(&self, slot: u32) -> Option<WorkToken> {
        let task = match &self.serving {
            Serving::Fifo(cores) => cores.task(slot)?,
            Serving::Ordered(ordered) => ordered.task(slot)?,
            Serving::Shared(_) => return None,
        };
        match task {
            Task::Asked(token) => Some(token),
            Task::Message(_) => None,
        }
    }

    /// The core whose piece was completed takes the next one.
    #[inline]
    pub fn release(&mut self, now: Time, slot: u32, mut schedule: impl FnMut(Completion)) {
        let Processor { meter, serving } = self;
        match serving {
            Serving::Fifo(cores) => {
                cores.release(meter, now, slot, &mut schedule);
            }
            Serving::Ordered(ordered) => ordered.release(meter, now, slot, &mut schedule),
            Serving::Shared(shared) => shared.release(meter, now, slot, &mut schedule),
        }
    }

    /// The node crashed: all its work is gone.
    pub fn crash(&mut self, now: Time) {
        let Processor { meter, serving } = self;
        match serving {
            Serving::Fifo(cores) => cores.crash(meter, now),
            Serving::Ordered(ordered) => ordered.crash(meter, now),
            Serving::Shared(shared) => shared.crash(meter, now),
        }
        meter.paused = false;
    }

    /// From now on work takes `factor` times as long (on top of other slow-downs in force).
    pub fn slow_down(&mut self, now: Time, factor: u32, schedule: impl FnMut(Completion)) {
        let slow_down = |slowdown: u64| slowdown.saturating_mul(factor.into());
        self.change(now, schedule, |meter| meter.set_slowdown(slow_down));
    }

    /// Takes back one [`Processor::slow_down`] of the same factor.
    pub fn speed_up(&mut self, now: Time, factor: u32, schedule: impl FnMut(Completion)) {
        let speed_up = |slowdown: u64| (slowdown / u64::from(factor)).max(1);
        self.change(now, schedule, |meter| meter.set_slowdown(speed_up));
    }

    /// Takes back every [`Processor::slow_down`].
    pub fn recover(&mut self, now: Time, schedule: impl FnMut(Completion)) {
        if self.meter.is_slow() {
            self.change(now, schedule, |meter| meter.set_slowdown(|_| 1));
        }
    }

    /// Stops all work until [`Processor::resume`].
    pub fn pause(&mut self, now: Time) {
        self.change(now, |_| unreachable!("nothing completes in a pause"), |meter| meter.paused = true);
    }

    /// Goes on with what was stopped.
    pub fn resume(&mut self, now: Time, schedule: impl FnMut(Completion)) {
        self.change(now, schedule, |meter| meter.paused = false);
    }

    /// Settles what is done so far at the old pace, changes it, and gives every piece a new completion.
    fn change(&mut self, now: Time, mut schedule: impl FnMut(Completion), change: impl FnOnce(&mut Meter)) {
        let Processor { meter, serving } = self;
        meter.account(now);
        match serving {
            Serving::Fifo(cores) => cores.settle(meter, now),
            Serving::Ordered(ordered) => ordered.cores().settle(meter, now),
            Serving::Shared(shared) => shared.settle(meter, now),
        }
        change(meter);
        match serving {
            Serving::Fifo(cores) => cores.tell_all(meter, &mut schedule),
            Serving::Ordered(ordered) => ordered.cores().tell_all(meter, &mut schedule),
            Serving::Shared(shared) => shared.tell_all(meter, now, &mut schedule),
        }
    }
}
