//! Services against closed forms of queueing theory and figures that others simulated.
//!
//! Each experiment is a scenario whose network takes no time, so that a client waits for queues and work alone. Work
//! has a mean of 10 ms, in which the figures count. Runs with seeds of their own begin with empty queues; what ends
//! in the warm-up does not count, and the interval is Student's over the means of runs.

mod balancing;
mod chapters;
mod fan_out;
mod formulas;
mod many_cores;
mod networks;
mod one_core;
mod orders;
mod shortest_queue;
mod sizes;

use crate::kernel::Duration;
use crate::spec::quantity::duration_text;
use crate::statistics::Estimate;

pub(in crate::validate) use chapters::CHAPTERS;

use super::CONFIDENCE;
use super::experiment::{Claim, Experiment};
use super::meter::{Requests, Served};
use super::row::{Published, Unit};
use super::witness::{Awaits, Outcome};

/// The unit of time of all figures: the mean work of a request.
const WORK: Duration = Duration::from_millis(10);
/// More requests than that, over all runs, are simulated at the thorough effort only.
const USUAL_MAX: f64 = 1e7;

/// How a world of services is set up, and for how long it is run.
struct Bench {
    name: String,
    /// What is simulated, in words, but for what all have in common.
    setup: String,
    /// The systems, as TOML.
    systems: String,
    /// The system that is asked.
    target: &'static str,
    /// Requests that arrive in a mean work, by a Poisson process unless `arrival` says otherwise.
    rate: f64,
    /// How they arrive, if otherwise, as a law.
    arrival: Option<String>,
    /// The kinds of requests, as TOML, if there are several.
    request: Option<&'static str>,
    /// Requests of all runs together that are measured, about.
    requests: f64,
    /// What does not count at the beginning of a run, in mean works.
    warmup: f64,
    /// Runs.
    seeds: u64,
    /// Requests that take longer are counted, in mean works.
    late: f64,
}

impl Bench {
    /// A bench of the target `server` with what most have in common: a warm-up long enough for one core at this load
    /// and variation of work, by ten times the time in which an M/M/1 queue forgets how it began, 1/(1 -
    /// sqrt(load))^2 mean works.
    fn new(name: String, load: f64, variation: f64, requests: f64) -> Bench {
        let forgets = 1.0 - load.sqrt();
        Bench {
            name,
            setup: String::new(),
            systems: String::new(),
            target: "server",
            rate: load,
            arrival: None,
            request: None,
            requests,
            warmup: 10.0 * (1.0 + variation) / 2.0 / (forgets * forgets),
            seeds: 24,
            late: 1e9,
        }
    }

    /// How long a run is measured, in mean works.
    fn measured(&self) -> f64 {
        self.requests / self.seeds as f64 / self.rate
    }

    fn scenario(&self) -> String {
        let Bench { name, systems, target, .. } = self;
        let poisson = format!("poisson({}/s)", self.rate / WORK.as_secs_f64());
        let arrival = self.arrival.as_ref().unwrap_or(&poisson);
        let request = self.request.map_or(String::new(), |request| format!("request = {request}\n"));
        let (duration, warmup) = (works(self.warmup.ceil() + self.measured()), works(self.warmup.ceil()));
        format!(
            r#"schema = 1
name = "{name}"
duration = "{duration}"
warmup = "{warmup}"

[network]
default = {{ jitter = "const(0ms)" }}

[[network.link]]
from = "lan"
to = "lan"
delay = "0ms"

{systems}
[workload.clients]
target = "{target}"
arrival = "{arrival}"
timeout = "24h"
{request}"#
        )
    }

    /// The experiment whose runs are held to these.
    fn held_to(self, claims: Vec<Claim>) -> Experiment {
        let all = self.rate * (self.warmup + self.measured()) * self.seeds as f64;
        let count = (self.measured() * self.rate).round();
        let setup = format!(
            "{}; no time on the network, in mean works of 10 ms, {count} requests a run after {} mean works of warm-up",
            self.setup,
            self.warmup.ceil()
        );
        Experiment {
            setup,
            scenario: self.scenario(),
            set: Vec::new(),
            files: Vec::new(),
            awaits: Awaits::Served { late: Duration((self.late * WORK.0 as f64) as u64) },
            seeds: self.seeds,
            is_random: true,
            is_thorough_only: all > USUAL_MAX,
            claims,
            name: self.name,
        }
    }
}

/// So many mean works, as a scenario writes them, to the microsecond.
fn works(count: f64) -> String {
    let micros = (count * WORK.0 as f64 / 1e3).round();
    duration_text(Duration(micros as u64 * 1_000))
}

/// A service of so many instances with one core each, unless `rest` says otherwise, in front of which nobody loses
/// patience.
fn service(name: &str, nodes: u32, rest: &str) -> String {
    format!("[system.{name}]\ntype = \"service\"\nnodes = {nodes}\ntimeout = \"24h\"\n{rest}\n")
}

/// A claim on the mean over runs of what each comes to.
fn claim(
    name: &str,
    source: &str,
    unit: Unit,
    figure: f64,
    tolerance: f64,
    of_run: impl Fn(&Served) -> f64 + Sync + 'static,
) -> Claim {
    Claim {
        name: name.to_owned(),
        source: source.to_owned(),
        unit,
        published: Published::Exactly(figure),
        tolerance,
        estimate: Box::new(move |outcomes: &[Outcome]| {
            let figures: Vec<f64> = outcomes.iter().map(|outcome| of_run(&outcome.served)).collect();
            Estimate::mean_of_runs(&figures, CONFIDENCE)
        }),
    }
}

/// A claim on the mean time that requests take, to that share of it.
fn mean_time(source: &str, figure: f64, share: f64) -> Claim {
    claim("mean", source, Unit::Multiple, figure, share * figure, |served| time_of(&all_requests(served)))
}

/// A claim on the mean number of requests at the system in the `system`-th place, to that share of it.
fn in_system(source: &str, system: usize, figure: f64, share: f64) -> Claim {
    claim("in-system", source, Unit::Multiple, figure, share * figure, move |served| {
        served.visits[system].in_system as f64 / served.measured.0 as f64
    })
}

/// A claim on the share of requests at that system that have to wait.
fn waits(source: &str, system: usize, figure: f64, tolerance: f64) -> Claim {
    claim("waits", source, Unit::Share, figure, tolerance, move |served| {
        served.visits[system].waited as f64 / served.visits[system].ended as f64
    })
}

/// A claim on the share of the core-time of that system's `cores`, over all instances, that is busy.
fn utilisation(name: &str, source: &str, system: usize, cores: u32, figure: f64, tolerance: f64) -> Claim {
    claim(name, source, Unit::Share, figure, tolerance, move |served| {
        served.visits[system].busy as f64 / served.measured.0 as f64 / f64::from(cores)
    })
}

/// A claim on the share of requests that are refused.
fn refused(source: &str, figure: f64, tolerance: f64) -> Claim {
    claim("refused", source, Unit::Share, figure, tolerance, |served| {
        let all = all_requests(served);
        all.failed as f64 / (all.failed + all.answered) as f64
    })
}

/// A claim on the share of answered requests that take longer than the bench's `late`.
fn late(name: &str, source: &str, figure: f64, tolerance: f64) -> Claim {
    claim(name, source, Unit::Share, figure, tolerance, |served| {
        let all = all_requests(served);
        all.late as f64 / all.answered as f64
    })
}

/// Mean time of answered requests, in mean works.
fn time_of(requests: &Requests) -> f64 {
    requests.latency as f64 / requests.answered as f64 / WORK.0 as f64
}

/// The requests of all kinds.
fn all_requests(served: &Served) -> Requests {
    served.requests.iter().flatten().fold(Requests::default(), |sum, one| Requests {
        answered: sum.answered + one.answered,
        failed: sum.failed + one.failed,
        latency: sum.latency + one.latency,
        late: sum.late + one.late,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::experiment::Effort;
    use super::super::row::Verdict;
    use super::*;

    fn experiments() -> Vec<Experiment> {
        CHAPTERS.iter().flat_map(|chapter| (chapter.experiments)()).collect()
    }

    fn experiment(name: &str) -> Experiment {
        experiments().into_iter().find(|one| one.name == name).unwrap_or_else(|| panic!("there is no {name}"))
    }

    /// The verdicts of its rows, with their names and figures, over so few runs that it is cheap: tolerances are the
    /// wider by the root of that.
    fn shortened(mut experiment: Experiment, runs: u64) -> Vec<(String, Verdict, f64)> {
        let share = runs as f64 / experiment.seeds as f64;
        experiment.seeds = runs;
        for claim in &mut experiment.claims {
            claim.tolerance /= share.sqrt();
        }
        let rows = experiment.run("services", Effort::Usual, 2).expect("it can be run");
        rows.into_iter().map(|row| (row.name, row.verdict, row.simulated.value)).collect()
    }

    #[test]
    fn names_are_unique_and_begin_no_other_of_another_kind() {
        let all = experiments();
        let names: BTreeSet<String> = all.iter().flat_map(Experiment::rows).collect();
        assert_eq!(names.len(), all.iter().map(|one| one.claims.len()).sum::<usize>());
        assert!(all.iter().any(|one| one.is_thorough_only) && all.iter().any(|one| !one.is_thorough_only));
    }

    /// A row of each family that takes little.
    #[test]
    fn rows_hold_with_few_runs() {
        let some = [
            "mm1-50pc",
            "mm1k-5-80pc",
            "erlang-b-5-3-exponential",
            "erlang-b-10-8-constant",
            "sjf-exponential-50pc",
            "srpt-exponential-50pc",
            "processor-sharing-constant",
            "priority-preemptive",
            "tandem-50pc",
            "jackson",
            "shorter-of-two-50pc",
            "supermarket-100-50pc",
            "fork-join-2-50pc",
            "fan-out-tail-10",
            "fan-out-10",
        ];
        for name in some {
            for (row, verdict, simulated) in shortened(experiment(name), 6) {
                assert_ne!(verdict, Verdict::Violated, "{row}: {simulated}");
            }
        }
    }

    /// What is wrong in a simulated world shows: more work than is said, another discipline, another law, a network
    /// that takes time, balancing that looks at less, leaves that nobody waits for.
    #[test]
    fn a_service_that_is_wrong_is_violated() {
        let changes = [
            ("mm1-50pc", "exp(10ms)", "exp(10.5ms)"),
            ("mm1-50pc", "delay = \"0ms\"", "delay = \"1ms\""),
            ("mm1-50pc", "exp(10ms)", "const(10ms)"),
            ("mm1k-5-80pc", "limit = 5", "limit = 6"),
            ("erlang-b-5-3-exponential", "limit = 5", "limit = 6"),
            ("erlang-b-10-8-constant", "delay = \"0ms\"", "delay = \"1ns\""),
            ("sjf-exponential-50pc", "\"sjf\"", "\"fifo\""),
            ("srpt-exponential-50pc", "\"srpt\"", "\"sjf\""),
            ("processor-sharing-constant", "\"processor-sharing\"", "\"fifo\""),
            ("priority", "priority = 1", "priority = 0"),
            ("priority-preemptive", "\"priority-preemptive\"", "\"priority\""),
            ("tandem-50pc", "{ call = \"second\" }", "{ work = \"const(0ms)\" }"),
            ("jackson", "share = \"30%\"", "share = \"20%\""),
            ("shorter-of-two-50pc", "join-shortest-queue", "round-robin"),
            ("supermarket-100-50pc", "power-of-d(2)", "power-of-d(3)"),
            ("fork-join-2-50pc", "fan_out = 2", "fan_out = 2, wait = 1"),
            ("fork-join-2-50pc", "policy = \"round-robin\"", "policy = \"random\""),
            ("fan-out-tail-10", "0.01: const(1s)", "0.015: const(1s)"),
            ("fan-out-10", "fan_out = 10", "fan_out = 12"),
        ];
        for (name, from, to) in changes {
            let mut changed = experiment(name);
            assert!(changed.scenario.contains(from), "{name} has no {from}: {}", changed.scenario);
            changed.scenario = changed.scenario.replace(from, to);
            let verdicts = shortened(changed, 6);
            assert!(
                verdicts.iter().any(|(_, verdict, _)| *verdict == Verdict::Violated),
                "{name} with {to}: {verdicts:?}"
            );
        }
    }
}
