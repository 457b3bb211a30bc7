//! The distribution of latency: for each variant the share of operations that took no longer.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::ccdf::CcdfSeries;
use super::chart::{Chart, Mark, Series};
use super::number::Quantity;
use super::palette::Ink;

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EcdfInput {
    /// Of what: scenario, circumstances, runs.
    pub subtitle: String,
    /// One line each: latencies in milliseconds, which increase, and the share of operations that took **longer**.
    pub series: Vec<CcdfSeries>,
}

/// The chart. Each line is a staircase: from 0 at the least latency it rises at each latency by those that took so long, up to 1 at
/// the greatest.
pub fn ecdf(input: &EcdfInput) -> Chart {
    let y = Axis {
        range: Some((0.0, 1.0)),
        ..Axis::linear("share of operations that took no longer", Quantity::Share)
    };
    let mut chart = Chart::new(
        "Distribution of latency",
        &input.subtitle,
        "For each latency, on a logarithmic axis, the share of operations that took no longer. Higher and further left is better.",
        Axis::log10("latency", Quantity::Milliseconds),
        y,
    );
    for (i, series) in input.series.iter().enumerate() {
        let points = series.stairs().map(|(latency, longer)| (latency, 1.0 - longer)).collect();
        chart.series.push(Series::new(&series.name, Mark::Step, Ink::nth(i), points));
    }
    chart.plot_height = 280.0;
    chart
}
