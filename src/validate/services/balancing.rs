//! Balancing over many servers: the shortest of two queues, and the supermarket model.

use super::super::experiment::Experiment;
use super::formulas::supermarket;
use super::{Bench, mean_time, service, shortest_queue, waits};

const SHORTEST: &str =
    "The shorter of two queues: the Markov chain (Kingman, Ann. Math. Stat. 32, 1961), solved";
const LIMIT: &str =
    "The supermarket model: sum of r^((d^i-d)/(d-1)), load r (Mitzenmacher, IEEE TPDS 12, 2001)";
const SIMULATED: &str =
    "The supermarket model with 100 servers, as simulated by Mitzenmacher (IEEE TPDS 12, 2001, table 1)";

pub(super) fn experiments() -> Vec<Experiment> {
    let two = [(0.5, 5e5, 0.02), (0.7, 1e6, 0.02), (0.8, 1e6, 0.03), (0.9, 2e6, 0.04)]
        .map(|(load, requests, share)| shorter_of_two(load, requests, share));
    let hundred = [
        (0.5, 1.2673, 6e5, 0.01),
        (0.7, 1.6202, 8e5, 0.01),
        (0.8, 1.9585, 1.5e6, 0.01),
        (0.9, 2.6454, 2e6, 0.015),
        (0.95, 3.4610, 3e7, 0.01),
        (0.99, 5.9275, 6e7, 0.05),
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

/// Mean works after which servers of which each request takes the shorter of two or more queues have forgotten that
/// they were empty: the fluid limit is within a thousandth of its fixed point by then (the test below).
fn balances(choices: u32, load: f64) -> f64 {
    (20.0 / (f64::from(choices) * (1.0 - load))).max(20.0)
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
    let bench = Bench { warmup: balances(2, load), ..balanced(name, 100, "power-of-d(2)", load, requests) };
    bench.held_to(vec![mean_time(SIMULATED, simulated, share)])
}

/// Of one draw nothing is chosen: each server is an M/M/1 queue.
fn at_random(load: f64) -> Experiment {
    let bench = Bench {
        seeds: 12,
        ..balanced(format!("supermarket-1-{}pc", percent(load)), 100, "random", load, 1.2e6)
    };
    bench.held_to(vec![mean_time(LIMIT, supermarket(1, load), 0.03), waits(LIMIT, 0, load, 0.01)])
}

/// Servers in whose number what they differ by from infinitely many vanishes: it falls as one over it.
const MANY: u32 = 2_000;

fn many_of(choices: u32, load: f64, requests: f64) -> Bench {
    let name = format!("supermarket-{choices}-{}pc", percent(load));
    let policy = format!("power-of-d({choices}, replacement=true)");
    Bench { seeds: 10, warmup: balances(choices, load), ..balanced(name, MANY, &policy, load, requests) }
}

fn many(choices: u32, load: f64) -> Experiment {
    let (requests, share) = if load < 0.8 { (5e5, 0.02) } else { (3.6e6 / f64::from(choices), 0.03) };
    let bench = many_of(choices, load, requests);
    bench.held_to(vec![
        mean_time(LIMIT, supermarket(choices, load), share),
        waits(LIMIT, 0, waits_at(choices, load), 0.02),
    ])
}

fn many_at_the_edge(choices: u32, load: f64) -> Experiment {
    let bench = many_of(choices, load, 6e7);
    bench.held_to(vec![mean_time(LIMIT, supermarket(choices, load), 0.03)])
}

/// How often a request waits: if all that it draws are busy.
fn waits_at(choices: u32, load: f64) -> f64 {
    crate::kernel::math::powi(load, choices as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::math::powi;

    /// Mean time by the fluid limit, the mean work after which is `until`, for servers that begin empty: ds_k/dt = r
    /// (s_(k-1)^d - s_k^d) - (s_k - s_(k+1)), where s_k is the share of servers with k requests or more (Mitzenmacher
    /// 2001, section 2).
    fn fluid(choices: u32, load: f64, until: f64) -> f64 {
        const STEP: f64 = 0.02;
        let mut longer = [0.0; 16];
        longer[0] = 1.0;
        for _ in 0..(until / STEP) as u32 {
            let joined = longer.map(|share| powi(share, choices as i32));
            let before = longer;
            for k in 1..15 {
                longer[k] += STEP * (load * (joined[k - 1] - joined[k]) - (before[k] - before[k + 1]));
            }
        }
        longer[1..].iter().sum::<f64>() / load
    }

    #[test]
    fn the_warm_up_is_long_enough_for_the_fluid_limit() {
        for (choices, load) in [
            (2, 0.5),
            (2, 0.7),
            (2, 0.9),
            (2, 0.95),
            (2, 0.99),
            (3, 0.9),
            (3, 0.99),
            (5, 0.7),
            (5, 0.9),
            (5, 0.99),
        ] {
            let reached = fluid(choices, load, balances(choices, load)) / supermarket(choices, load);
            assert!((reached - 1.0).abs() < 1e-3, "{choices} {load}: {reached}");
            let early = fluid(choices, load, 0.2 * balances(choices, load)) / supermarket(choices, load);
            assert!(early < 0.999, "{choices} {load}: {early}");
        }
    }
}
