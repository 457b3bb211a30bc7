//! Services against closed forms of queueing theory and figures that others simulated.
//!
//! Each experiment is a scenario whose network takes no time, so that a client waits for queues and work alone. Work has a mean of 10 ms, in
//! which the figures count. Runs with seeds of their own begin with empty queues; what begins in the warm-up does not count, and the
//! interval is Student's over the means of runs.

mod balancing;
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

use super::estimate::Estimate;
use super::experiment::{Claim, Experiment};
use super::meter::{Requests, Served};
use super::row::{Published, Unit};
use super::witness::{Awaits, Outcome};

/// Every experiment, in the order of the table.
pub(super) fn experiments() -> Vec<Experiment> {
    let families = [
        one_core::experiments(),
        many_cores::experiments(),
        orders::experiments(),
        networks::experiments(),
        balancing::experiments(),
        fan_out::experiments(),
    ];
    families.into_iter().flatten().collect()
}

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
    /// A bench of the target `server` with what most have in common: a warm-up long enough for one core at this load and variation
    /// of work, by ten times the time in which an M/M/1 queue forgets how it began, 1/(1 - sqrt(load))^2 mean works.
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

/// A service of so many instances with one core each, unless `rest` says otherwise, in front of which nobody loses patience.
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
            Estimate::mean_of_runs(&figures)
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
