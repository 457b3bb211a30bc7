//! Disciplines of one core: those whose mean does not hang on the law of the work, those that go by the work, and
//! priorities.

use super::super::experiment::Experiment;
use super::super::row::Unit;
use super::formulas::{mg1, mm1, priorities};
use super::one_core::{CONSTANT, EXPONENTIAL, HYPER, Law, one_server, pareto};
use super::sizes::{HEAVY, Size};
use super::{Bench, claim, in_system, mean_time, time_of};

const INSENSITIVE: &str = "M/G/1 by processor sharing or preemptive last come, first served: 1/(1-r), load r, \
     whatever the law (Kleinrock, Queueing Systems II, 1976, §4.4; Sakata, Noguchi and Oizumi 1971)";
const BLIND: &str =
    "M/G/1 by an order that does not ask for the work: the mean of first come, first served (Pollaczek 1930)";
const SHORTEST_JOB: &str = "M/G/1, shortest job first (Phipps, Operations Research 4, 1956)";
const SHORTEST_REMAINING: &str =
    "M/G/1, shortest remaining processing time (Schrage and Miller, Operations Research 14, 1966)";
const PRIORITY: &str = "M/M/1 with two classes (Cobham, Operations Research 2, 1954)";

pub(super) fn experiments() -> Vec<Experiment> {
    let shared =
        [(CONSTANT, 1e6, 0.03), (EXPONENTIAL, 1.2e6, 0.03), (HYPER, 2e6, 0.03), (pareto(), 2e6, 0.06)]
            .map(|(law, requests, share)| insensitive("processor-sharing", law, requests, share));
    let interrupted = insensitive("lifo-preemptive", HYPER, 2e6, 0.04);
    let blind = ["lifo", "siro"].map(blind);
    let exponential = Size::Exponential;
    let jobs = [
        shortest_job(exponential, 0.5, 5e5, 0.02),
        shortest_job(exponential, 0.8, 5e5, 0.03),
        shortest_job(exponential, 0.9, 2e6, 0.03),
        shortest_job(HEAVY, 0.8, 2e8, 0.15),
    ];
    let remaining = [
        shortest_remaining(exponential, 0.5, 5e5, 0.02),
        shortest_remaining(exponential, 0.8, 6e5, 0.03),
        shortest_remaining(exponential, 0.9, 2e6, 0.03),
        shortest_remaining(HEAVY, 0.8, 1.2e6, 0.05),
    ];
    let classes = [classes(false), classes(true)];
    let all = shared.into_iter().chain([interrupted]).chain(blind).chain(jobs).chain(remaining);
    all.chain(classes).collect()
}

fn discipline(name: &str) -> String {
    format!("queue = {{ discipline = \"{name}\" }}")
}

fn percent(load: f64) -> u32 {
    (100.0 * load).round() as u32
}

fn insensitive(name: &str, law: Law, requests: f64, share: f64) -> Experiment {
    let load = 0.8;
    let bench = Bench {
        setup: format!("One core, {name}, {} work (C^2 = {:.2}), load {load}", law.name, law.variation),
        systems: one_server(law.text, &discipline(name)),
        ..Bench::new(format!("{name}-{}", law.name), load, law.variation, requests)
    };
    bench.held_to(vec![
        mean_time(INSENSITIVE, mm1(load), share),
        in_system(INSENSITIVE, 0, load * mm1(load), share),
    ])
}

fn blind(name: &str) -> Experiment {
    let load = 0.8;
    let bench = Bench {
        setup: format!("One core, {name}, {} work, load {load}", CONSTANT.name),
        systems: one_server(CONSTANT.text, &discipline(name)),
        ..Bench::new(format!("{name}-{}", CONSTANT.name), load, 0.0, 1e6)
    };
    bench.held_to(vec![mean_time(BLIND, mg1(load, 0.0), 0.03)])
}

fn sized(name: &str, size: Size, load: f64, requests: f64) -> Bench {
    let law = if size == HEAVY { pareto() } else { EXPONENTIAL };
    Bench {
        setup: format!("One core, {name}, {} work, load {load}", law.name),
        systems: one_server(law.text, &discipline(name)),
        ..Bench::new(format!("{name}-{}-{}pc", law.name, percent(load)), load, law.variation, requests)
    }
}

fn shortest_job(size: Size, load: f64, requests: f64, share: f64) -> Experiment {
    let claim = mean_time(SHORTEST_JOB, size.shortest_job(load), share);
    sized("sjf", size, load, requests).held_to(vec![claim])
}

fn shortest_remaining(size: Size, load: f64, requests: f64, share: f64) -> Experiment {
    let claim = mean_time(SHORTEST_REMAINING, size.shortest_remaining(load), share);
    sized("srpt", size, load, requests).held_to(vec![claim])
}

/// Two classes, of which the first, three of eight requests, goes before the second.
fn classes(is_preemptive: bool) -> Experiment {
    let name = if is_preemptive { "priority-preemptive" } else { "priority" };
    let loads = [0.3, 0.5];
    let bench = Bench {
        setup: format!(
            "One core, {name}, exponential work, load {} of the first class and {} of the second",
            loads[0], loads[1]
        ),
        systems: one_server(EXPONENTIAL.text, &discipline(name)),
        request: Some(
            "[{ path = \"/first\", priority = 0, weight = 3 }, { path = \"/second\", priority = 1, weight = 5 }]",
        ),
        ..Bench::new(name.to_owned(), loads[0] + loads[1], 1.0, 1.5e6)
    };
    let times = priorities(loads, is_preemptive);
    let of_class = |class: usize, name: &str, share: f64| {
        claim(name, PRIORITY, Unit::Multiple, times[class], share * times[class], move |served| {
            time_of(&served.requests[0][class])
        })
    };
    bench.held_to(vec![of_class(0, "first", 0.015), of_class(1, "second", 0.04)])
}
