//! breakdown.csv: what the time of requests was spent on, by percentile; and the same in a sentence.

use std::io::{self, Write};

use super::formats::BREAKDOWN;
use super::table::{Key, Table};
use crate::kernel::Duration;
use crate::run::breakdown::{Level, Part};
use crate::run::recording::Recording;
use crate::run::spans::Spent;

/// The share of a system's part from which on one node of it is named in its place.
const OF_ONE_NODE: f64 = 0.5;

/// Whether there is anything to tell.
pub(super) fn is_any(recording: &Recording) -> bool {
    recording.cast().calls().next().is_some()
}

/// Writes breakdown.csv.
pub(super) fn breakdown(out: &mut dyn Write, key: &Key, recording: &Recording) -> io::Result<()> {
    let (mut table, cast) = (Table::new(out, key, &BREAKDOWN)?, recording.cast());
    for (workload, class) in cast.calls() {
        for level in recording.time_spent(workload, class) {
            for part in &level.parts {
                let row = table.row(key)?.text(cast.workload_name(workload))?;
                let row = row.text(cast.class_name(workload, class))?.text(level.name)?;
                let row = row.integer(level.requests as u64)?.float(Some(level.latency / 1e6))?;
                let row = row.text(&part.system)?.text(part.spent.name())?;
                let row = row.float(Some(part.share * level.latency / 1e6))?.float(Some(part.share))?;
                let (node, share) = part.worst;
                row.text(cast.node_name(node))?.float(Some(share))?.end()?;
            }
        }
    }
    table.end()
}

/// Where most of the time of slow requests went, in a sentence for each kind of request.
pub(super) fn sentences(recording: &Recording) -> Vec<String> {
    let sentence = |(workload, class)| {
        let levels = recording.time_spent(workload, class);
        let level = levels.iter().find(|level| level.name == "p99")?;
        let cast = recording.cast();
        let mut whose = cast.workload_name(workload).to_owned();
        if cast.workloads[workload].paths.len() > 1 {
            whose = format!("{whose} {}", cast.class_name(workload, class));
        }
        Some(format!("{whose}: {}", of_level(recording, level)?))
    };
    recording.cast().calls().filter_map(sentence).collect()
}

/// `p99 = 412 ms, 71 % of it waiting in orders.3`.
fn of_level(recording: &Recording, level: &Level) -> Option<String> {
    let Part { system, spent, share, worst: (node, of_node) } = level.parts.first()?;
    let is_one = *of_node >= OF_ONE_NODE * share;
    let (place, share) =
        if is_one { (recording.cast().node_name(*node), *of_node) } else { (system.as_str(), *share) };
    let doing = match spent {
        Spent::Queue => "waiting in",
        Spent::Service => "being served in",
        Spent::Network => "on the network from",
        Spent::Retry => "given up and tried again by",
        Spent::Store => "waiting for the store",
    };
    let at = Duration(level.at);
    Some(format!("{} = {at}, {:.0} % of it {doing} {place}", level.name, share * 100.0))
}
