//! Cores that all pieces share, but for messages: each of them has a core of its own, first come, first served, and the
//! pieces that were asked for share the rest.

use super::cores::Cores;
use super::meter::Meter;
use super::pool::{Entrance, POOL, Pool};
use super::{Completion, Task};
use crate::kernel::{Duration, Time, WorkToken};

/// Cores, the messages on and before them, and the pieces that share the others.
#[derive(Clone)]
pub(super) struct Shared {
    cores: u32,
    messages: Cores,
    pool: Pool,
}

impl Shared {
    pub(super) fn new(cores: u32, entrance: Entrance) -> Self {
        Shared { cores, messages: Cores::new(Some(cores)), pool: Pool::new(cores, entrance) }
    }

    /// The cores as messages see them; [`Shared::share`] is for afterwards.
    pub(super) fn messages(&mut self) -> &mut Cores {
        &mut self.messages
    }

    /// Messages have taken or left cores.
    pub(super) fn share(&mut self, meter: &mut Meter, now: Time, schedule: &mut impl FnMut(Completion)) {
        self.pool.settle(meter, now);
        self.pool.set_cores(self.cores as usize - self.messages.taken());
        self.pool.tell(meter, now, schedule);
    }

    /// Takes what was asked for.
    pub(super) fn submit(
        &mut self,
        meter: &mut Meter,
        now: Time,
        (token, work): (WorkToken, Duration),
        schedule: &mut impl FnMut(Completion),
    ) {
        self.pool.settle(meter, now);
        self.pool.join(meter, token, work);
        self.pool.tell(meter, now, schedule);
    }

    /// A completion came up: returns what the piece was for, or `None` if it was stale.
    pub(super) fn complete(
        &mut self,
        meter: &mut Meter,
        now: Time,
        slot: u32,
        generation: u32,
        schedule: &mut impl FnMut(Completion),
    ) -> Option<Task> {
        match slot {
            POOL => self.pool.complete(meter, now, generation, schedule),
            slot => self.messages.complete(meter, now, slot, generation),
        }
    }

    /// The core of a completed piece is free for others.
    pub(super) fn release(
        &mut self,
        meter: &mut Meter,
        now: Time,
        slot: u32,
        schedule: &mut impl FnMut(Completion),
    ) {
        if slot != POOL {
            self.messages.release(meter, now, slot, schedule);
        }
        self.share(meter, now, schedule);
    }

    /// All work is gone.
    pub(super) fn crash(&mut self, meter: &mut Meter, now: Time) {
        self.pool.crash(meter, now);
        self.messages.crash(meter, now);
        self.pool.set_cores(self.cores as usize);
    }

    /// Settles what is done so far at the present pace, which is about to change.
    pub(super) fn settle(&mut self, meter: &mut Meter, now: Time) {
        self.pool.settle(meter, now);
        self.messages.settle(meter, now);
    }

    /// Gives every piece its completion at the present pace.
    pub(super) fn tell_all(&mut self, meter: &mut Meter, now: Time, schedule: &mut impl FnMut(Completion)) {
        self.messages.tell_all(meter, schedule);
        self.pool.tell(meter, now, schedule);
    }

    /// Work that all pieces that have begun have left.
    pub(super) fn left_of_all(&mut self, meter: &mut Meter, now: Time) -> Duration {
        self.pool.settle(meter, now);
        self.messages.left_of_all(meter, now) + self.pool.left_of_all()
    }
}
