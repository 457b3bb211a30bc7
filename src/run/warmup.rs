//! `warmup = "auto"`: where a run settles, found after it by MSER-5.
//!
//! The rule (K. P. White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69(6),
//! 1997; in batches of five: White, Cobb and Spratt, WSC 2000) cuts where the rest of the series has the least marginal
//! standard error. The series is the latency of a workload's answered operations in the order of their intended
//! arrival: an operation that arrives in a queue still filling is told from one that arrives later, whenever both
//! return. Only the first half may be cut, and a change close to the end is part of the process as far as the rule can
//! tell.

use crate::kernel::Time;
use crate::statistics::{Cut, mser_5};

use super::operation::Ending;
use super::recording::Recording;

/// Cuts the warm-up off a run that is over: the longest that MSER-5 finds in its workloads. Returns what a person should
/// know about it, if it could not be found well.
pub(super) fn cut(recording: &mut Recording) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut warmup = Time::ZERO;
    for workload in 0..recording.cast().workloads.len() {
        let name = recording.cast().workload_name(workload);
        let answered = recording.operations(workload).filter(|one| Ending::of(one.outcome).0 == Ending::Ok);
        let mut series: Vec<(Time, u32, u64)> =
            answered.map(|one| (one.intended, one.number, one.latency())).collect();
        series.sort_unstable();
        let latencies: Vec<u64> = series.iter().map(|&(.., latency)| latency).collect();
        let first = match mser_5(&latencies) {
            Cut::At(first) => first,
            Cut::Unsettled(first) => {
                warnings.push(format!(
                    "warmup = \"auto\": the latency of `{name}` does not settle in the first half of the run; half of it \
                     is left out, and the rest may still drift: make the run longer"
                ));
                first
            }
            Cut::TooShort => {
                warnings.push(format!(
                    "warmup = \"auto\": {} answered operations of `{name}` are too few to see where they settle, and \
                     none is left out for it: make the run longer, or give a length",
                    series.len()
                ));
                continue;
            }
        };
        if first > 0 {
            warmup = warmup.max(series[first].0);
        }
    }
    if let Err(error) = recording.set_warmup(warmup) {
        // What is left would be a sample: a cut found in it means something else.
        return vec![format!("{error}: nothing is left out")];
    }
    warnings
}
