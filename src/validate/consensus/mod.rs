//! Consensus against what was published of it.

mod figure_16;
mod quorums;
mod split_vote;
mod wide_area;

use crate::kernel::Duration;
use crate::spec::quantity::duration_text;

pub use quorums::{Regions, of_user};

use super::experiment::Experiment;
use super::witness::{Election, Outcome};

/// Every experiment, in the order of the table.
pub(super) fn experiments() -> Vec<Experiment> {
    let families =
        [split_vote::experiments(), wide_area::experiments(), figure_16::experiments(), quorums::published()];
    families.into_iter().flatten().collect()
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
