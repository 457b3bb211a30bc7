//! Balancing over many servers: the shortest of two queues, and the supermarket model.

use super::super::experiment::Experiment;
use super::super::row::Unit;
use super::formulas::supermarket;
use super::{Bench, claim, mean_time, service, shortest_queue, waits};

const SHORTEST: &str = "Join the shorter of two queues: the Markov chain (Kingman, Annals of Mathematical Statistics 32, 1961), solved";
const LIMIT: &str = "The supermarket model's fixed point: sum of r^((d^i-d)/(d-1)), load r (Mitzenmacher, IEEE TPDS 12, 2001, §2)";
const SIMULATED: &str =
    "The supermarket model with 100 servers, as simulated by Mitzenmacher (IEEE TPDS 12, 2001, table 1)";

pub(super) fn experiments() -> Vec<Experiment> {
    let two = [(0.5, 1e6, 0.01), (0.7, 1e6, 0.02), (0.8, 2e6, 0.02), (0.9, 6e6, 0.04)]
        .map(|(load, requests, share)| shorter_of_two(load, requests, share));
    let hundred = [
        (0.5, 1.2673, 1e6, 0.01),
        (0.7, 1.6202, 1e6, 0.01),
        (0.8, 1.9585, 1e6, 0.01),
        (0.9, 2.6454, 1e6, 0.01),
        (0.95, 3.4610, 2e6, 0.01),
        (0.99, 5.9275, 4e7, 0.05),
    ]
    .map(|(load, simulated, requests, share)| hundred(load, simulated, requests, share));
    let many = [(2, 0.5), (2, 0.7), (2, 0.9), (3, 0.9), (5, 0.7), (5, 0.9)].map(|(d, load)| many(d, load));
    let most = [(2, 0.99), (3, 0.99), (5, 0.99)].map(|(d, load)| many_at_the_edge(d, load));
    two.into_iter().chain(hundred).chain([at_random(0.8)]).chain(many).chain(most).collect()
}

/// Requests through one gateway, which knows how many it has open at each of the servers: all that are there.
fn balanced(name: String, servers: u32, policy: &str, load: f64, requests: f64) -> Bench {
    let gateway = format!(
        "[system.front]\ntype = \"gateway\"\nnodes = 1\nroutes = [{{ to = \"server\", policy = \"{policy}\" }}]\n"
    );
    Bench {
        setup: format!(
            "{servers} servers of one core behind one gateway, {policy}, exponential work, load {load}"
        ),
        systems: service("server", servers, "cores = 1\nwork = \"exp(10ms)\"") + "\n" + &gateway,
        target: "front",
        rate: f64::from(servers) * load,
        ..Bench::new(name, load, 1.0, requests)
    }
}

fn percent(load: f64) -> u32 {
    (100.0 * load).round() as u32
}

fn shorter_of_two(load: f64, requests: f64, share: f64) -> Experiment {
    let name = format!("shorter-of-two-{}pc", percent(load));
    let time = shortest_queue::mean_time(load);
    balanced(name, 2, "join-shortest-queue", load, requests).held_to(vec![mean_time(SHORTEST, time, share)])
}

/// Two different servers are drawn: the figures printed are those of draws without replacement.
fn hundred(load: f64, simulated: f64, requests: f64, share: f64) -> Experiment {
    let name = format!("supermarket-100-{}pc", percent(load));
    let bench = balanced(name, 100, "power-of-d(2)", load, requests);
    bench.held_to(vec![mean_time(SIMULATED, simulated, share)])
}

/// Of one draw nothing is chosen: each server is an M/M/1 queue.
fn at_random(load: f64) -> Experiment {
    let bench = Bench {
        seeds: 12,
        ..balanced(format!("supermarket-1-{}pc", percent(load)), 100, "random", load, 4e6)
    };
    bench.held_to(vec![mean_time(LIMIT, supermarket(1, load), 0.03), waits(LIMIT, 0, load, 0.01)])
}

/// Servers in whose number what they differ by from infinitely many vanishes: it falls as one over it.
const MANY: u32 = 2_000;

fn many_of(choices: u32, load: f64, requests: f64) -> Bench {
    let name = format!("supermarket-{choices}-{}pc", percent(load));
    balanced(name, MANY, &format!("power-of-d({choices}, replacement=true)"), load, requests)
}

fn many(choices: u32, load: f64) -> Experiment {
    // With two choices or more a queue is short, and forgets as soon as one of half the load or less does, many times over.
    let bench = Bench { seeds: 6, warmup: 60.0, ..many_of(choices, load, 1.5e6) };
    bench.held_to(vec![
        mean_time(LIMIT, supermarket(choices, load), 0.01),
        // Those who find all that they draw busy.
        claim("waits", LIMIT, Unit::Share, waits_at(choices, load), 0.01, |served| {
            served.visits[0].waited as f64 / served.visits[0].ended as f64
        }),
    ])
}

fn many_at_the_edge(choices: u32, load: f64) -> Experiment {
    let bench = Bench { seeds: 8, warmup: 1_000.0, ..many_of(choices, load, 1.6e7) };
    bench.held_to(vec![mean_time(LIMIT, supermarket(choices, load), 0.02)])
}

/// How often a request waits: if all that it draws are busy.
fn waits_at(choices: u32, load: f64) -> f64 {
    crate::kernel::math::powi(load, choices as i32)
}
