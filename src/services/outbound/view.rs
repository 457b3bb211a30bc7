//! What a caller finds out about the instances of a channel: how much each has to do, as often as its view is refreshed, and
//! whether each is there, by health checks.
//!
//! Both are rounds of questions to all instances at once, the first at a moment that is drawn for each caller, so that
//! callers do not ask in step. A report is as old as the last round and its way back, and until the next one a policy goes
//! by it whatever it sends meanwhile: the periodic update of Mitzenmacher, *How useful is old information?* (IEEE TPDS 11,
//! 2000). Health checks are those of HAProxy: an instance counts as up at first, goes down after `fall` failures in a row,
//! and comes up again after `rise` successes in a row (HAProxy configuration manual, `fall`, `rise`, `inter`).

use crate::kernel::{Context, Duration};
use crate::services::balancing::{Place, Report};
use crate::services::message::{Control, Probe, Purpose, ServiceMessage};
use crate::services::server::{Server, ServerTimer};

use super::channel::Channel;

/// How a caller finds out whether instances are there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HealthRule {
    /// From one check to the next.
    pub every: Duration,
    /// How long an instance may take to answer; at most `every`.
    pub timeout: Duration,
    /// After so many failures in a row an instance is down.
    pub fall: u32,
    /// After so many successes in a row it is up again.
    pub rise: u32,
}

/// The timers of a channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChannelTimer {
    /// The next round of reports is due.
    Refresh,
    /// The next round of health checks is due, or the answers to this one are.
    Health,
    /// It is time to ask the registry who is there.
    Lookup,
}

impl ChannelTimer {
    /// Every timer.
    pub const ALL: [ChannelTimer; 3] = [ChannelTimer::Refresh, ChannelTimer::Health, ChannelTimer::Lookup];

    /// The word for it in traces.
    pub fn word(self) -> &'static str {
        match self {
            ChannelTimer::Refresh => "refresh",
            ChannelTimer::Health => "health-check",
            ChannelTimer::Lookup => "lookup",
        }
    }
}

/// What is drawn for a caller, in the place of a request: when it begins to ask.
const PHASE_DRAW: u64 = u64::MAX;

/// What the health checks of an instance have shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Health {
    pub(super) is_up: bool,
    /// Results in a row that speak for a change.
    streak: u32,
    /// Whether it has answered in this round.
    has_answered: bool,
}

impl Health {
    pub(super) const AT_FIRST: Health = Health { is_up: true, streak: 0, has_answered: false };

    /// Takes the result of a round; whether it went down or came up.
    fn judge(&mut self, rule: &HealthRule) -> bool {
        self.streak = if self.has_answered == self.is_up { 0 } else { self.streak + 1 };
        let needed = if self.is_up { rule.fall } else { rule.rise };
        let has_changed = self.streak >= needed;
        if has_changed {
            (self.is_up, self.streak) = (!self.is_up, 0);
        }
        has_changed
    }
}

impl Channel {
    /// The caller has booted: sets the moments of the first rounds.
    pub(super) fn begin_to_watch(&self, cx: &mut impl Context<Server>, number: u16) {
        for timer in ChannelTimer::ALL {
            let Some(every) = self.period(timer) else { continue };
            let caller = u64::from(cx.me().0);
            let phase = self.config.draws.draw3(PHASE_DRAW, caller, timer as u64) % every.0;
            // Who knows nobody asks at once.
            let phase = if timer == ChannelTimer::Lookup && !self.known.is_all() { 0 } else { phase };
            cx.arm(ServerTimer::Channel(number, timer), Duration(phase));
        }
    }

    /// From one round to the next, if there are any.
    fn period(&self, timer: ChannelTimer) -> Option<Duration> {
        match timer {
            ChannelTimer::Refresh => self.config.refresh,
            ChannelTimer::Health => self.config.health.map(|rule| rule.every),
            ChannelTimer::Lookup => self.config.discovery.as_ref().map(|discovery| discovery.refresh),
        }
    }

    /// A timer has come up.
    pub(super) fn due(&mut self, cx: &mut impl Context<Server>, number: u16, timer: ChannelTimer) {
        let Some(every) = self.period(timer) else { return };
        let next = match timer {
            ChannelTimer::Refresh => {
                self.ask_all(cx, number, Purpose::View);
                every
            }
            ChannelTimer::Health => self.health_due(cx, number, every),
            ChannelTimer::Lookup => {
                self.look_up(cx, number);
                every
            }
        };
        cx.arm(ServerTimer::Channel(number, timer), next);
    }

    /// A round of checks begins, or ends; how long until the other.
    fn health_due(&mut self, cx: &mut impl Context<Server>, number: u16, every: Duration) -> Duration {
        let Some(rule) = self.config.health else { return every };
        self.is_checking = !self.is_checking;
        if self.is_checking {
            self.candidates.iter().for_each(|place| self.health[place.index()].has_answered = false);
            self.ask_all(cx, number, Purpose::Health);
            return rule.timeout;
        }
        let mut has_changed = false;
        for place in &self.candidates {
            has_changed |= self.health[place.index()].judge(&rule);
        }
        if has_changed {
            self.rebuild(cx.now());
        }
        // Two moments of one timer are never the same.
        Duration(every.0.saturating_sub(rule.timeout.0).max(1))
    }

    fn ask_all(&mut self, cx: &mut impl Context<Server>, channel: u16, purpose: Purpose) {
        self.rounds = self.rounds.wrapping_add(1);
        if purpose == Purpose::Health {
            self.health_round = self.rounds;
        }
        for place in &self.candidates {
            let probe = Probe { channel, purpose, place: place.0, round: self.rounds };
            cx.send(self.node(*place), ServiceMessage::Control(Control::Probe(probe)));
        }
    }

    /// An instance has answered.
    pub(super) fn reported(&mut self, probe: Probe, report: Report) {
        match probe.purpose {
            Purpose::View => self.fleet.get_mut(Place(probe.place)).reported = Some(report),
            // An answer that took longer than it may is none.
            Purpose::Health if self.is_checking && probe.round == self.health_round => {
                self.health[probe.place as usize].has_answered = true;
            }
            Purpose::Health => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `true` for an answer: what is it after each round?
    fn seen(fall: u32, rise: u32, answers: &[bool]) -> Vec<bool> {
        let second = Duration::from_secs(1);
        let rule = HealthRule { every: second, timeout: second, fall, rise };
        let mut health = Health::AT_FIRST;
        let after = |answer: &bool| {
            health.has_answered = *answer;
            health.judge(&rule);
            health.is_up
        };
        answers.iter().map(after).collect()
    }

    #[test]
    fn an_instance_goes_down_and_comes_up_after_results_in_a_row() {
        let (yes, no) = (true, false);
        let answers = [yes, no, no, yes, no, no, no, yes, no, yes, yes, no];
        let expected = [yes, yes, yes, yes, yes, yes, no, no, no, no, yes, yes];
        assert_eq!(seen(3, 2, &answers), expected);
        assert_eq!(seen(1, 1, &answers), answers, "each counts by itself");
    }
}
