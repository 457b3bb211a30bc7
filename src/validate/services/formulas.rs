//! Closed forms of queueing theory. Time is counted in mean work of a request; `load` is arrivals times mean work
//! over the number of cores, below 1 where nothing is refused.

use crate::kernel::math::{pow, powi};
pub(super) use crate::statistics::{erlang_b, erlang_c};

/// Mean time in M/M/1: Kleinrock, *Queueing Systems* I (1975), section 3.2.
pub(super) fn mm1(load: f64) -> f64 {
    1.0 / (1.0 - load)
}

/// Mean time in M/M/c.
pub(super) fn mmc(cores: u32, load: f64) -> f64 {
    1.0 + erlang_c(cores, load) / (f64::from(cores) * (1.0 - load))
}

/// Mean time in M/G/1 under disciplines that do not look at the work and interrupt nobody, where the work has this
/// squared coefficient of variation: Pollaczek (1930) and Khinchine (1932).
pub(super) fn mg1(load: f64, variation: f64) -> f64 {
    1.0 + load * (1.0 + variation) / (2.0 * (1.0 - load))
}

/// Mean time in D/M/1, where arrivals are equally far apart: 1/(1-s), s = exp(-(1-s)/load) (Kleinrock I, section 6.4).
pub(super) fn dm1(load: f64) -> f64 {
    let next = |s: f64| crate::kernel::math::exp(-(1.0 - s) / load);
    1.0 / (1.0 - (0..10_000).fold(load, |s, _| next(s)))
}

/// M/M/1/K: who finds `places` requests there, the one in service included, is refused (Kleinrock I, section 3.6).
#[derive(Clone, Copy, Debug)]
pub(super) struct Finite {
    /// How many are refused.
    pub(super) blocked: f64,
    /// Mean number there.
    pub(super) in_system: f64,
    /// Share of the time in which the core is busy.
    pub(super) utilisation: f64,
    /// Mean time of those that are not refused.
    pub(super) time: f64,
}

impl Finite {
    pub(super) fn new(places: u32, load: f64) -> Finite {
        let weights: Vec<f64> = (0..=places).map(|n| powi(load, n as i32)).collect();
        let all: f64 = weights.iter().sum();
        let blocked = weights[places as usize] / all;
        let in_system = weights.iter().zip(0..).map(|(weight, n)| weight * f64::from(n)).sum::<f64>() / all;
        let time = in_system / (load * (1.0 - blocked));
        Finite { blocked, in_system, utilisation: 1.0 - weights[0] / all, time }
    }
}

/// Mean times of two classes with exponential work of mean 1, of which the first goes first; each is that part of the
/// load. Cobham (*Priority assignment in waiting line problems*, Operations Research 2, 1954); interrupted work is
/// not lost.
pub(super) fn priorities(loads: [f64; 2], is_preemptive: bool) -> [f64; 2] {
    let [first, both] = [loads[0], loads[0] + loads[1]];
    match is_preemptive {
        // Whoever is served goes on; mean work left is that of all classes, `both` times E[S^2]/2 = 1.
        false => [1.0 + both / (1.0 - first), 1.0 + both / ((1.0 - first) * (1.0 - both))],
        true => [mm1(first), 1.0 / (1.0 - first) + both / ((1.0 - first) * (1.0 - both))],
    }
}

/// Mean time in a closed loop of `clients` that think for `think` on average before each request to one core; and
/// requests answered per mean work. Exact mean value analysis (Reiser and Lavenberg, JACM 27, 1980).
pub(super) fn closed_loop(clients: u32, think: f64) -> [f64; 2] {
    let step = |[time, rate]: [f64; 2], clients: u32| {
        let time = 1.0 + rate * time;
        [time, f64::from(clients) / (time + think)]
    };
    (1..=clients).fold([0.0, 0.0], step)
}

/// Mean time in the limit of infinitely many servers of which each request draws `choices` and takes the shortest
/// queue, at fixed points: Mitzenmacher (*The power of two choices in randomized load balancing*, IEEE TPDS 12,
/// 2001), section 2.
pub(super) fn supermarket(choices: u32, load: f64) -> f64 {
    if choices == 1 {
        return mm1(load);
    }
    let d = f64::from(choices);
    let term = |i: i32| pow(load, (powi(d, i) - d) / (d - 1.0));
    // Exponents grow as fast as powers of d: beyond a few dozen terms nothing is left.
    (1..60).map(term).take_while(|term| *term > 1e-18).sum()
}

/// The n-th harmonic number.
pub(super) fn harmonic(n: u32) -> f64 {
    (1..=n).map(|k| 1.0 / f64::from(k)).sum()
}

/// Mean time of a request that forks into one at each of two M/M/1 and is over with the last: Flatto and Hahn (SIAM
/// Journal on Applied Mathematics 44, 1984), as in Nelson and Tantawi.
pub(super) fn fork_join_two(load: f64) -> f64 {
    (12.0 - load) / 8.0 * mm1(load)
}

/// The same for 2 to 32 queues, to less than 5 %: Nelson and Tantawi, *Approximate analysis of fork/join
/// synchronization in parallel queues* (IEEE Transactions on Computers 37, 1988).
pub(super) fn fork_join(queues: u32, load: f64) -> f64 {
    let share = harmonic(queues) / harmonic(2);
    (share + 4.0 / 11.0 * (1.0 - share) * load) * fork_join_two(load)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(figures: &[(f64, f64)], digits: f64) {
        for (computed, known) in figures {
            assert!((computed - known).abs() <= digits, "{computed}, not {known}");
        }
    }

    /// Against tables of Erlang's formulas, to the digits that they have.
    #[test]
    fn erlangs_formulas_give_what_tables_have() {
        let blocked = [
            (erlang_b(5, 3.0), 0.110_054),
            (erlang_b(10, 5.0), 0.018_385),
            (erlang_b(10, 8.0), 0.121_661),
            (erlang_b(20, 15.0), 0.045_593),
            (erlang_b(100, 90.0), 0.026_957),
        ];
        near(&blocked, 5.1e-7);
        let waits = [
            (erlang_c(1, 0.8), 0.8),
            (erlang_c(2, 0.8), 0.711_111),
            (erlang_c(4, 0.8), 0.596_432),
            (erlang_c(8, 0.8), 0.457_645),
            (erlang_c(2, 0.9), 0.852_632),
            (erlang_c(10, 0.9), 0.668_732),
            (erlang_c(100, 0.95), 0.506_457),
        ];
        near(&waits, 5.1e-7);
        let times = [
            (mmc(1, 0.8), 5.0),
            (mmc(2, 0.8), 2.777_778),
            (mmc(4, 0.8), 1.745_541),
            (mmc(8, 0.8), 1.286_028),
            (mmc(2, 0.9), 5.263_158),
            (mmc(10, 0.9), 1.668_732),
            (mmc(100, 0.95), 1.101_291),
        ];
        near(&times, 5.1e-7);
    }

    #[test]
    fn one_core_has_the_known_means() {
        near(
            &[(mg1(0.8, 1.0), 5.0), (mg1(0.8, 0.0), 3.0), (mg1(0.9, 10.0), 50.5), (mg1(0.5, 25.0), 14.0)],
            1e-12,
        );
        // s = 0.2031878700 for a load of 1/2, the root of s = exp(-2 (1 - s)).
        near(&[(dm1(0.5), 1.0 / (1.0 - 0.203_187_87))], 1e-8);
        let [five, ten] = [Finite::new(5, 0.8), Finite::new(10, 1.2)];
        near(&[(five.blocked, 0.088_819), (ten.blocked, 0.192_586)], 5.1e-7);
        near(&[(five.time, 2.563_065), (ten.time, 6.926_138)], 5.1e-7);
        // What comes in goes out: the core works on what was let in.
        near(
            &[(five.utilisation, 0.8 * (1.0 - five.blocked)), (ten.utilisation, 1.2 * (1.0 - ten.blocked))],
            1e-12,
        );
        near(&[(Finite::new(400, 0.5).time, 2.0)], 1e-12);
    }

    /// The mean over both classes is that of M/M/1 where nobody's work is known (Kleinrock's conservation law), and
    /// the first class sees nothing of the second where it interrupts.
    #[test]
    fn priorities_conserve_what_is_waited() {
        for is_preemptive in [false, true] {
            let [first, second] = priorities([0.3, 0.5], is_preemptive);
            near(&[((0.3 * first + 0.5 * second) / 0.8, 5.0)], 1e-12);
        }
        near(
            &[
                (priorities([0.4, 0.4], true)[0], 1.0 / 0.6),
                (priorities([0.4, 0.4], false)[0], 1.0 + 0.8 / 0.6),
            ],
            1e-12,
        );
    }

    /// scenarios/services/closed-loop.toml has these: 10 ms of work and 100 ms to think.
    #[test]
    fn closed_loops_are_those_of_mean_value_analysis() {
        let known = [(1, 1.0, 1.0 / 11.0), (5, 1.47, 0.436), (10, 2.73, 0.785), (40, 30.0, 1.0)];
        for (clients, time, rate) in known {
            let [found, through] = closed_loop(clients, 10.0);
            assert!(
                (found - time).abs() < 0.006 * time && (through - rate).abs() < 5e-4,
                "{found} {through}"
            );
        }
    }

    /// Table 1 of Mitzenmacher's paper has these predictions.
    #[test]
    fn the_supermarket_model_predicts_what_was_printed() {
        let printed = [
            (supermarket(2, 0.5), 1.2657),
            (supermarket(2, 0.7), 1.6145),
            (supermarket(2, 0.8), 1.9474),
            (supermarket(2, 0.9), 2.6141),
            (supermarket(2, 0.95), 3.3830),
            (supermarket(2, 0.99), 5.4320),
            (supermarket(3, 0.9), 2.0279),
            (supermarket(3, 0.99), 3.8578),
            (supermarket(5, 0.5), 1.0313),
            (supermarket(5, 0.95), 1.9888),
            (supermarket(1, 0.8), 5.0),
        ];
        near(&printed, 1.01e-4);
    }

    #[test]
    fn forks_have_the_known_means() {
        near(&[(fork_join_two(0.5), 2.875), (fork_join_two(0.8), 7.0), (fork_join_two(0.9), 13.875)], 1e-12);
        near(&[(fork_join(2, 0.8), 7.0)], 1e-12);
        let approximate = [4, 8, 16, 32].map(|queues| fork_join(queues, 0.8));
        let printed = [8.9303, 11.030, 13.2235, 15.4663];
        near(&approximate.into_iter().zip(printed).collect::<Vec<_>>(), 6e-4);
        near(&[(harmonic(2), 1.5), (harmonic(100), 5.187_377_5)], 1e-6);
    }
}
