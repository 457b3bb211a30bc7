//! Requests that need several others at once: fork and join, and the tail of a fan-out.

use super::super::experiment::Experiment;
use super::formulas::{fork_join, fork_join_two, harmonic};
use super::{Bench, late, mean_time, service};

const FORK_TWO: &str = "Fork and join of two M/M/1 queues: (12-r)/8 1/(1-r), load r (Flatto and Hahn, SIAM \
     J. Appl. Math. 44, 1984; Nelson and Tantawi, IEEE Trans. Computers 37, 1988)";
const FORK: &str =
    "Fork and join of k M/M/1 queues, to 5 % (Nelson and Tantawi, IEEE Trans. Computers 37, 1988)";
const TAIL: &str = "The tail at scale: 1-(1-p)^n, one leaf slow with p (Dean and Barroso, CACM 56, 2013)";
const GREATEST: &str =
    "The k-th of n exponential times: the sum of 1/i, i from n-k+1 to n (Rényi, Acta Math. Hung. 4, 1953)";

pub(super) fn experiments() -> Vec<Experiment> {
    let two = [(0.5, 5e5, 0.02), (0.8, 1.5e6, 0.03), (0.9, 2e6, 0.04)]
        .map(|(load, requests, share)| forked(2, load, requests, share));
    // The approximation is off by up to 5 %; the rest is for chance.
    let more = [(4, 0.5), (8, 0.5), (4, 0.8), (8, 0.8)]
        .map(|(queues, load)| forked(queues, load, if load > 0.6 { 6e5 } else { 2e5 }, 0.06));
    let tails = [1, 10, 69, 100].map(tail);
    let greatest = [(10, 10), (100, 100), (95, 100)].map(|(wait, leaves)| of_leaves(wait, leaves));
    two.into_iter().chain(more).chain(tails).chain(greatest).collect()
}

/// A root without work that calls `count` leaves at once. Round robin leads each of the calls of a request to another
/// of as many.
fn root(count: u32, wait: u32) -> String {
    let wait = if wait == count { String::new() } else { format!(", wait = {wait}") };
    let steps = format!("steps = [{{ call = \"leaf\", fan_out = {count}{wait}, policy = \"round-robin\" }}]");
    service("server", 1, &steps)
}

fn forked(queues: u32, load: f64, requests: f64, share: f64) -> Experiment {
    let leaf = service("leaf", queues, "cores = 1\nwork = \"exp(10ms)\"");
    let bench = Bench {
        setup: format!(
            "A request calls each of {queues} servers of one core at once and waits for all; exponential work, load \
             {load} of each"
        ),
        systems: root(queues, queues) + "\n" + &leaf,
        ..Bench::new(format!("fork-join-{queues}-{}pc", (100.0 * load).round()), load, 1.0, requests)
    };
    bench.held_to(vec![match queues {
        2 => mean_time(FORK_TWO, fork_join_two(load), share),
        _ => mean_time(FORK, fork_join(queues, load), share),
    }])
}

/// Leaves that never queue: one answer in a hundred takes a hundred times as long.
fn tail(leaves: u32) -> Experiment {
    let leaf = service("leaf", leaves, "work = \"mixture(0.99: const(10ms), 0.01: const(1s))\"");
    let bench = Bench {
        setup: format!(
            "A request calls {leaves} leaves at once and waits for all; one answer in a hundred is slow, nobody queues"
        ),
        systems: root(leaves, leaves) + "\n" + &leaf,
        warmup: 200.0,
        late: 50.0,
        ..Bench::new(format!("fan-out-tail-{leaves}"), 0.5, 0.0, if leaves > 10 { 4e4 } else { 1e5 })
    };
    let slow = 1.0 - crate::kernel::math::powi(0.99, leaves as i32);
    bench.held_to(vec![late("slow", TAIL, slow, if leaves == 1 { 0.002 } else { 0.01 })])
}

/// Leaves that never queue with exponential work; the request goes on with the `wait`-th answer.
fn of_leaves(wait: u32, leaves: u32) -> Experiment {
    let name =
        if wait == leaves { format!("fan-out-{leaves}") } else { format!("fan-out-{wait}-of-{leaves}") };
    let leaf = service("leaf", leaves, "work = \"exp(10ms)\"");
    let bench = Bench {
        setup: format!(
            "A request calls {leaves} leaves at once and waits for {wait}; exponential work, nobody queues"
        ),
        systems: root(leaves, wait) + "\n" + &leaf,
        warmup: 200.0,
        ..Bench::new(name, 0.5, 1.0, 2e4)
    };
    bench.held_to(vec![mean_time(GREATEST, harmonic(leaves) - harmonic(leaves - wait), 0.02)])
}
