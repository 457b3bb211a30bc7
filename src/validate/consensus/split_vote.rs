//! Split votes and the length of elections, by the formulas of Ongaro's dissertation (*Consensus: Bridging Theory and Practice*,
//! Stanford 2014, §9.3 and the notes on its election model).
//!
//! His model: `s` of `n` servers are up, all their election timers begin at the same moment, timeouts are uniform over one and two
//! times a length that is 1 here. A candidate wins if it has asked enough servers before their own timers fire.

use crate::kernel::Duration;
use crate::kernel::math::powi;
use crate::spec::quantity::duration_text;
use crate::statistics::Estimate;

use super::super::CONFIDENCE;
use super::super::experiment::{Claim, Experiment};
use super::super::row::{Published, Unit};
use super::super::witness::{Awaits, Outcome};
use super::{Ballot, election, took_millis};

/// The shortest election timeout; the longest is twice as long.
const TIMEOUT: Duration = Duration::from_millis(100);
const SEEDS: u64 = 10_000;

const FIRST_TIMEOUT: &str = "Ongaro 2014, §9.3: the first of s uniform timeouts, 1/(s+1)";
const FIRST_TIMEOUT_EARLY: &str =
    "Ongaro 2014, §9.3: P(first of s timeouts <= x) = 1 - (1-x)^s, 68 % for s = 4, x = 1/4";
const SPLIT: &str = "Ongaro 2014, §9.3: split votes at a fixed one-way latency, a sum of binomial terms";
const SPLIT_RANDOM: &str =
    "Ongaro 2014, §9.3: split votes at random latencies, simulated there over 10,000 runs";
const TOTAL: &str =
    "Ongaro 2014, §9.3: expected time of an election, 1/(1-split) (1 + 1/(s+1) + L) + L + W - 1/4";

/// The expected first of `alive` timeouts, counted from the earliest possible, as a share of their range.
fn first_timeout(alive: u32) -> f64 {
    1.0 / (f64::from(alive) + 1.0)
}

/// How probable it is that the first of `alive` timeouts falls into the first `share` of their range.
fn first_timeout_within(share: f64, alive: u32) -> f64 {
    1.0 - power(1.0 - share, alive)
}

/// How probable it is that nobody wins the first round among `alive` of `servers`, when a message takes `latency`, as a share of the
/// range of timeouts. Nobody does when so many other timers fire before the first candidate's request arrives that too few are left to
/// give it a majority: `alive - floor(servers / 2)`. That many of uniform variates follow the first within `latency` as often as so
/// many, or more, of them all lie below it.
fn split(servers: u32, alive: u32, latency: f64) -> f64 {
    let others = alive - servers / 2;
    let term = |k: u32| binomial(alive, k) * power(latency, k) * power(1.0 - latency, alive - k);
    (others..=alive).map(term).sum()
}

/// The expected time from the crash of a leader to the next leader, in shortest election timeouts; `latency` is one way, the crash is
/// uniform over a heartbeat interval of half of that timeout, and a vote takes `write` to be durable.
fn total(servers: u32, alive: u32, latency: f64, write: f64) -> f64 {
    let rounds = 1.0 / (1.0 - split(servers, alive, latency));
    rounds * (1.0 + first_timeout(alive) + latency) + latency + write - 0.25
}

fn power(base: f64, exponent: u32) -> f64 {
    powi(base, exponent as i32)
}

fn binomial(n: u32, k: u32) -> f64 {
    (0..k).fold(1.0, |product, i| product * f64::from(n - i) / f64::from(i + 1))
}

/// What is simulated for a formula.
#[derive(Clone, Copy)]
struct Case {
    servers: u32,
    alive: u32,
    /// One way, as a share of the range of timeouts.
    latency: f64,
}

pub(super) fn experiments() -> Vec<Experiment> {
    let first = [(5, 3), (5, 4), (9, 8)]
        .map(|(servers, alive)| first_timeouts(Case { servers, alive, latency: 0.01 }));
    let cases = [
        (5, 4, 0.01),
        (5, 4, 0.1),
        (5, 4, 0.2),
        (5, 3, 0.2),
        (7, 6, 0.2),
        (9, 7, 0.2),
        (9, 6, 0.2),
        (9, 5, 0.2),
        (9, 5, 0.1),
    ];
    let fixed = cases.map(|(servers, alive, latency)| split_votes(Case { servers, alive, latency }));
    let random = [(4, 0.16), (3, 0.40)].map(|(alive, published)| split_votes_at_random(alive, published));
    let totals =
        [(4, 0.01), (4, 0.1), (3, 0.1)].map(|(alive, latency)| totals(Case { servers: 5, alive, latency }));
    first.into_iter().chain(fixed).chain(random).chain(totals).collect()
}

impl Case {
    fn ballot(self, name: &str, delay: String) -> Ballot {
        let (least, most) = (duration_text(TIMEOUT), duration_text(TIMEOUT * 2));
        Ballot {
            name: name.to_owned(),
            servers: self.servers,
            failed: self.servers - self.alive,
            delay,
            timeout: format!("uniform({least}, {most})"),
            heartbeat: TIMEOUT / 2,
        }
    }

    fn fixed_delay(self) -> String {
        format!("const({})", duration_text(times(TIMEOUT, self.latency)))
    }

    fn label(self) -> String {
        format!("{}-of-{}-{}pc", self.alive, self.servers, 100.0 * self.latency)
    }

    fn setup(self, latency: &str) -> String {
        let Case { servers, alive, .. } = self;
        format!(
            "Raft, {alive} of {servers} servers boot at once and elect their first leader; timeouts uniform over 1..2, one-way latency \
             {latency} of that, no disk or CPU time"
        )
    }

    fn experiment(self, name: String, scenario: String, setup: String, claims: Vec<Claim>) -> Experiment {
        Experiment {
            name,
            setup,
            scenario,
            set: Vec::new(),
            files: Vec::new(),
            awaits: Awaits::FirstLeader,
            seeds: SEEDS,
            is_random: true,
            is_thorough_only: false,
            claims,
        }
    }
}

fn times(length: Duration, factor: f64) -> Duration {
    Duration((length.0 as f64 * factor).round() as u64)
}

/// V1: when the first timer fires.
fn first_timeouts(case: Case) -> Experiment {
    let name = format!("first-timeout-{}-of-{}", case.alive, case.servers);
    let scenario = case.ballot(&name, case.fixed_delay()).scenario();
    let share = |outcome: &Outcome| (election(outcome).first_timeout.0 - TIMEOUT.0) as f64 / TIMEOUT.0 as f64;
    let mean = Claim {
        name: "mean".to_owned(),
        source: FIRST_TIMEOUT.to_owned(),
        unit: Unit::Multiple,
        published: Published::Exactly(first_timeout(case.alive)),
        tolerance: 0.01,
        estimate: Box::new(move |outcomes| {
            Estimate::mean(&outcomes.iter().map(share).collect::<Vec<_>>(), CONFIDENCE)
        }),
    };
    let early = Claim {
        name: "first-quarter".to_owned(),
        source: FIRST_TIMEOUT_EARLY.to_owned(),
        unit: Unit::Share,
        published: Published::Exactly(first_timeout_within(0.25, case.alive)),
        tolerance: 0.015,
        estimate: Box::new(move |outcomes| share_of(outcomes, |outcome| share(outcome) <= 0.25)),
    };
    case.experiment(name, scenario, case.setup(&case.latency.to_string()), vec![mean, early])
}

fn split_claim(source: &str, published: f64, tolerance: f64) -> Claim {
    Claim {
        name: String::new(),
        source: source.to_owned(),
        unit: Unit::Share,
        published: Published::Exactly(published),
        tolerance,
        estimate: Box::new(|outcomes| share_of(outcomes, |outcome| election(outcome).rounds > 1)),
    }
}

fn share_of(outcomes: &[Outcome], is_hit: impl Fn(&Outcome) -> bool) -> Estimate {
    let hits = outcomes.iter().filter(|outcome| is_hit(outcome)).count();
    Estimate::share(hits as u64, outcomes.len() as u64, CONFIDENCE)
}

/// V2: how often the first round has no winner.
fn split_votes(case: Case) -> Experiment {
    let name = format!("split-vote-{}", case.label());
    let scenario = case.ballot(&name, case.fixed_delay()).scenario();
    let published = split(case.servers, case.alive, case.latency);
    // Of what is rare, a tolerance as for a half would let anything pass.
    let tolerance = if published < 0.01 { 0.001 } else { 0.015 };
    let claim = split_claim(SPLIT, published, tolerance);
    case.experiment(name, scenario, case.setup(&case.latency.to_string()), vec![claim])
}

/// V3: the same where each message draws its latency. The figures were simulated, and are given to the percent.
fn split_votes_at_random(alive: u32, published: f64) -> Experiment {
    let case = Case { servers: 5, alive, latency: 0.15 };
    let name = format!("split-vote-{alive}-of-5-random");
    let law =
        format!("uniform({}, {})", duration_text(times(TIMEOUT, 0.1)), duration_text(times(TIMEOUT, 0.2)));
    let scenario = case.ballot(&name, law).scenario();
    let claim = split_claim(SPLIT_RANDOM, published, 0.02);
    case.experiment(name, scenario, case.setup("uniform over 0.1..0.2"), vec![claim])
}

/// V4: how long it takes from the crash of a leader to the next one. The formula begins every round with fresh timers, one latency after
/// the first timeout of the one before; a candidate's own timer begins up to that much earlier. So it may be too long by that for each
/// split vote, which is the tolerance, besides 0.01 for chance.
fn totals(case: Case) -> Experiment {
    let Case { servers, alive, latency } = case;
    let name = format!("election-time-{}", case.label());
    let ballot = Ballot {
        delay: "const(0ms)".to_owned(),
        failed: servers - 1 - alive,
        ..case.ballot(&name, String::new())
    };
    let (delay, crash) =
        (case.fixed_delay(), (duration_text(TIMEOUT * 50), duration_text(times(TIMEOUT, 50.5))));
    // What goes wrong before the crash took no time: the last heartbeat reached all at once. The formula counts from there.
    let scenario = ballot.scenario()
        + &format!(
            r#"
[fault.leader-crash]
every = "uniform({}, {})"
do = "crash"
target = "leader(kv)"

[fault.distance]
when = "fault-began(leader-crash)"
do = "delay"
delay = "{delay}"
target = "kv"
"#,
            crash.0, crash.1
        );
    let split = split(servers, alive, latency);
    let claim = Claim {
        name: String::new(),
        source: TOTAL.to_owned(),
        unit: Unit::Multiple,
        published: Published::Exactly(total(servers, alive, latency, 0.0)),
        tolerance: 0.01 + split / (1.0 - split) * latency,
        estimate: Box::new(|outcomes| {
            let scale = |millis: f64| millis / TIMEOUT.as_millis_f64();
            Estimate::mean(&took_millis(outcomes).into_iter().map(scale).collect::<Vec<_>>(), CONFIDENCE)
        }),
    };
    let setup = format!(
        "Raft, {servers} servers, {alive} left when the leader crashes, at any moment of a heartbeat interval of 1/2; timeouts uniform over \
         1..2, one-way latency L = {latency} from the crash on, no time to write (W = 0)"
    );
    Experiment { awaits: Awaits::NextLeader, ..case.experiment(name, scenario, setup, vec![claim]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_four_timeouts_comes_early_in_68_of_100_cases() {
        assert_eq!(first_timeout(4), 0.2);
        assert!((first_timeout_within(0.25, 4) - 0.6836).abs() < 1e-4);
    }

    /// The figures that the dissertation prints, to the digits that it has.
    #[test]
    fn the_formula_of_split_votes_gives_what_was_printed() {
        let printed = [
            (5, 4, 0.01, 0.0006, 0.00005),
            (5, 4, 0.1, 0.052, 0.0005),
            (5, 4, 0.2, 0.181, 0.0005),
            (5, 3, 0.2, 0.5, 0.02),
            (9, 7, 0.2, 0.15, 0.005),
            (9, 6, 0.2, 0.35, 0.006),
            (9, 5, 0.2, 0.7, 0.03),
            (7, 6, 0.2, 0.1, 0.005),
            (9, 5, 0.1, 0.4, 0.015),
        ];
        for (servers, alive, latency, figure, digits) in printed {
            let split = split(servers, alive, latency);
            assert!((split - figure).abs() <= digits, "{alive} of {servers} at {latency}: {split}");
        }
    }

    #[test]
    fn an_election_without_latency_takes_its_first_timeout() {
        assert!((total(5, 4, 0.0, 0.0) - 0.95).abs() < 1e-12);
        assert!((total(5, 4, 0.0, 0.5) - 1.45).abs() < 1e-12);
        // 1.3/(1 - 0.0523) + 0.1 - 0.25.
        assert!((total(5, 4, 0.1, 0.0) - 1.22174).abs() < 1e-4);
    }
}
