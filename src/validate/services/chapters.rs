//! What services are held against, by chapters and families of rows.

use super::super::chapter::{Chapter, Family};
use super::{balancing, fan_out, many_cores, networks, one_core, orders};

/// In the order in which they are told.
pub(in crate::validate) const CHAPTERS: &[Chapter] = &[
    Chapter {
        name: "one-core",
        title: "One core",
        families: &[
            Family {
                name: "mm1",
                against: "1/(1-r) and r/(1-r) (Kleinrock 1975, §3.2); waiting and utilisation r; the 99th percentile ln(100)/(1-r), which 1 % \
                          exceed",
                simulated: "one core, exponential work",
            },
            Family {
                name: "mg1",
                against: "Pollaczek and Khinchine: 1 + r(1+C²)/(2(1-r))",
                simulated: "constant, hyperexponential (C² = 4), Weibull (5) and bounded Pareto work (32.67)",
            },
            Family {
                name: "mm1k",
                against: "a truncated geometric law (Kleinrock 1975, §3.6): refusals, times, number there, utilisation",
                simulated: "`queue = { limit = K }`",
            },
            Family {
                name: "dm1",
                against: "1/(1-s), s = exp(-(1-s)/r) (Kleinrock 1975, §6.4)",
                simulated: "`constant` arrivals",
            },
            Family {
                name: "closed-loop",
                against: "exact mean value analysis (Reiser and Lavenberg 1980)",
                simulated: "ten clients that think",
            },
        ],
        experiments: one_core::experiments,
    },
    Chapter {
        name: "many-cores",
        title: "Many cores",
        families: &[
            Family {
                name: "mmc",
                against: "Erlang's C: who waits, and for how long",
                simulated: "2 to 100 cores before one queue",
            },
            Family {
                name: "erlang-b",
                against: "Erlang's B, the same for each law of work; times are the work alone, for constant work to 1 ns",
                simulated: "as many places as cores",
            },
        ],
        experiments: many_cores::experiments,
    },
    Chapter {
        name: "disciplines",
        title: "Who is served next",
        families: &[
            Family {
                name: "processor-sharing",
                against: "1/(1-r), whatever the law of the work (Kleinrock 1976, §4.4; Sakata, Noguchi and Oizumi 1971)",
                simulated: "four laws up to C² = 32.67",
            },
            Family { name: "lifo-preemptive", against: "the same", simulated: "hyperexponential work" },
            Family { name: "lifo", against: "the mean of `fifo`", simulated: "constant work" },
            Family { name: "siro", against: "the mean of `fifo`", simulated: "constant work" },
            Family {
                name: "sjf",
                against: "Phipps 1956, integrated",
                simulated: "exponential and bounded Pareto work",
            },
            Family {
                name: "srpt",
                against: "Schrage and Miller 1966, integrated",
                simulated: "exponential and bounded Pareto work",
            },
            Family { name: "priority", against: "Cobham 1954, each class", simulated: "two classes" },
            Family {
                name: "priority-preemptive",
                against: "the preemptive form of the same",
                simulated: "two classes",
            },
        ],
        experiments: orders::experiments,
    },
    Chapter {
        name: "networks",
        title: "Networks of queues",
        families: &[
            Family {
                name: "tandem",
                against: "2/(1-r): the queues are independent (Burke 1956)",
                simulated: "a service that works and then calls the next one",
            },
            Family {
                name: "jackson",
                against: "product form (Jackson 1957): times and utilisations",
                simulated: "three services, one with two cores; after its work each calls another, itself or nobody, by a `branch` of calls \
                            with a `depth` that nobody meets. The caller's frame waits without a core, so that a call back is a customer who \
                            comes back",
            },
        ],
        experiments: networks::experiments,
    },
    Chapter {
        name: "balancing",
        title: "Balancing",
        families: &[
            Family {
                name: "shorter-of-two",
                against: "the Markov chain, solved by block elimination (500 requests, differences to 40)",
                simulated: "`join-shortest-queue` at a gateway over two servers",
            },
            Family {
                name: "supermarket-100",
                against: "Mitzenmacher's simulations of 100 servers (2001, table 1)",
                simulated: "`power-of-d(2)`, without replacement, which those figures match",
            },
            Family {
                name: "supermarket",
                against: "the limit of infinitely many servers: the sum of r^((d^i-d)/(d-1)), and r^d who wait",
                simulated: "2,000 servers, `power-of-d(D, replacement=true)`, by the number D in the name; of one, `random` over 100. The \
                            warm-up is 20/(D(1-r)), at least 20: the fluid limit from empty is within a thousandth of its fixed point by then",
            },
        ],
        experiments: balancing::experiments,
    },
    Chapter {
        name: "fan-out",
        title: "Requests that need several others",
        families: &[
            Family {
                name: "fork-join-2",
                against: "(12-r)/8 of M/M/1 (Flatto and Hahn 1984)",
                simulated: "`fan_out = 2`, each call to another server",
            },
            Family {
                name: "fork-join",
                against: "Nelson and Tantawi's approximation (1988), off by up to 5 %",
                simulated: "the same with 4 and 8; the tolerance is 6 %",
            },
            Family {
                name: "fan-out-tail",
                against: "1-(1-p)^n (Dean and Barroso 2013)",
                simulated: "leaves of which one answer in a hundred is slow, that never queue",
            },
            Family {
                name: "fan-out",
                against: "the k-th of n exponential times: the sum of 1/i from n-k+1 to n (Rényi 1953)",
                simulated: "`wait` for 10 of 10, 100 of 100 and 95 of 100",
            },
        ],
        experiments: fan_out::experiments,
    },
];
