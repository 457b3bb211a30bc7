//! Exact counts and histograms of operations, whatever is kept of the operations themselves.

use crate::kernel::{Duration, Time};
use crate::model::history::Reason;

use super::cast::{Cast, Class};
use super::histogram::Histogram;
use super::operation::{Ending, Recorded};
use super::phase::{Phase, Timeline};
use super::recorder::Track;

/// The equal parts that a run is cut into for its time series; the last may be shorter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Intervals {
    /// The length of the run.
    pub duration: Time,
    /// The length of an interval.
    pub length: Duration,
}

impl Intervals {
    /// The usual ones: a 200th of the run, and at least 100 ms.
    pub fn usual(duration: Time) -> Intervals {
        let length = Duration(duration.0.div_ceil(200)).max(Duration::from_millis(100));
        Intervals { duration, length }
    }

    /// How many there are; at least one.
    pub fn count(&self) -> usize {
        self.duration.0.div_ceil(self.length.0).max(1) as usize
    }

    /// Which one a moment lies in. The end of the run lies in the last.
    #[inline]
    pub fn of(&self, at: Time) -> usize {
        ((at.0 / self.length.0) as usize).min(self.count() - 1)
    }

    /// When an interval starts and ends.
    pub fn bounds(&self, interval: usize) -> (Time, Time) {
        let start = Time::ZERO + self.length * interval as u64;
        (start, (start + self.length).min(self.duration))
    }
}

/// How many operations were offered, and how they ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Operations due to arrive.
    pub offered: u64,
    /// Operations that ended `ok`.
    pub ok: u64,
    fail: [u64; Reason::ALL.len()],
    unknown: [u64; Reason::ALL.len()],
}

impl Counts {
    /// Operations that ended so, for `reason` or for any.
    pub fn ended(&self, ending: Ending, reason: Option<Reason>) -> u64 {
        let by_reason = match ending {
            Ending::Ok => return self.ok,
            Ending::Fail => &self.fail,
            Ending::Unknown => &self.unknown,
        };
        reason.map_or_else(|| by_reason.iter().sum(), |reason| by_reason[reason as usize])
    }

    /// Operations that ended so for one of these reasons.
    pub fn ended_for(&self, ending: Ending, reasons: &[Reason]) -> u64 {
        reasons.iter().map(|reason| self.ended(ending, Some(*reason))).sum()
    }

    #[inline]
    fn end(&mut self, (ending, reason): (Ending, Option<Reason>)) {
        match (ending, reason) {
            (Ending::Fail, Some(reason)) => self.fail[reason as usize] += 1,
            (Ending::Unknown, Some(reason)) => self.unknown[reason as usize] += 1,
            (Ending::Ok, _) | (Ending::Fail | Ending::Unknown, None) => self.ok += 1,
        }
    }

    /// Adds other counts.
    pub fn add(&mut self, other: &Counts) {
        self.offered += other.offered;
        self.ok += other.ok;
        self.fail.iter_mut().zip(other.fail).for_each(|(mine, theirs)| *mine += theirs);
        self.unknown.iter_mut().zip(other.unknown).for_each(|(mine, theirs)| *mine += theirs);
    }
}

/// The operations of one kind whose intended arrivals lie in one phase.
#[derive(Clone, Debug, Default)]
pub struct PhaseTally {
    /// How they ended.
    pub counts: Counts,
    latency: [Histogram; Ending::ALL.len()],
}

impl PhaseTally {
    /// The latencies of those that ended so, in nanoseconds.
    pub fn latency(&self, ending: Ending) -> &Histogram {
        &self.latency[ending as usize]
    }
}

/// The operations of one kind of one workload.
#[derive(Clone, Debug)]
pub struct ClassTally {
    phases: [PhaseTally; Phase::ALL.len()],
    /// Offered by intended arrival, ended by return: a series of what happened when.
    pub intervals: Vec<Counts>,
}

impl ClassTally {
    /// Those of one phase.
    pub fn phase(&self, phase: Phase) -> &PhaseTally {
        &self.phases[phase as usize]
    }

    /// Whether there were any, warm-up included.
    pub fn is_used(&self) -> bool {
        self.phases.iter().any(|tally| tally.counts.offered > 0)
    }

    /// How those of all phases ended, warm-up included.
    pub fn all(&self) -> Counts {
        let mut all = Counts::default();
        self.phases.iter().for_each(|tally| all.add(&tally.counts));
        all
    }
}

/// All operations of a run.
#[derive(Clone, Debug)]
pub struct Tallies {
    intervals: Intervals,
    /// By workload and kind.
    workloads: Vec<Vec<ClassTally>>,
}

impl Tallies {
    /// Of no operations.
    fn new(cast: &Cast, intervals: Intervals) -> Self {
        let class = || ClassTally {
            phases: Default::default(),
            intervals: vec![Counts::default(); intervals.count()],
        };
        let classes = |workload| (0..cast.classes(workload)).map(|_| class()).collect();
        Tallies { intervals, workloads: (0..cast.workloads.len()).map(classes).collect() }
    }

    /// Of the operations of workloads on `tracks`, all or those due from the start of a window to before its end.
    pub(super) fn of(
        cast: &Cast,
        intervals: Intervals,
        timeline: &Timeline,
        tracks: &[Track],
        window: Option<(Time, Time)>,
    ) -> Self {
        let mut tallies = Tallies::new(cast, intervals);
        let within =
            |one: &Recorded| window.is_none_or(|(from, until)| from <= one.intended && one.intended < until);
        for track in tracks {
            let Some(workload) = track.workload else { continue };
            let whole = track.kept.iter().map(|operation| operation.unpack(track.node));
            whole.filter(within).for_each(|operation| tallies.add(workload, timeline, &operation));
        }
        tallies
    }

    /// Adds one operation.
    #[inline]
    pub(super) fn add(&mut self, workload: usize, timeline: &Timeline, operation: &Recorded) {
        let ended = Ending::of(operation.outcome);
        let class = &mut self.workloads[workload][operation.class()];
        class.intervals[self.intervals.of(operation.intended)].offered += 1;
        class.intervals[self.intervals.of(operation.returned)].end(ended);
        let tally = &mut class.phases[timeline.phase(operation.intended) as usize];
        tally.counts.offered += 1;
        tally.counts.end(ended);
        tally.latency[ended.0 as usize].add(operation.latency());
    }

    /// The run ended earlier than foreseen: what came at its very end belongs to the last interval.
    pub(super) fn cut(&mut self, intervals: Intervals) {
        self.intervals = intervals;
        for class in self.workloads.iter_mut().flatten() {
            let rest = class.intervals.split_off(intervals.count());
            let last = class.intervals.last_mut().expect("there is at least one interval");
            rest.iter().for_each(|counts| last.add(counts));
        }
    }

    /// The operations of one kind of one workload.
    pub fn class(&self, workload: usize, class: Class) -> &ClassTally {
        &self.workloads[workload][class]
    }

    /// The kinds of operations of a workload, in order.
    pub fn classes(&self, workload: usize) -> impl Iterator<Item = (Class, &ClassTally)> {
        self.workloads[workload].iter().enumerate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_run_lies_in_the_last_interval() {
        let intervals = Intervals { duration: Time(1050), length: Duration(100) };
        assert_eq!(intervals.count(), 11);
        assert_eq!([0, 99, 100, 1049, 1050].map(|at| intervals.of(Time(at))), [0, 0, 1, 10, 10]);
        assert_eq!(intervals.bounds(10), (Time(1000), Time(1050)));
        let even = Intervals { duration: Time(1000), length: Duration(100) };
        assert_eq!((even.count(), even.of(Time(1000))), (10, 9));
    }

    #[test]
    fn usual_intervals_are_a_two_hundredth_but_not_below_100_ms() {
        let seconds = |n| Intervals::usual(Time::ZERO + Duration::from_secs(n)).length;
        assert_eq!(seconds(120), Duration::from_millis(600));
        assert_eq!(seconds(5), Duration::from_millis(100));
        assert_eq!(Intervals::usual(Time::ZERO).count(), 1);
    }
}
