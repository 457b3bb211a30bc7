//! Unavailable windows: how long a workload offered operations to its system and none ended `ok`.
//!
//! A window opens when an operation is offered and none has ended `ok` since: at that operation's intended arrival,
//! or, for what was outstanding when the last one ended `ok`, at that moment. It closes when the next operation ends
//! `ok`, or with the run. So an idle client does not make a system unavailable, but the time between two
//! operations that both failed counts: the last that was heard of the system is that it failed.

use crate::kernel::{Duration, Time};

/// A stretch of time in which operations were offered and none ended `ok`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outage {
    /// When it opened, or the end of the warm-up if that is later.
    pub start: Time,
    /// When an operation ended `ok` again, or the run ended.
    pub end: Time,
}

impl Outage {
    /// How long it lasted.
    pub fn length(&self) -> Duration {
        self.end.since(self.start)
    }
}

/// Watches one workload, told of its operations in the order of time.
#[derive(Clone, Debug)]
pub(super) struct Availability {
    /// What lies before is not measured.
    from: Time,
    /// Windows at least as long are kept.
    long: Duration,
    outstanding: u32,
    open: Option<Time>,
    last_ok: Time,
    longest: Option<Outage>,
    outages: Vec<Outage>,
}

impl Availability {
    /// Measures from `from` on, and keeps windows of at least `long`.
    pub(super) fn new(from: Time, long: Duration) -> Self {
        let (longest, outages) = (None, Vec::new());
        Availability { from, long, outstanding: 0, open: None, last_ok: Time::ZERO, longest, outages }
    }

    /// An operation that was due at `intended` was sent.
    #[inline]
    pub(super) fn invoked(&mut self, intended: Time) {
        self.outstanding += 1;
        if self.open.is_none() {
            // A client held up by a pause reports late; what ended `ok` meanwhile shows the system was there.
            self.open = Some(intended.max(self.last_ok));
        }
    }

    /// An operation ended.
    #[inline]
    pub(super) fn returned(&mut self, at: Time, ok: bool) {
        self.outstanding -= 1;
        if ok {
            self.close(at);
            self.last_ok = at;
            self.open = (self.outstanding > 0).then_some(at);
        }
    }

    /// The run, or the time of interest, is over.
    pub(super) fn close(&mut self, at: Time) {
        let Some(start) = self.open.take() else { return };
        let outage = Outage { start: start.max(self.from), end: at };
        if at <= outage.start {
            return;
        }
        if self.longest.is_none_or(|longest| longest.length() < outage.length()) {
            self.longest = Some(outage);
        }
        if outage.length() >= self.long {
            self.outages.push(outage);
        }
    }

    /// The longest window, the first of equals.
    pub(super) fn longest(&self) -> Option<Outage> {
        self.longest
    }

    /// The long windows, in order.
    pub(super) fn outages(&self) -> &[Outage] {
        &self.outages
    }

    /// Tells of whole operations: their intended arrivals, first attempts, returns and whether they ended `ok`,
    /// up to `until`.
    pub(super) fn replay(&mut self, operations: impl Iterator<Item = (Time, Time, Time, bool)>, until: Time) {
        enum Event {
            Invoked(Time),
            Returned(bool),
        }
        let both = |(intended, invoked, returned, ok)| {
            [(invoked, Event::Invoked(intended)), (returned, Event::Returned(ok))]
        };
        let mut events: Vec<(Time, Event)> = operations.flat_map(both).collect();
        // Invocations first, so that no operation returns before it was sent.
        events.sort_by_key(|(at, event)| (*at, matches!(event, Event::Returned(_))));
        for (at, event) in events.into_iter().take_while(|&(at, _)| at <= until) {
            match event {
                Event::Invoked(intended) => self.invoked(intended),
                Event::Returned(ok) => self.returned(at, ok),
            }
        }
        self.close(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The longest window, in whole units, of operations given as (intended, invoked, returned, ok).
    fn longest(from: u64, until: u64, operations: &[(u64, u64, u64, bool)]) -> Option<(u64, u64)> {
        let mut availability = Availability::new(Time(from), Duration(1));
        let timed = |&(a, b, c, ok): &(u64, u64, u64, bool)| (Time(a), Time(b), Time(c), ok);
        availability.replay(operations.iter().map(timed), Time(until));
        availability.longest().map(|outage| (outage.start.0, outage.end.0))
    }

    #[test]
    fn an_idle_client_makes_nothing_unavailable() {
        assert_eq!(longest(0, 100, &[]), None);
        assert_eq!(longest(0, 100, &[(1, 1, 2, true), (90, 90, 93, true)]), Some((90, 93)));
    }

    #[test]
    fn an_outage_lasts_from_the_last_ok_while_something_was_outstanding() {
        let operations = [(0, 0, 10, true), (8, 8, 40, false), (30, 30, 50, true)];
        assert_eq!(longest(0, 100, &operations), Some((10, 50)));
    }

    #[test]
    fn the_time_between_two_failures_counts() {
        let operations = [(0, 0, 1, true), (5, 5, 6, false), (60, 60, 61, true)];
        assert_eq!(longest(0, 100, &operations), Some((5, 61)));
    }

    #[test]
    fn an_outage_that_the_run_cuts_off_ends_with_it() {
        assert_eq!(longest(0, 100, &[(20, 20, 100, false)]), Some((20, 100)));
        assert_eq!(longest(0, 100, &[(0, 0, 1, true), (98, 98, 100, false)]), Some((98, 100)));
    }

    #[test]
    fn nothing_ever_ending_ok_is_one_outage_from_the_first_arrival() {
        assert_eq!(longest(0, 100, &[(3, 3, 4, false), (50, 50, 60, false)]), Some((3, 100)));
    }

    #[test]
    fn warmup_is_cut_off() {
        let operations = [(0, 0, 50, true), (60, 60, 65, true)];
        assert_eq!(longest(30, 100, &operations), Some((30, 50)));
        assert_eq!(longest(48, 100, &operations), Some((60, 65)));
        assert_eq!(longest(50, 100, &operations), Some((60, 65)));
    }

    #[test]
    fn what_a_paused_client_was_due_to_send_counts_from_its_intended_arrival_but_not_before_another_ok() {
        assert_eq!(longest(0, 100, &[(5, 20, 21, true)]), Some((5, 21)));
        assert_eq!(longest(0, 100, &[(5, 20, 21, true), (6, 6, 15, true)]), Some((6, 15)));
    }

    #[test]
    fn what_ends_ok_at_once_leaves_no_window() {
        assert_eq!(longest(0, 100, &[(5, 5, 5, true)]), None);
    }

    #[test]
    fn long_windows_are_kept_in_order() {
        let mut availability = Availability::new(Time(0), Duration(10));
        let operations = [(0, 0, 12, true), (20, 20, 25, true), (30, 30, 90, true)];
        availability
            .replay(operations.into_iter().map(|(a, b, c, ok)| (Time(a), Time(b), Time(c), ok)), Time(100));
        let kept = [Outage { start: Time(0), end: Time(12) }, Outage { start: Time(30), end: Time(90) }];
        assert_eq!(availability.outages(), kept);
    }
}
