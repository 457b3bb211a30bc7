//! Figure 16 of *In Search of an Understandable Consensus Algorithm* (Ongaro and Ousterhout 2014, §9.3): how long a cluster of five is
//! without a leader after it crashed, by the spread of election timeouts.
//!
//! The paper's set-up: the leader crashes at any moment of its heartbeat interval, half of the shortest timeout, after a heartbeat that
//! all hear at once; two of the four others cannot be elected, for their logs are shorter; a broadcast takes about 15 ms, writes to
//! disk included. It does not say where these 15 ms go, and that decides the figure: what counts for split votes is how long a
//! request is on its way, the candidate's own write included, for so long others may begin to campaign. What comes behind the
//! voter's decision only adds to each round. The paper's figures take about 2 ms for the former.
//!
//! So 1.75 ms pass at the candidate (its write), 0.5 ms on the way, 12.25 ms at the voter behind its decision (its write of 1.75 ms, and
//! 10.5 ms of work for the answer), and 0.5 ms on the way back. docs/validation.md has what comes of other splits of the same 15 ms.

use crate::statistics::Estimate;

use super::super::CONFIDENCE;
use super::super::experiment::{Claim, Experiment};
use super::super::row::{Published, Unit};
use super::super::witness::Awaits;
use super::took_millis;

const SOURCE: &str = "Ongaro and Ousterhout 2014, §9.3, Figure 16";
/// How many elections the paper's curves have.
const TRIALS: u32 = 1_000;
/// The share by which figures may differ: the figure is a band.
const BAND: f64 = 0.25;

pub(super) fn experiments() -> Vec<Experiment> {
    let claim = |name: &str, published: Published, estimate: fn(&[f64]) -> Estimate| Claim {
        name: name.to_owned(),
        source: SOURCE.to_owned(),
        unit: Unit::Millis,
        published,
        tolerance: match published {
            Published::Exactly(figure) | Published::Among(figure) => BAND * figure,
            Published::AtMost(_) | Published::AtLeast(_) => 0.0,
        },
        estimate: Box::new(move |outcomes| estimate(&took_millis(outcomes))),
    };
    let mean = |values: &[f64]| Estimate::mean(values, CONFIDENCE);
    let median = |values: &[f64]| Estimate::quantile(values, 0.5, CONFIDENCE);
    let worst = |values: &[f64]| Estimate::greatest_of(TRIALS, values, CONFIDENCE);
    vec![
        experiment(150, 150, 100, vec![claim("median", Published::AtLeast(10_000.0), median)]),
        experiment(150, 155, 1_000, vec![claim("median", Published::Exactly(287.0), median)]),
        experiment(150, 200, 10_000, vec![claim("worst", Published::Among(513.0), worst)]),
        experiment(
            12,
            24,
            10_000,
            vec![
                claim("mean", Published::Exactly(35.0), mean),
                claim("worst", Published::Among(152.0), worst),
            ],
        ),
    ]
}

/// The curve of timeouts from `least` to `most` milliseconds.
fn experiment(least: u32, most: u32, seeds: u64, claims: Vec<Claim>) -> Experiment {
    let name = format!("figure-16-{least}-{most}");
    let half = least / 2;
    let scenario = format!(
        r#"# kv.1 leads, and crashes after 3 s. Until 2 s kv.4 and kv.5 are down; what they lack is not sent again before the crash, for the
# leader does not hear that they lack it: their logs stay shorter, and heartbeats keep them quiet.
schema = 1
name = "{name}"
duration = "20s"

[network]
default = {{ jitter = "uniform(0ms, 100us)" }}

[[network.link]]
from = "lan"
to = "lan"
delay = "450us"

[system.kv]
type = "raft"
nodes = 5
disk = {{ fsync = "const(1750us)" }}
cores = 16
cpu = {{ kinds = {{ vote-reply = {{ send = "10500us" }} }} }}

[system.kv.raft]
election_timeout = "uniform({least}ms, {most}ms)"
heartbeat = "{half}ms"
retransmit_timeout = "60s"
pre_vote = false
check_quorum = false

[fault.late-2]
at = "0s"
do = "crash"
target = "kv.2"
for = "200ms"

[fault.late-3]
at = "0s"
do = "crash"
target = "kv.3"
for = "200ms"

[fault.behind-4]
at = "0s"
do = "crash"
target = "kv.4"
for = "2s"

[fault.behind-5]
at = "0s"
do = "crash"
target = "kv.5"
for = "2s"

[fault.unheard]
at = "0s"
do = "partition"
groups = [["kv.4", "kv.5"], "kv.1"]
one_way = true

[operation.lead]
at = "1s"
do = "transfer-leader"
target = "kv.1"
retry = "100ms"

[fault.leader-crash]
every = "uniform(3s, {}ms)"
do = "crash"
target = "kv.1"
"#,
        3_000 + half
    );
    Experiment {
        setup: format!(
            "Raft, 5 servers, the leader crashes at any moment of its heartbeat interval of {half} ms, two of four are behind; timeouts \
             {least}..{most} ms; a broadcast of 15 ms: 1.75 ms at the candidate, 0.45..0.55 ms one way, 12.25 ms at the voter"
        ),
        scenario,
        name,
        set: Vec::new(),
        files: Vec::new(),
        awaits: Awaits::NextLeader,
        seeds,
        is_random: true,
        is_thorough_only: false,
        claims,
    }
}
