//! Elections over a wide area, as Ongaro's AvailSim simulated them (*Consensus: Bridging Theory and Practice*, Stanford 2014, §9.3):
//! all timers fresh, no time for CPU and disk.

use crate::kernel::Duration;
use crate::statistics::Estimate;

use super::super::CONFIDENCE;
use super::super::experiment::{Claim, Experiment};
use super::super::row::{Published, Unit};
use super::super::witness::Awaits;
use super::{Ballot, took_millis};

const SOURCE: &str = "Ongaro 2014, §9.3: AvailSim, five servers across a WAN, 10,000 elections";

pub(super) fn experiments() -> Vec<Experiment> {
    vec![elections("one", 1, 475.0, 1_500.0), elections("two", 2, 650.0, 3_000.0)]
}

/// V5: the mean is read off a chart and given to 25 ms; 99.9 % of elections
/// are said to end within times that are given to half a second.
fn elections(count: &str, failed: u32, mean: f64, most: f64) -> Experiment {
    let name = format!("wide-area-{count}-failed");
    let ballot = Ballot {
        name: name.clone(),
        servers: 5,
        failed,
        delay: "uniform(30ms, 40ms)".to_owned(),
        timeout: "uniform(300ms, 600ms)".to_owned(),
        heartbeat: Duration::from_millis(150),
    };
    let claim = |name: &str, published, tolerance, estimate: fn(&[f64]) -> Estimate| Claim {
        name: name.to_owned(),
        source: SOURCE.to_owned(),
        unit: Unit::Millis,
        published,
        tolerance,
        estimate: Box::new(move |outcomes| estimate(&took_millis(outcomes))),
    };
    Experiment {
        setup: format!(
            "Raft, {} of 5 servers boot at once and elect their first leader; one-way latency 30..40 ms, timeouts 300..600 ms, no disk \
             or CPU time",
            5 - failed
        ),
        scenario: ballot.scenario(),
        name,
        set: Vec::new(),
        files: Vec::new(),
        awaits: Awaits::FirstLeader,
        seeds: 10_000,
        is_random: true,
        is_thorough_only: false,
        claims: vec![
            claim("mean", Published::Exactly(mean), 0.06 * mean, |values| Estimate::mean(values, CONFIDENCE)),
            claim("p99.9", Published::AtMost(most), 250.0, |values| {
                Estimate::quantile(values, 0.999, CONFIDENCE)
            }),
        ],
    }
}
