//! Cores that serve one piece each, in an order other than that of arrival: to its end, for a turn, or until another goes
//! before it.
//!
//! Messages go before what was asked for, first come, first served, and are never interrupted. Where who comes may take a
//! core from another, a message does so too: what it brings may have to go before all that is on the cores.

use std::collections::BinaryHeap;

use super::cores::Cores;
use super::meter::Meter;
use super::profile::Picks;
use super::waiting::{Piece, Waiting};
use super::{Completion, Task};
use crate::kernel::{Duration, Time, Urgency, WorkToken};

/// Who goes first, by the names of [`Discipline`](super::Discipline).
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    Lifo { preemptive: bool },
    Siro(Picks),
    Ranked { preemptive: bool },
    RoundRobin { quantum: Duration },
    ShortestJob,
    ShortestRemaining,
}

/// Cores, and what waits before them.
#[derive(Clone)]
pub(super) struct Ordered {
    order: Order,
    /// Only messages stand in their own line.
    cores: Cores,
    /// What is on each core, unless that is a message. It has left what its turn does not cover.
    turns: Vec<Option<Piece>>,
    waiting: Waiting,
    arrivals: u64,
}

impl Ordered {
    pub(super) fn new(cores: u32, order: Order) -> Self {
        let waiting = match order {
            Order::Siro(picks) => Waiting::Drawn { pieces: Vec::new(), picks, picked: 0 },
            Order::Lifo { .. }
            | Order::Ranked { .. }
            | Order::RoundRobin { .. }
            | Order::ShortestJob
            | Order::ShortestRemaining => Waiting::Ranked(BinaryHeap::new()),
        };
        Ordered { order, cores: Cores::new(Some(cores)), turns: Vec::new(), waiting, arrivals: 0 }
    }

    /// The cores themselves, for what the order does not matter to.
    pub(super) fn cores(&mut self) -> &mut Cores {
        &mut self.cores
    }

    /// See [`Cores::foresee`].
    #[inline]
    pub(super) fn foresee(&self) {
        self.cores.foresee();
    }

    /// What the piece on a core is for.
    #[inline]
    pub(super) fn task(&self, slot: u32) -> Option<Task> {
        self.cores.task(slot)
    }

    /// Takes what was asked for.
    pub(super) fn submit(
        &mut self,
        meter: &mut Meter,
        now: Time,
        (token, work, urgency): (WorkToken, Duration, Urgency),
        schedule: &mut impl FnMut(Completion),
    ) {
        let arrival = self.arrive();
        let rank = match self.order {
            Order::Lifo { .. } => u64::MAX - arrival,
            Order::Siro(_) | Order::RoundRobin { .. } => arrival,
            Order::Ranked { .. } => urgency.0,
            Order::ShortestJob | Order::ShortestRemaining => work.0,
        };
        let piece = Piece { rank, arrival, token, left: work };
        if !self.cores.has_free_core() {
            match self.last(meter, now) {
                Some((slot, last)) if piece.goes_before(&last) => self.displace(meter, now, slot),
                Some(_) | None => return self.waiting.push(piece),
            }
        }
        self.start(meter, now, piece, schedule);
    }

    /// A message is about to be taken: it gets a core if it may take one from anybody.
    pub(super) fn make_room(&mut self, meter: &mut Meter, now: Time) {
        if !self.cores.has_free_core()
            && let Some((slot, _)) = self.last(meter, now)
        {
            self.displace(meter, now, slot);
        }
    }

    /// A completion came up: returns what the piece was for, or `None` if it was stale, or only a turn was over.
    pub(super) fn complete(
        &mut self,
        meter: &mut Meter,
        now: Time,
        slot: u32,
        generation: u32,
        schedule: &mut impl FnMut(Completion),
    ) -> Option<Task> {
        let turn = self.turns.get(slot as usize).copied().flatten();
        if turn.is_some_and(|turn| turn.left > Duration::ZERO) && self.cores.is_due(slot, generation) {
            let piece = self.interrupt(meter, now, slot);
            let arrival = self.arrive();
            self.waiting.push(Piece { rank: arrival, arrival, ..piece });
            self.release(meter, now, slot, schedule);
            return None;
        }
        let task = self.cores.complete(meter, now, slot, generation)?;
        if turn.is_some() {
            self.turns[slot as usize] = None;
        }
        Some(task)
    }

    /// The core of a completed piece takes the next one.
    pub(super) fn release(
        &mut self,
        meter: &mut Meter,
        now: Time,
        slot: u32,
        schedule: &mut impl FnMut(Completion),
    ) {
        if !self.cores.release(meter, now, slot, schedule)
            && let Some(piece) = self.waiting.pop()
        {
            self.start(meter, now, piece, schedule);
        }
    }

    /// All work is gone.
    pub(super) fn crash(&mut self, meter: &mut Meter, now: Time) {
        self.cores.crash(meter, now);
        meter.usage.lost += self.waiting.len() as u64;
        self.waiting.clear();
        self.turns.clear();
    }

    fn arrive(&mut self) -> u64 {
        self.arrivals += 1;
        self.arrivals
    }

    fn start(&mut self, meter: &mut Meter, now: Time, piece: Piece, schedule: &mut impl FnMut(Completion)) {
        let turn = match self.order {
            Order::RoundRobin { quantum } => piece.left.min(quantum),
            Order::Lifo { .. }
            | Order::Siro(_)
            | Order::Ranked { .. }
            | Order::ShortestJob
            | Order::ShortestRemaining => piece.left,
        };
        let slot = self.cores.start(meter, now, (Task::Asked(piece.token), turn), schedule) as usize;
        if slot >= self.turns.len() {
            self.turns.resize(slot + 1, None);
        }
        self.turns[slot] = Some(Piece { left: piece.left.saturating_sub(turn), ..piece });
    }

    /// Of the pieces on cores that may be interrupted, the one that goes last, with its rank as it is now. One that is about to
    /// complete has nothing left to be interrupted in. (A look at every core: they are few beside the pieces that wait.)
    fn last(&self, meter: &Meter, now: Time) -> Option<(u32, Piece)> {
        let is_shrinking = match self.order {
            Order::Lifo { preemptive } | Order::Ranked { preemptive } if preemptive => false,
            Order::ShortestRemaining => true,
            Order::Lifo { .. }
            | Order::Siro(_)
            | Order::Ranked { .. }
            | Order::RoundRobin { .. }
            | Order::ShortestJob => return None,
        };
        let on_core = self.turns.iter().enumerate().filter_map(|(slot, turn)| {
            let (slot, turn) = (slot as u32, (*turn)?);
            let left = self.cores.left(meter, now, slot);
            let rank = if is_shrinking { left.0 } else { turn.rank };
            (left > Duration::ZERO).then_some((slot, Piece { rank, ..turn }))
        });
        on_core.max_by_key(|(_, piece)| (piece.rank, piece.arrival))
    }

    /// The piece on a core waits again, and the core is free.
    fn displace(&mut self, meter: &mut Meter, now: Time, slot: u32) {
        let piece = self.interrupt(meter, now, slot);
        self.cores.free(slot);
        let rank = match self.order {
            Order::ShortestRemaining => piece.left.0,
            Order::Lifo { .. }
            | Order::Siro(_)
            | Order::Ranked { .. }
            | Order::RoundRobin { .. }
            | Order::ShortestJob => piece.rank,
        };
        self.waiting.push(Piece { rank, ..piece });
    }

    /// Takes the piece off its core, with all the work that it has left.
    fn interrupt(&mut self, meter: &mut Meter, now: Time, slot: u32) -> Piece {
        let turn = self.turns[slot as usize].take().expect("only what was asked for is interrupted");
        let left = self.cores.interrupt(meter, now, slot);
        Piece { left: turn.left + left, ..turn }
    }
}
