//! The complementary cumulative distribution of latency, log-log: every percentile of every operation in one picture,
//! with as much room for p99.99 as for p50.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::chart::{Chart, Mark, Series};
use super::number::Quantity;
use super::palette::Ink;

/// The latencies of one kind of operation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CcdfSeries {
    /// The operation, or whatever tells this line from others.
    pub name: String,
    /// A latency in milliseconds and the share of operations, from 0 to 1, that were slower; latencies increase.
    pub points: Vec<(f64, f64)>,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CcdfInput {
    /// Of what: scenario, workload, seed.
    pub subtitle: String,
    /// One line each.
    pub series: Vec<CcdfSeries>,
}

/// The chart. The slowest operation has no place on it (nothing was slower); each line ends just before it.
pub fn ccdf(input: &CcdfInput) -> Chart {
    let mut chart = Chart::new(
        "How slow, how often",
        &input.subtitle,
        "For each latency, the share of operations that took longer, both axes logarithmic. Lower and further left is \
         better; where a line crosses 1% is its 99th percentile.",
        Axis::log10("latency (log scale)", Quantity::Milliseconds),
        Axis::log10("share of operations slower than this (log scale)", Quantity::ShareAbove),
    );
    for (i, series) in input.series.iter().enumerate() {
        chart.series.push(Series::new(&series.name, Mark::Line, Ink::nth(i), series.points.clone()));
    }
    chart.plot_height = 280.0;
    chart
}
