//! Queues of which formulas say how long requests take: exact values that simulated ones are drawn beside, and held to.

use crate::kernel::math::{exp, ln};

/// How probable it is that all of `cores` are busy where who finds them so is lost: Erlang's B (1917), by its recursion. `offered` is arrivals
/// times mean work. The law of the work does not matter.
pub fn erlang_b(cores: u32, offered: f64) -> f64 {
    (1..=cores).fold(1.0, |blocked, core| offered * blocked / (f64::from(core) + offered * blocked))
}

/// How probable it is that a request has to wait in M/M/c: Erlang's C (1917). `load` is arrivals times mean work over the number of cores, below 1.
pub fn erlang_c(cores: u32, load: f64) -> f64 {
    let blocked = erlang_b(cores, f64::from(cores) * load);
    blocked / (1.0 - load * (1.0 - blocked))
}

/// Requests that come as a Poisson process to servers that are all alike, one core each, first come, first served.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Queue {
    /// How requests and servers meet, and the law of the work.
    pub kind: QueueKind,
    /// How many servers there are; at least 1.
    pub servers: u32,
    /// Mean work of a request, in seconds; above 0.
    pub work: f64,
    /// What a request takes besides, on the way there and back, in seconds.
    pub delay: f64,
}

/// How requests and servers meet, and the law of the work.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum QueueKind {
    /// One queue before all servers, exponential work: M/M/c.
    Shared,
    /// A queue before each, to which requests go at random, exponential work: as many times M/M/1.
    Split,
    /// The same, and work with this coefficient of variation: as many times M/G/1, of which only the mean is known.
    General(f64),
}

impl Queue {
    /// What it is called (Kendall's notation), with how many of it there are: `M/M/10`, `10 x M/M/1`.
    pub fn name(&self) -> String {
        let servers = self.servers;
        let name = match self.kind {
            QueueKind::Shared => return format!("M/M/{servers}"),
            QueueKind::Split => "M/M/1".to_owned(),
            QueueKind::General(cv) => format!("M/G/1, cv {cv}"),
        };
        if servers == 1 { name } else { format!("{servers} x {name}") }
    }

    /// Arrivals a second at which servers are busy for this share of the time.
    pub fn arrivals(&self, load: f64) -> f64 {
        load * f64::from(self.servers) / self.work
    }

    /// Share of the time in which servers are busy; `None` if they would be always.
    fn load(&self, arrivals: f64) -> Option<f64> {
        let load = arrivals * self.work / f64::from(self.servers);
        (load.is_finite() && (0.0..1.0).contains(&load)).then_some(load)
    }

    /// Mean time from asking to the answer, in seconds; `None` if there is none, as more comes than can be served.
    ///
    /// M/M/c and M/M/1: Kleinrock, *Queueing Systems* I (1975), sections 3.2 and 3.5; M/G/1: Pollaczek (1930) and Khinchine (1932).
    pub fn mean(&self, arrivals: f64) -> Option<f64> {
        let load = self.load(arrivals)?;
        let waits = match self.kind {
            QueueKind::Shared => erlang_c(self.servers, load) / (f64::from(self.servers) * (1.0 - load)),
            QueueKind::Split => load / (1.0 - load),
            QueueKind::General(cv) => load * (1.0 + cv * cv) / (2.0 * (1.0 - load)),
        };
        Some(self.delay + self.work * (1.0 + waits))
    }

    /// The time that this share of requests stays below, in seconds; `None` if there is none, or no formula for it.
    ///
    /// Of M/M/1 time is exponential; of M/M/c it is work, and with the probability of Erlang's C an exponential wait besides (Kleinrock,
    /// section 3.5).
    pub fn quantile(&self, arrivals: f64, share: f64) -> Option<f64> {
        let load = self.load(arrivals).filter(|_| share > 0.0 && share < 1.0)?;
        let time = match self.kind {
            QueueKind::General(_) => return None,
            QueueKind::Split => -ln(1.0 - share) / (1.0 - load),
            QueueKind::Shared => {
                let longer = |time: f64| longer(self.servers, load, time);
                let (mut low, mut high) = (0.0, 1.0);
                while longer(high) > 1.0 - share {
                    high *= 2.0;
                }
                // Halved until nothing is between them.
                for _ in 0..200 {
                    let middle = f64::midpoint(low, high);
                    if longer(middle) > 1.0 - share { low = middle } else { high = middle }
                }
                high
            }
        };
        Some(self.delay + self.work * time)
    }
}

/// The share of requests of M/M/c that take longer than so many times the mean work.
fn longer(servers: u32, load: f64, time: f64) -> f64 {
    let waits = erlang_c(servers, load);
    // The rate at which who waits gets on, in servers' rates.
    let drain = f64::from(servers) * (1.0 - load);
    let both = if (drain - 1.0).abs() < 1e-9 {
        (1.0 + time) * exp(-time)
    } else {
        (drain * exp(-time) - exp(-drain * time)) / (drain - 1.0)
    };
    (1.0 - waits) * exp(-time) + waits * both
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(kind: QueueKind, servers: u32) -> Queue {
        Queue { kind, servers, work: 0.01, delay: 0.002 }
    }

    #[test]
    fn one_server_is_the_same_queue_whichever_way_it_is_counted() {
        let (shared, split, general) =
            (queue(QueueKind::Shared, 1), queue(QueueKind::Split, 1), queue(QueueKind::General(1.0), 1));
        for load in [0.1, 0.5, 0.9, 0.99] {
            let arrivals = shared.arrivals(load);
            let mean = split.mean(arrivals).expect("it is stable");
            assert!((mean - (0.002 + 0.01 / (1.0 - load))).abs() < 1e-12);
            for other in [shared, general] {
                assert!((other.mean(arrivals).expect("it is stable") - mean).abs() < 1e-12);
            }
            for share in [0.5, 0.99, 0.999] {
                let of = |queue: Queue| queue.quantile(arrivals, share).expect("it is stable");
                assert!((of(shared) - of(split)).abs() < 1e-9 * of(split), "{load} {share}");
            }
        }
    }

    #[test]
    fn tails_of_many_servers_add_up_to_their_mean() {
        // The mean is the integral of the tail.
        for (servers, load) in [(2, 0.5), (4, 0.75), (10, 0.9), (10, 0.95)] {
            let step = 1e-3;
            let tail: f64 = (0..200_000).map(|i| longer(servers, load, (f64::from(i) + 0.5) * step)).sum();
            let queue = Queue { work: 1.0, delay: 0.0, ..queue(QueueKind::Shared, servers) };
            let mean = queue.mean(queue.arrivals(load)).expect("it is stable");
            assert!((tail * step - mean).abs() < 1e-4, "{servers} at {load}: {} {mean}", tail * step);
        }
    }

    #[test]
    fn a_quantile_is_as_rare_as_it_is_said_to_be() {
        for servers in [2, 10] {
            let queue = Queue { work: 1.0, delay: 0.0, ..queue(QueueKind::Shared, servers) };
            for share in [0.5, 0.9, 0.999] {
                let time = queue.quantile(queue.arrivals(0.8), share).expect("it is stable");
                assert!((longer(servers, 0.8, time) - (1.0 - share)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn queues_are_called_as_people_call_them() {
        let names = [
            (QueueKind::Shared, 4),
            (QueueKind::Split, 1),
            (QueueKind::Split, 4),
            (QueueKind::General(2.5), 4),
        ];
        let names = names.map(|(kind, servers)| queue(kind, servers).name());
        assert_eq!(names, ["M/M/4", "M/M/1", "4 x M/M/1", "4 x M/G/1, cv 2.5"]);
    }

    #[test]
    fn what_cannot_be_served_has_no_time() {
        let queue = queue(QueueKind::Split, 4);
        assert_eq!((queue.mean(400.0), queue.quantile(400.0, 0.99)), (None, None));
        assert_eq!((queue.mean(f64::NAN), queue.quantile(100.0, 1.0)), (None, None));
        assert_eq!(super::Queue { kind: QueueKind::General(2.0), ..queue }.quantile(100.0, 0.99), None);
    }
}
