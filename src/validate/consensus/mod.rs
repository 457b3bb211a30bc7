//! Consensus against what was published of it.

mod figure_16;
mod quorums;
mod split_vote;
mod wide_area;

use crate::kernel::Duration;
use crate::spec::quantity::duration_text;

pub use quorums::{Regions, of_user};

use super::chapter::{Chapter, Family};
use super::experiment::Experiment;
use super::witness::{Election, Outcome};

/// In the order in which they are told.
pub(super) const CHAPTERS: &[Chapter] = &[
    Chapter {
        name: "elections",
        title: "Elections",
        families: &[
            Family {
                name: "first-timeout",
                against: "the first of s uniform timeouts: its mean 1/(s+1), and how often it is in the first quarter (Ongaro 2014, §9.3)",
                simulated: "all timers begin at once: s of n servers boot, the others never do",
            },
            Family {
                name: "split-vote",
                against: "how often nobody wins the first round, by a sum of binomial terms for a fixed latency, and simulated for random \
                          ones (Ongaro 2014, §9.3)",
                simulated: "the same",
            },
            Family {
                name: "election-time",
                against: "1/(1-split) (1 + 1/(s+1) + L) + L - 1/4 (Ongaro 2014, §9.3)",
                simulated: "the leader crashes at any moment of a heartbeat interval; from then on messages take L. The formula counts from \
                            the arrival of the last heartbeat, which takes no time here. It begins every round with fresh timers; a \
                            candidate's begin up to L earlier, which is in the tolerance",
            },
            Family {
                name: "wide-area",
                against: "AvailSim: 10,000 elections, 30 to 40 ms one way, timeouts of 300 to 600 ms (Ongaro 2014, §9.3)",
                simulated: "four or three of five servers boot",
            },
            Family {
                name: "figure-16",
                against: "Figure 16 of the Raft paper, as a band of a quarter (Ongaro and Ousterhout 2014, §9.3)",
                simulated: "the leader of five crashes, and the logs of two others are behind; where the 15 ms of a broadcast are spent, \
                            which the paper does not say, is in docs/validation.md",
            },
        ],
        experiments: elections,
    },
    Chapter {
        name: "commit-latency",
        title: "Commit latency",
        families: &[
            Family {
                name: "fantoch",
                against: "unit tests of fantoch's simulator: 0 ms alone, 34 ms with one other, ten clients as one",
                simulated: "Flexible Paxos with q2 = 1 and 2",
            },
            Family {
                name: "quorum-latency",
                against: "the round trip to the leader, and from it to the (q2 - 1)-th nearest other: to the nanosecond",
                simulated: "Raft, Multi-Paxos and Flexible Paxos (q2 = 2) between sites whose delays a matrix gives, five of AWS unless \
                            another is asked for, each the leader in turn, a client in each",
            },
        ],
        experiments: quorums::published,
    },
];

fn elections() -> Vec<Experiment> {
    [split_vote::experiments(), wide_area::experiments(), figure_16::experiments()]
        .into_iter()
        .flatten()
        .collect()
}

/// How one kind of election is set up: Raft as its paper has it, between servers that are equally far from each other.
struct Ballot {
    name: String,
    servers: u32,
    /// Those of them, the last ones, that never come up.
    failed: u32,
    /// Every message's delay, as a law.
    delay: String,
    /// The election timeouts, as a law.
    timeout: String,
    heartbeat: Duration,
}

impl Ballot {
    /// The scenario of the first election after all servers boot at once: all their timers are fresh.
    fn scenario(&self) -> String {
        let Ballot { name, servers, failed, delay, timeout, heartbeat } = self;
        let crash = |server: u32| {
            format!("\n[fault.never-up-{server}]\nat = \"0s\"\ndo = \"crash\"\ntarget = \"kv.{server}\"\n")
        };
        let crashes: String = (servers - failed + 1..=*servers).map(crash).collect();
        format!(
            r#"schema = 1
name = "{name}"
duration = "60s"

[network]
default = {{ jitter = "{delay}" }}

[[network.link]]
from = "lan"
to = "lan"
delay = "0ms"

[system.kv]
type = "raft"
nodes = {servers}
disk = {{ fsync = "const(0ms)" }}

[system.kv.raft]
election_timeout = "{timeout}"
heartbeat = "{}"
pre_vote = false
check_quorum = false
{crashes}"#,
            duration_text(*heartbeat)
        )
    }
}

/// The election of a run that was to have one.
fn election(outcome: &Outcome) -> Election {
    outcome.election.expect("servers whose leader is missing campaign")
}

fn took_millis(outcomes: &[Outcome]) -> Vec<f64> {
    outcomes.iter().map(|outcome| election(outcome).took.as_millis_f64()).collect()
}
