//! Phases: whether an operation arrived while a fault was active, soon after, or when all was well.
//!
//! An operation's phase is that of its intended arrival. `warmup` comes first and is excluded from every metric;
//! then it is `fault` while any strike is active, `recovery` for a stated time after the last one ended, and
//! `healthy` otherwise. Each phase holds its first instant and not its last.

use crate::kernel::{Duration, Time};

/// A part of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    /// Before figures are taken.
    Warmup,
    /// No fault is active, and none ended a short while ago.
    Healthy,
    /// At least one fault is active.
    Fault,
    /// The last active fault ended a short while ago.
    Recovery,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Phase; 4] = [Phase::Warmup, Phase::Healthy, Phase::Fault, Phase::Recovery];

    /// The phases that metrics cover, in the order of CSV rows.
    pub const MEASURED: [Phase; 3] = [Phase::Healthy, Phase::Fault, Phase::Recovery];

    /// The word used in scenarios and CSVs.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Warmup => "warmup",
            Phase::Healthy => "healthy",
            Phase::Fault => "fault",
            Phase::Recovery => "recovery",
        }
    }

    /// The measured phase of that name.
    pub fn measured(name: &str) -> Option<Phase> {
        Phase::MEASURED.into_iter().find(|phase| phase.name() == name)
    }
}

/// The phases of a run, told strike by strike in the order of time.
#[derive(Clone, Debug)]
pub struct Timeline {
    warmup: Time,
    recovery: Duration,
    active: u32,
    /// From when which phase; the last one lasts to the end. Warm-up is laid over it.
    changes: Vec<(Time, Phase)>,
}

impl Timeline {
    /// A timeline without faults.
    pub fn new(warmup: Time, recovery: Duration) -> Self {
        Timeline { warmup, recovery, active: 0, changes: vec![(Time::ZERO, Phase::Healthy)] }
    }

    /// A fault struck.
    pub fn struck(&mut self, at: Time) {
        if self.active == 0 {
            self.change(at, Phase::Fault);
        }
        self.active += 1;
    }

    /// A strike ended.
    ///
    /// # Panics
    /// If none was active.
    pub fn ended(&mut self, at: Time) {
        assert!(self.active > 0, "a strike ended that never began");
        self.active -= 1;
        if self.active == 0 {
            self.change(at, Phase::Recovery);
            self.change(at + self.recovery, Phase::Healthy);
        }
    }

    /// From `at` on it is `phase`, whatever was foreseen.
    fn change(&mut self, at: Time, phase: Phase) {
        while self.changes.last().is_some_and(|&(from, _)| from >= at) {
            self.changes.pop();
        }
        self.changes.push((at, phase));
    }

    /// When figures begin to be taken.
    pub fn warmup(&self) -> Time {
        self.warmup
    }

    /// Moves the end of the warm-up.
    pub fn set_warmup(&mut self, warmup: Time) {
        self.warmup = warmup;
    }

    /// The phase at a moment.
    pub fn phase(&self, at: Time) -> Phase {
        if at < self.warmup {
            return Phase::Warmup;
        }
        let after = self.changes.partition_point(|&(from, _)| from <= at);
        self.changes[after - 1].1
    }

    /// How much of the time from `from` to `until` is measured and of `phase`, or of any measured phase.
    pub fn time_in(&self, phase: Option<Phase>, from: Time, until: Time) -> Duration {
        let from = from.max(self.warmup);
        let ends = self.changes.iter().skip(1).map(|&(at, _)| at).chain([Time::MAX]);
        let parts = self.changes.iter().zip(ends).filter(|&(&(_, of), _)| phase.is_none_or(|one| one == of));
        parts
            .map(|(&(start, _), end)| end.min(until).since(start.max(from)))
            .fold(Duration::ZERO, |a, b| a + b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: u64) -> Time {
        Time::ZERO + Duration::from_secs(n)
    }

    /// The phase at every second from 0 to `until`, by its first letter.
    fn spelled(timeline: &Timeline, until: u64) -> String {
        (0..until)
            .map(|at| timeline.phase(seconds(at)).name().chars().next().expect("names have letters"))
            .collect()
    }

    #[test]
    fn a_fault_is_followed_by_recovery_and_then_all_is_well() {
        let mut timeline = Timeline::new(seconds(2), Duration::from_secs(3));
        timeline.struck(seconds(4));
        timeline.ended(seconds(6));
        assert_eq!(spelled(&timeline, 12), "wwhhffrrrhhh");
    }

    #[test]
    fn overlapping_faults_are_one_until_the_last_ends() {
        let mut timeline = Timeline::new(Time::ZERO, Duration::from_secs(2));
        timeline.struck(seconds(1));
        timeline.struck(seconds(2));
        timeline.ended(seconds(3));
        timeline.ended(seconds(5));
        assert_eq!(spelled(&timeline, 9), "hffffrrhh");
    }

    #[test]
    fn a_fault_cuts_a_recovery_short_and_one_without_end_lasts() {
        let mut timeline = Timeline::new(Time::ZERO, Duration::from_secs(10));
        timeline.struck(seconds(0));
        timeline.ended(seconds(1));
        timeline.struck(seconds(3));
        assert_eq!(spelled(&timeline, 30), format!("frr{}", "f".repeat(27)));
    }

    #[test]
    fn a_fault_that_strikes_the_moment_another_ends_leaves_no_recovery() {
        let mut timeline = Timeline::new(Time::ZERO, Duration::from_secs(2));
        timeline.struck(seconds(1));
        timeline.ended(seconds(2));
        timeline.struck(seconds(2));
        timeline.ended(seconds(3));
        assert_eq!(spelled(&timeline, 6), "hffrrh");
        let mut without = Timeline::new(Time::ZERO, Duration::ZERO);
        without.struck(seconds(1));
        without.ended(seconds(2));
        assert_eq!(spelled(&without, 4), "hfhh");
    }

    #[test]
    fn a_fault_during_warmup_stays_excluded() {
        let mut timeline = Timeline::new(seconds(3), Duration::from_secs(1));
        timeline.struck(seconds(1));
        timeline.ended(seconds(4));
        assert_eq!(spelled(&timeline, 6), "wwwfrh");
    }

    #[test]
    fn times_in_phases_add_up_to_what_is_measured() {
        let mut timeline = Timeline::new(seconds(2), Duration::from_secs(3));
        timeline.struck(seconds(4));
        timeline.ended(seconds(6));
        let time_in = |phase| timeline.time_in(phase, Time::ZERO, seconds(12));
        assert_eq!(time_in(None), Duration::from_secs(10));
        let by_phase = Phase::ALL.map(|phase| time_in(Some(phase)).0 / 1_000_000_000);
        assert_eq!(by_phase, [0, 5, 2, 3]);
        assert_eq!(timeline.time_in(Some(Phase::Fault), seconds(5), seconds(100)), Duration::from_secs(1));
    }
}
