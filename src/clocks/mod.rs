//! Clocks: what a node believes the time to be.
//!
//! A node has two, as operating systems do. The monotonic clock never steps and never goes back: it runs at its own rate
//! (drift), which faults may change, and timers are armed by it. The wall clock goes at a rate of its own, is off by an
//! offset, and [disturbances](Disturbance) move it further: it may jump, also back. All in integers: a drift is a whole
//! number of parts per billion, and no rounding accumulates but a nanosecond with each change of a rate.

mod disturbance;
mod pace;
mod sine;

pub use disturbance::{Disturbance, DisturbanceId, Drifting};
pub use pace::Pace;

use crate::kernel::{Duration, Time};
use disturbance::Deviation;
use pace::{BILLION, SLOWEST_PPB};

/// How a node's clocks are before any fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ClockProfile {
    /// Added to the monotonic clock to give the wall clock, in nanoseconds. Either sign.
    pub offset_ns: i64,
    /// How much faster than true time both run, in parts per billion (200 ppm = 200,000). Above -10^9.
    pub drift_ppb: i64,
}

/// A node's clocks.
#[derive(Clone, Debug)]
pub struct Clock {
    /// What every event asks for.
    monotonic: Pace,
    /// What few ask for.
    rest: Box<Rest>,
}

#[derive(Clone, Debug)]
struct Rest {
    drift_ppb: i64,
    wall: Pace,
    /// Of the wall clock from its pace, for good.
    offset_ns: i64,
    /// Of the wall clock from its pace, for now.
    deviations: Vec<(DisturbanceId, Deviation)>,
    drifts: Vec<(DisturbanceId, Drifting, i64)>,
}

/// How far a node's clocks are from true time, in nanoseconds: above 0 they are ahead.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ClockError {
    /// Of the wall clock.
    pub wall_ns: i64,
    /// Of the monotonic clock.
    pub monotonic_ns: i64,
}

impl Clock {
    /// Clocks that nothing has disturbed yet.
    pub fn new(profile: ClockProfile) -> Clock {
        let pace = Pace::new(profile.drift_ppb);
        let rest = Rest {
            drift_ppb: profile.drift_ppb,
            wall: pace,
            offset_ns: profile.offset_ns,
            deviations: Vec::new(),
            drifts: Vec::new(),
        };
        Clock { monotonic: pace, rest: Box::new(rest) }
    }

    /// The monotonic clock at true time `now`.
    #[inline]
    pub fn monotonic(&self, now: Time) -> Time {
        self.monotonic.shows(now)
    }

    /// How the monotonic clock goes at present.
    pub fn pace(&self) -> Pace {
        self.monotonic
    }

    /// The wall clock at true time `now`; it does not show times before the start of the run.
    pub fn wall(&self, now: Time) -> Time {
        Time(u64::try_from(self.rest.wall_ns(now).max(0)).unwrap_or(u64::MAX))
    }

    /// How much true time passes while the monotonic clock advances by `local`, rounded up: a timer never
    /// fires before its clock shows the deadline.
    #[inline]
    pub fn true_length(&self, local: Duration) -> Duration {
        self.monotonic.true_length(local)
    }

    /// The first true time, `now` or later, at which the wall clock shows at least `wall`, if nothing more disturbs it;
    /// `None` if that is beyond all time.
    pub fn when_wall_shows(&self, now: Time, wall: Time) -> Option<Time> {
        let rest = &*self.rest;
        // Each deviation is monotone or of a slope below 1, and rounds to a nanosecond: from a moment when the clock lacks so
        // much, it cannot get there sooner than at its steepest.
        let roundings = 1 + rest.deviations.len() as i128;
        let mut at = now;
        loop {
            if self.wall(at) >= wall {
                return Some(at);
            }
            let lacking = i128::from(wall.0) - rest.wall_ns(at);
            let moving = rest.deviations.iter().filter(|(_, deviation)| !deviation.is_still(at)).count();
            let steepest = BILLION + i128::from(rest.wall.drift_ppb().max(0)) + moving as i128 * BILLION;
            at = match moving {
                // Nothing but its pace: an exact answer, in one step.
                0 => rest.wall.when(rest.wall.shows(at) + length(lacking)),
                _ => at + length(((lacking - roundings) * BILLION / steepest).max(1)),
            };
            if at == Time::MAX {
                return None;
            }
        }
    }

    /// How far the clocks are from true time.
    pub fn error(&self, now: Time) -> ClockError {
        let ahead = |shown: Time| match shown >= now {
            true => i64::try_from(shown.since(now).0).unwrap_or(i64::MAX),
            false => i64::try_from(now.since(shown).0).map_or(i64::MIN, |behind| -behind),
        };
        ClockError { wall_ns: ahead(self.wall(now)), monotonic_ns: ahead(self.monotonic(now)) }
    }

    /// From `now` on this disturbs the clocks, until [`Clock::settle`]: several at once add up.
    pub fn disturb(&mut self, now: Time, id: DisturbanceId, disturbance: &Disturbance) {
        self.fold(now);
        let rest = &mut *self.rest;
        match *disturbance {
            Disturbance::Drift { drifting, ppb } => {
                rest.drifts.push((id, drifting, ppb));
                self.change_pace(now);
            }
            Disturbance::Offset { by_ns } => rest.deviations.push((id, Deviation::Offset { by_ns })),
            Disturbance::Shift { by_ns, over: Duration::ZERO } => {
                rest.offset_ns = rest.offset_ns.saturating_add(by_ns);
            }
            Disturbance::Shift { by_ns, over } => {
                rest.deviations.push((id, Deviation::Shift { by_ns, from: now, over }));
            }
            Disturbance::Sinusoid { amplitude, period } => {
                rest.deviations.push((id, Deviation::Sinusoid { amplitude, period, from: now }));
            }
        }
    }

    /// What was disturbed under `id` is so no longer. What a drift has accumulated stays, and so does a shift.
    pub fn settle(&mut self, now: Time, id: DisturbanceId) {
        self.fold(now);
        let rest = &mut *self.rest;
        rest.deviations.retain(|(of, deviation)| *of != id || deviation.stays());
        let drifts = rest.drifts.len();
        rest.drifts.retain(|(of, ..)| *of != id);
        if rest.drifts.len() < drifts {
            self.change_pace(now);
        }
    }

    /// As [`Clock::settle`], of all that is disturbed.
    pub fn settle_all(&mut self, now: Time) {
        let Rest { drifts, deviations, .. } = &*self.rest;
        let mut ids: Vec<DisturbanceId> = drifts.iter().map(|(id, ..)| *id).collect();
        ids.extend(deviations.iter().map(|(id, _)| *id));
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().for_each(|id| self.settle(now, id));
    }

    /// The rates are those of the drifts in force, from `now` on.
    fn change_pace(&mut self, now: Time) {
        let Rest { drift_ppb, wall, drifts, .. } = &mut *self.rest;
        let rate = |strikes: fn(Drifting) -> bool| {
            let drifts = drifts.iter().filter(|(_, drifting, _)| strikes(*drifting));
            drifts.fold(*drift_ppb, |sum, (.., ppb)| sum.saturating_add(*ppb)).max(SLOWEST_PPB)
        };
        self.monotonic = self.monotonic.at_rate(now, rate(Drifting::strikes_monotonic));
        *wall = wall.at_rate(now, rate(Drifting::strikes_wall));
    }

    /// A shift that is over is an offset.
    fn fold(&mut self, now: Time) {
        let Rest { offset_ns, deviations, .. } = &mut *self.rest;
        deviations.retain(|(_, deviation)| {
            let is_over = deviation.stays() && deviation.is_still(now);
            if is_over {
                *offset_ns = offset_ns.saturating_add(deviation.at(now));
            }
            !is_over
        });
    }
}

impl Rest {
    /// What the wall clock would show if it showed times before the start of the run.
    fn wall_ns(&self, now: Time) -> i128 {
        let moved = self.deviations.iter().map(|(_, deviation)| i128::from(deviation.at(now)));
        i128::from(self.wall.shows(now).0) + i128::from(self.offset_ns) + moved.sum::<i128>()
    }
}

fn length(ns: i128) -> Duration {
    Duration(u64::try_from(ns).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
