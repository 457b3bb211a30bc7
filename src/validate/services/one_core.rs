//! One core: M/M/1, other laws of work and of arrivals, few places, and a closed loop.

use super::super::experiment::Experiment;
use super::super::row::Unit;
use super::formulas::{Finite, closed_loop, dm1, mg1, mm1};
use super::sizes::HEAVY;
use super::{
    Bench, WORK, all_requests, claim, in_system, late, mean_time, refused, service, utilisation, waits,
};

const MM1: &str = "M/M/1: 1/(1-r), load r (Kleinrock, Queueing Systems I, 1975, §3.2)";
const MG1: &str = "M/G/1: 1 + r (1+C^2) / (2 (1-r)), load r (Pollaczek 1930, Khinchine 1932)";
const DM1: &str = "D/M/1: 1/(1-s), s = exp(-(1-s)/r), load r (Kleinrock, Queueing Systems I, 1975, §6.4)";
const FINITE: &str = "M/M/1/K: a truncated geometric law (Kleinrock, Queueing Systems I, 1975, §3.6)";
const CLOSED: &str = "Exact mean value analysis of a closed loop (Reiser and Lavenberg, JACM 27, 1980)";

/// A law of work with a mean of 1.
#[derive(Clone, Copy)]
pub(super) struct Law {
    pub(super) name: &'static str,
    /// As a scenario has it.
    pub(super) text: &'static str,
    /// Squared coefficient of variation.
    pub(super) variation: f64,
}

pub(super) const CONSTANT: Law = Law { name: "constant", text: "const(10ms)", variation: 0.0 };
pub(super) const EXPONENTIAL: Law = Law { name: "exponential", text: "exp(10ms)", variation: 1.0 };
pub(super) const HYPER: Law =
    Law { name: "hyperexponential", text: "hyperexp(mean=10ms, cv=2)", variation: 4.0 };
/// Its mean is twice its scale, as the gamma function of 3 is 2; its second moment 24 squares of the scale, of 5.
pub(super) const WEIBULL: Law =
    Law { name: "weibull", text: "weibull(scale=5ms, shape=0.5)", variation: 5.0 };

/// The law of [`HEAVY`].
pub(super) fn pareto() -> Law {
    let text = "bounded_pareto(low=3.367ms, high=33.67s, shape=1.5)";
    Law { name: "bounded-pareto", text, variation: HEAVY.variation() }
}

pub(super) fn experiments() -> Vec<Experiment> {
    let mm1 = [(0.5, 1e6, 0.02), (0.8, 2.5e6, 0.02), (0.9, 2.5e6, 0.04), (0.95, 4e7, 0.04)]
        .map(|(load, requests, share)| exponential(load, requests, share));
    let mg1 = [
        any_law(CONSTANT, 0.8, 1e6, 0.03),
        any_law(HYPER, 0.5, 1e6, 0.03),
        any_law(HYPER, 0.8, 1.5e6, 0.05),
        any_law(WEIBULL, 0.8, 1.5e6, 0.06),
        any_law(pareto(), 0.5, 1e8, 0.15),
    ];
    let finite = [few_places(5, 0.8), few_places(10, 1.2)];
    let rest = [even_arrivals(0.8), terminals(10)];
    mm1.into_iter().chain(mg1).chain(finite).chain(rest).collect()
}

fn percent(load: f64) -> String {
    format!("{}pc", (100.0 * load).round())
}

pub(super) fn one_server(work: &str, queue: &str) -> String {
    service("server", 1, &format!("cores = 1\nwork = \"{work}\"\n{queue}"))
}

fn exponential(load: f64, requests: f64, share: f64) -> Experiment {
    let mean = mm1(load);
    // -ln(0.01) times the mean: the time is exponential.
    let ninety_nine = 4.605_170_186 * mean;
    let bench = Bench {
        setup: format!("One core, exponential work, load {load}"),
        systems: one_server(EXPONENTIAL.text, ""),
        late: ninety_nine,
        ..Bench::new(format!("mm1-{}", percent(load)), load, 1.0, requests)
    };
    let slow = format!("later-than-p99-of-{ninety_nine:.1}");
    bench.held_to(vec![
        mean_time(MM1, mean, share),
        in_system(MM1, 0, load * mean, share),
        waits(MM1, 0, load, 0.2 * share),
        utilisation("utilisation", MM1, 0, 1, load, 0.2 * share),
        late(&slow, MM1, 0.01, if load < 0.9 { 0.002 } else { 0.004 }),
    ])
}

fn any_law(law: Law, load: f64, requests: f64, share: f64) -> Experiment {
    let bench = Bench {
        setup: format!(
            "One core, first come, first served, {} work (C^2 = {:.2}), load {load}",
            law.name, law.variation
        ),
        systems: one_server(law.text, ""),
        ..Bench::new(format!("mg1-{}-{}", law.name, percent(load)), load, law.variation, requests)
    };
    bench.held_to(vec![
        mean_time(MG1, mg1(load, law.variation), share),
        // An arrival finds the core busy as often as that is, whatever the law.
        waits(MG1, 0, load, 0.005),
    ])
}

fn few_places(places: u32, load: f64) -> Experiment {
    let Finite { blocked, in_system: number, utilisation: busy, time } = Finite::new(places, load);
    let bench = Bench {
        setup: format!(
            "One core, exponential work, load {load}, {places} places, the one in service included"
        ),
        systems: one_server(EXPONENTIAL.text, &format!("queue = {{ limit = {places} }}")),
        // It forgets within 1/(1 + r - 2 sqrt(r) cos(pi / (K + 1))) mean works: about ten at most here.
        warmup: 1_000.0,
        ..Bench::new(format!("mm1k-{places}-{}", percent(load)), load, 1.0, 1e6)
    };
    bench.held_to(vec![
        refused(FINITE, blocked, 0.004),
        mean_time(FINITE, time, 0.01),
        in_system(FINITE, 0, number, 0.01),
        utilisation("utilisation", FINITE, 0, 1, busy, 0.005),
    ])
}

/// Arrivals at equal distances.
fn even_arrivals(load: f64) -> Experiment {
    let bench = Bench {
        setup: format!("One core, exponential work, arrivals at equal distances, load {load}"),
        systems: one_server(EXPONENTIAL.text, ""),
        arrival: Some(format!("constant({}/s)", load / WORK.as_secs_f64())),
        ..Bench::new(format!("dm1-{}", percent(load)), load, 1.0, 1e6)
    };
    let time = dm1(load);
    bench.held_to(vec![mean_time(DM1, time, 0.02), waits(DM1, 0, 1.0 - 1.0 / time, 0.01)])
}

/// A closed loop.
fn terminals(clients: u32) -> Experiment {
    let think = 10.0;
    let [time, rate] = closed_loop(clients, think);
    let bench = Bench {
        setup: format!(
            "One core, exponential work, a closed loop of {clients} clients that think for exp({think}) mean works"
        ),
        systems: one_server(EXPONENTIAL.text, ""),
        rate,
        arrival: Some(format!("closed(clients={clients}, think=exp({}))", super::works(think))),
        warmup: 1_000.0,
        ..Bench::new(format!("closed-loop-{clients}"), 0.5, 1.0, 5e5)
    };
    bench.held_to(vec![
        mean_time(CLOSED, time, 0.015),
        claim("throughput", CLOSED, Unit::Multiple, rate, 0.01 * rate, |served| {
            all_requests(served).answered as f64 / served.measured.0 as f64 * WORK.0 as f64
        }),
    ])
}
