//! Pieces that share cores: each goes at a fraction of a core's speed, which changes as others come and go.
//!
//! Pieces of which the same was done stand on one *level*, and those on a level go at one pace. The least level has the
//! cores first, each piece at most one; what it leaves goes to the next. Least attained service is just that: who
//! comes stands on a level of its own at zero, rises, and joins the next level when it gets there. Egalitarian sharing is the
//! case of one level only, which who comes joins at the height where it is (virtual time, as in Demers, Keshav and Shenker
//! 1989): it ends when the level has risen by its work.
//!
//! Between two events all that happens is worked out at the moments when it happens, which are no whole nanoseconds; a
//! piece is handed over at the first nanosecond after its end.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::fixed::{self, Fine};
use super::meter::Meter;
use super::{Completion, Task};
use crate::kernel::{Duration, Time, WorkToken};

/// In place of a core's number, in completions: any of the pieces that share.
pub(super) const POOL: u32 = u32::MAX;

/// Where who comes stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Entrance {
    /// On the level of all others: processor sharing.
    Level,
    /// At zero: least attained service.
    Bottom,
}

/// Ends when its level has got to `end`; of equals the one that came first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Piece {
    end: Fine,
    arrival: u64,
    token: WorkToken,
}

/// The one that ends first is on top of a heap.
type Pieces = BinaryHeap<Reverse<Piece>>;

#[derive(Clone, Debug, Default)]
struct Level {
    height: Fine,
    pieces: Pieces,
}

impl Level {
    /// How far it is from the first end on it.
    fn to_end(&self) -> Fine {
        let Reverse(first) = self.pieces.peek().expect("a level has pieces");
        first.end.saturating_sub(self.height)
    }
}

/// How fast a level rises: `cores` for `pieces`, at the pace of a core. Never more than one for each.
#[derive(Clone, Copy)]
struct Share {
    cores: u128,
    pieces: u128,
}

impl Share {
    /// What a level takes of so many cores, if it gets any.
    fn of(level: &Level, cores: &mut u128) -> Option<Share> {
        let pieces = level.pieces.len() as u128;
        let taken = pieces.min(*cores);
        *cores -= taken;
        (taken > 0).then_some(Share { cores: taken, pieces })
    }

    /// How far the level rises in some time, rounded down.
    fn rise_in(self, time: Fine, meter: &Meter) -> Fine {
        let (work, per) = meter.pace();
        fixed::mul_div(time, self.cores * work, self.pieces * per)
    }

    /// How long it takes to rise so far, rounded up.
    fn to_rise(self, way: Fine, meter: &Meter) -> Fine {
        let (work, per) = meter.pace();
        fixed::mul_div_up(way, self.pieces * per, self.cores * work)
    }

    /// How long it takes to get to a level that is so far away and rises by `other`, rounded up; `None` if it never does.
    fn to_meet(self, way: Fine, other: Option<Share>, meter: &Meter) -> Option<Fine> {
        let other = other.unwrap_or(Share { cores: 0, pieces: 1 });
        let gain = self.cores * other.pieces - other.cores * self.pieces;
        let (work, per) = meter.pace();
        let pieces = self.pieces.saturating_mul(other.pieces);
        (gain > 0).then(|| fixed::mul_div_up(way, pieces.saturating_mul(per), gain.saturating_mul(work)))
    }
}

/// Pieces that share cores.
#[derive(Clone)]
pub(super) struct Pool {
    entrance: Entrance,
    /// Those that nobody else has taken.
    cores: u32,
    /// The least last: it changes most.
    levels: Vec<Level>,
    /// On all levels.
    pieces: u64,
    /// Heaps without pieces, to be used again.
    spare: Vec<Pieces>,
    /// Pieces that have ended and are not handed over yet.
    ended: VecDeque<WorkToken>,
    /// Until when all has been worked out.
    at: Fine,
    arrivals: u64,
    /// What was last told of the next completion.
    next: Option<Time>,
    generation: u32,
    /// Cores that the meter counts as busy with these pieces.
    busy: u64,
}

impl Pool {
    pub(super) fn new(cores: u32, entrance: Entrance) -> Self {
        Pool {
            entrance,
            cores,
            levels: Vec::new(),
            pieces: 0,
            spare: Vec::new(),
            ended: VecDeque::new(),
            at: 0,
            arrivals: 0,
            next: None,
            generation: 0,
            busy: 0,
        }
    }

    /// Takes a piece, after [`Pool::settle`].
    pub(super) fn join(&mut self, meter: &mut Meter, token: WorkToken, work: Duration) {
        meter.begun += work;
        if self.entrance == Entrance::Bottom || self.levels.is_empty() {
            let pieces = self.spare.pop().unwrap_or_default();
            self.levels.push(Level { height: 0, pieces });
        }
        let level = self.levels.last_mut().expect("there is one to join");
        let (end, arrival) = (level.height + fixed::fine(work), self.arrivals);
        level.pieces.push(Reverse(Piece { end, arrival, token }));
        self.arrivals += 1;
        self.pieces += 1;
        self.sort_out();
    }

    /// So many cores are there for these pieces from now on, after [`Pool::settle`].
    pub(super) fn set_cores(&mut self, cores: usize) {
        self.cores = cores as u32;
    }

    /// A completion came up: returns what the piece was for, or `None` if it was stale, or if somebody only got to another's
    /// level.
    pub(super) fn complete(
        &mut self,
        meter: &mut Meter,
        now: Time,
        generation: u32,
        schedule: &mut impl FnMut(Completion),
    ) -> Option<Task> {
        if self.next.is_none() || self.generation != generation {
            return None;
        }
        self.next = None;
        self.settle(meter, now);
        let Some(token) = self.ended.pop_front() else {
            self.tell(meter, now, schedule);
            return None;
        };
        meter.usage.finished += 1;
        Some(Task::Asked(token))
    }

    /// Works out what has happened up to now.
    pub(super) fn settle(&mut self, meter: &mut Meter, now: Time) {
        meter.account(now);
        let now = fixed::moment(now);
        while !meter.paused
            && let Some(step) = self.to_next(meter)
            && self.at.saturating_add(step) <= now + fixed::NEAR
        {
            self.pass(meter, step);
            self.sort_out();
        }
        self.pass(meter, now.saturating_sub(self.at));
    }

    /// Says when the next piece ends if nothing changes, if that is not what was last said.
    pub(super) fn tell(&mut self, meter: &mut Meter, now: Time, schedule: &mut impl FnMut(Completion)) {
        let busy = self.pieces.min(self.cores.into());
        meter.running = meter.running + busy - self.busy;
        self.busy = busy;
        let next = match meter.paused {
            true => None,
            false if !self.ended.is_empty() => Some(now),
            false => self.to_next(meter).map(|step| fixed::time(self.at.saturating_add(step))),
        };
        if next != self.next {
            self.next = next;
            self.generation += 1;
            let generation = self.generation;
            next.into_iter().for_each(|at| schedule(Completion { at, slot: POOL, generation }));
        }
    }

    /// Work that all pieces need yet, after [`Pool::settle`].
    pub(super) fn left_of_all(&self) -> Duration {
        let left = |level: &Level| -> Fine {
            level.pieces.iter().map(|piece| piece.0.end.saturating_sub(level.height)).sum()
        };
        fixed::whole(self.levels.iter().map(left).sum())
    }

    /// All work is gone.
    pub(super) fn crash(&mut self, meter: &mut Meter, now: Time) {
        self.settle(meter, now);
        meter.begun = meter.begun.saturating_sub(self.left_of_all());
        meter.usage.lost += self.pieces + self.ended.len() as u64;
        meter.running -= self.busy;
        (self.busy, self.pieces) = (0, 0);
        self.levels.clear();
        self.ended.clear();
        self.next = None;
    }

    /// The first of the levels that rise, by its place; the least one if none does.
    fn highest_that_rises(&self) -> usize {
        let (mut place, mut cores) = (self.levels.len(), u128::from(self.cores));
        while place > 0 && Share::of(&self.levels[place - 1], &mut cores).is_some() {
            place -= 1;
        }
        place.min(self.levels.len().saturating_sub(1))
    }

    /// How long it is until a piece ends or a level gets to the next; `None` if nothing goes on.
    fn to_next(&self, meter: &Meter) -> Option<Fine> {
        let (mut least, mut cores) = (None, u128::from(self.cores));
        let mut below: Option<(&Level, Share)> = None;
        for level in self.levels.iter().rev() {
            let share = Share::of(level, &mut cores);
            let to_meet =
                below.and_then(|(below, own)| own.to_meet(level.height - below.height, share, meter));
            let to_end = share.map(|share| share.to_rise(level.to_end(), meter));
            least = [least, to_meet, to_end].into_iter().flatten().min();
            let Some(share) = share else { break };
            below = Some((level, share));
        }
        least
    }

    /// Time passes in which no piece ends and no level gets to the next, but at its end.
    fn pass(&mut self, meter: &Meter, time: Fine) {
        self.at += time;
        if meter.paused || time == 0 {
            return;
        }
        let mut cores = self.cores.into();
        for level in self.levels.iter_mut().rev() {
            let Some(share) = Share::of(level, &mut cores) else { break };
            level.height += share.rise_in(time, meter);
        }
    }

    /// Takes out what has ended, and makes one of levels that have met.
    fn sort_out(&mut self) {
        loop {
            let from = self.highest_that_rises();
            for place in (from..self.levels.len()).rev() {
                self.take_ended(place);
            }
            let mut have_met = false;
            for place in (from.max(1)..self.levels.len()).rev() {
                have_met |= self.join_if_met(place);
            }
            if !have_met {
                return;
            }
        }
    }

    fn take_ended(&mut self, place: usize) {
        let Level { height, pieces } = &mut self.levels[place];
        while let Some(Reverse(first)) = pieces.peek()
            && first.end <= *height
        {
            self.ended.push_back(first.token);
            pieces.pop();
            self.pieces -= 1;
        }
        if pieces.is_empty() {
            self.spare.push(self.levels.remove(place).pieces);
        }
    }

    /// The level at this place and the next above it become one if they have met. Together they go on where they are on
    /// average, so that no work is lost or won.
    fn join_if_met(&mut self, place: usize) -> bool {
        let Some(below) = self.levels.get(place) else { return false };
        let above = &self.levels[place - 1];
        let Some(over) = below.height.checked_sub(above.height) else { return false };
        let (own, others) = (below.pieces.len() as u128, above.pieces.len() as u128);
        let mut below = self.levels.remove(place);
        let above = &mut self.levels[place - 1];
        above.height += over * own / (own + others);
        above.pieces.append(&mut below.pieces);
        self.spare.push(below.pieces);
        true
    }
}
