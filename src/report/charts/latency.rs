//! Latency percentiles over time, on a log axis: a tail that grows a hundredfold and a median that does not both show.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::bands::FaultBand;
use super::chart::{Chart, Mark, Series};
use super::number::Quantity;
use super::palette::{Colour, Dash, Ink};

/// Latencies of the operations that were due in one bucket of time and ended ok, whenever that was, in milliseconds; `None` where
/// there were none.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct LatencyBucket {
    /// Start, in simulated seconds.
    pub start_s: f64,
    /// End, in simulated seconds.
    pub end_s: f64,
    /// Half were faster.
    pub p50: Option<f64>,
    /// 95 in 100 were faster.
    pub p95: Option<f64>,
    /// 99 in 100 were faster.
    pub p99: Option<f64>,
    /// The slowest.
    pub max: Option<f64>,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LatencyInput {
    /// Of what: scenario, workload, operations, seed.
    pub subtitle: String,
    /// First and last simulated second of the run.
    pub span_s: (f64, f64),
    /// In order of time, without overlaps.
    pub buckets: Vec<LatencyBucket>,
    /// Faults to shade.
    pub bands: Vec<FaultBand>,
}

/// A name, how it is drawn, and its value in a bucket.
type Percentile = (&'static str, Ink, fn(&LatencyBucket) -> Option<f64>);

/// The chart.
pub fn latency(input: &LatencyInput) -> Chart {
    let lines: [Percentile; 4] = [
        ("max", Ink { dash: Dash::Dotted, ..Ink::plain(Colour::AXIS) }, |b| b.max),
        ("p99", Ink { dash: Dash::DashDot, ..Ink::plain(Colour::VERMILLION) }, |b| b.p99),
        ("p95", Ink { dash: Dash::Dashed, ..Ink::plain(Colour::ORANGE) }, |b| b.p95),
        ("p50", Ink::plain(Colour::BLUE), |b| b.p50),
    ];
    let mut chart = Chart::new(
        "Latency over time",
        &input.subtitle,
        "Latency percentiles p50, p95, p99 and the maximum of the operations that were due in each bucket of simulated time and ended \
         ok, on a logarithmic axis; shaded windows are faults; a gap is a bucket of which no operation ended ok.",
        Axis::time(input.span_s),
        Axis::log10("latency of operations that ended ok, by when they were due", Quantity::Milliseconds),
    );
    for (name, ink, value) in lines {
        let middle = |b: &LatencyBucket| (b.start_s + b.end_s) / 2.0;
        let points = input.buckets.iter().map(|b| (middle(b), value(b).unwrap_or(f64::NAN))).collect();
        chart.series.push(Series::new(name, Mark::Line, ink, points));
    }
    chart.bands = input.bands.clone();
    chart
}

#[cfg(test)]
mod tests {
    use super::super::samples::latency_input;
    use super::*;

    #[test]
    fn the_chart_says_that_operations_stand_where_they_were_due() {
        let chart = latency(&latency_input(10, Vec::new()));
        assert!(chart.y.label.contains("by when they were due"), "{}", chart.y.label);
        assert!(chart.description.contains("due in each bucket"), "{}", chart.description);
    }
}
