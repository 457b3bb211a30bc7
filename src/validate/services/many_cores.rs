//! Many cores before one queue: M/M/c, and Erlang's loss system, whose figures do not hang on the law of the work.

use super::super::experiment::Experiment;
use super::formulas::{erlang_b, erlang_c, mmc};
use super::one_core::{CONSTANT, EXPONENTIAL, HYPER, Law, pareto};
use super::{Bench, in_system, mean_time, refused, service, utilisation, waits};

const ERLANG_C: &str = "M/M/c: Erlang's C (Erlang 1917; Kleinrock, Queueing Systems I, 1975, §3.5)";
const ERLANG_B: &str = "M/G/c/c: Erlang's B, whatever the law of the work (Erlang 1917; Sevast'yanov 1957)";

pub(super) fn experiments() -> Vec<Experiment> {
    let queues = [
        (2, 0.8, 1e6, 0.03),
        (4, 0.8, 1e6, 0.03),
        (8, 0.8, 1e6, 0.02),
        (2, 0.9, 2e6, 0.04),
        (10, 0.9, 2e6, 0.03),
        (100, 0.95, 2e7, 0.01),
    ]
    .map(|(cores, load, requests, share)| queue(cores, load, requests, share));
    let exponential = [(5, 3.0), (10, 5.0), (10, 8.0), (20, 15.0), (100, 90.0)]
        .map(|(cores, offered)| loss(cores, offered, EXPONENTIAL));
    let others = [CONSTANT, HYPER, pareto()].map(|law| loss(10, 8.0, law));
    queues.into_iter().chain(exponential).chain(others).collect()
}

fn queue(cores: u32, load: f64, requests: f64, share: f64) -> Experiment {
    let usual = Bench::new(format!("mmc-{cores}-{}pc", (100.0 * load).round()), load, 1.0, requests);
    let bench = Bench {
        setup: format!("{cores} cores, one queue, exponential work, load {load}"),
        systems: service("server", 1, &format!("cores = {cores}\nwork = \"{}\"", EXPONENTIAL.text)),
        rate: f64::from(cores) * load,
        // It forgets by the rate (sqrt(c) - sqrt(c load))^2, and no sooner than the work takes that is there.
        warmup: usual.warmup / f64::from(cores) + 20.0,
        ..usual
    };
    bench.held_to(vec![
        mean_time(ERLANG_C, mmc(cores, load), share),
        waits(ERLANG_C, 0, erlang_c(cores, load), 0.01),
        utilisation("utilisation", ERLANG_C, 0, cores, load, 0.005),
    ])
}

fn loss(cores: u32, offered: f64, law: Law) -> Experiment {
    let blocked = erlang_b(cores, offered);
    // What is refused seldom, or for as long as the longest work lasts, takes more.
    let requests = if blocked < 0.03 || law.variation > 5.0 { 1.5e6 } else { 6e5 };
    let bench = Bench {
        setup: format!("{cores} cores and no place to wait, {offered} erlang offered, {} work", law.name),
        systems: service(
            "server",
            1,
            &format!("cores = {cores}\nqueue = {{ limit = {cores} }}\nwork = \"{}\"", law.text),
        ),
        rate: offered,
        // The longest work: without a queue nothing lasts longer.
        warmup: if law.variation > 5.0 { 3_400.0 } else { 100.0 },
        ..Bench::new(format!("erlang-b-{cores}-{offered}-{}", law.name), 0.5, law.variation, requests)
    };
    let share = if law.variation > 5.0 { 0.02 } else { 0.01 };
    // Nobody waits: where all work is alike, all times are, to the nanosecond.
    let exactly = if law.variation == 0.0 { 1e-7 } else { share };
    let carried = offered * (1.0 - blocked);
    bench.held_to(vec![
        refused(ERLANG_B, blocked, 0.05 * blocked),
        in_system(ERLANG_B, 0, carried, share),
        mean_time(ERLANG_B, 1.0, exactly),
    ])
}
