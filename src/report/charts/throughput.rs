//! Throughput by outcome: operations that ended in each bucket of time, per second, stacked.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::bands::FaultBand;
use super::chart::{Chart, Mark, Series};
use super::number::Quantity;
use super::palette::{Colour, Dash, Ink};

/// Operations that ended in one bucket of time.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct OutcomeBucket {
    /// Start, in simulated seconds.
    pub start_s: f64,
    /// End, in simulated seconds.
    pub end_s: f64,
    /// Operations that succeeded.
    pub ok: u64,
    /// Operations that certainly had no effect.
    pub fail: u64,
    /// Operations of which nobody knows whether they had an effect.
    pub unknown: u64,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ThroughputInput {
    /// Of what: scenario, workload, seed.
    pub subtitle: String,
    /// First and last simulated second of the run.
    pub span_s: (f64, f64),
    /// In order of time, without overlaps. Time that no bucket covers is a gap.
    pub buckets: Vec<OutcomeBucket>,
    /// Faults to shade.
    pub bands: Vec<FaultBand>,
}

/// An outcome, how it is drawn, and its count in a bucket.
type Layer = (&'static str, Ink, fn(&OutcomeBucket) -> u64);

/// The chart. `unknown` lies on `ok` and `fail` on top, so that what went wrong is seen against what went well.
pub fn throughput(input: &ThroughputInput) -> Chart {
    let layers: [Layer; 3] = [
        ("ok", Ink::plain(Colour::GREEN), |b| b.ok),
        ("unknown", Ink { dash: Dash::Dashed, ..Ink::plain(Colour::ORANGE) }, |b| b.unknown),
        ("fail", Ink { dash: Dash::Dotted, ..Ink::plain(Colour::VERMILLION) }, |b| b.fail),
    ];
    let mut chart = Chart::new(
        "Throughput by outcome",
        &input.subtitle,
        "Operations per second that ended ok, unknown or fail, stacked, over simulated time; shaded windows are faults.",
        Axis::time(input.span_s),
        Axis::linear("operations per second", Quantity::Number).from_zero(),
    );
    for (name, ink, count) in layers {
        let total: u64 = input.buckets.iter().map(count).sum();
        let name = format!("{name} ({})", super::number::decimal(total as f64, 0));
        chart.series.push(Series::new(&name, Mark::Stack, ink, rates(&input.buckets, count)));
    }
    chart.bands = input.bands.clone();
    chart
}

/// Rates as a staircase: a point at each bucket's start, and a gap wherever the next one does not begin at its end.
fn rates(buckets: &[OutcomeBucket], count: impl Fn(&OutcomeBucket) -> u64) -> Vec<(f64, f64)> {
    let mut points = Vec::with_capacity(buckets.len() + 1);
    for (i, bucket) in buckets.iter().enumerate() {
        let length = bucket.end_s - bucket.start_s;
        let rate = if length > 0.0 { count(bucket) as f64 / length } else { f64::NAN };
        points.push((bucket.start_s, rate));
        let next_start = buckets.get(i + 1).map(|next| next.start_s);
        if next_start.is_none_or(|start| start > bucket.end_s + length * 1e-6) {
            points.push((bucket.end_s, f64::NAN));
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_become_rates_and_uncovered_time_a_gap() {
        let bucket = |start_s, end_s, ok| OutcomeBucket { start_s, end_s, ok, fail: 0, unknown: 0 };
        let points = rates(&[bucket(0.0, 2.0, 10), bucket(2.0, 3.0, 7), bucket(5.0, 6.0, 1)], |b| b.ok);
        let shown: Vec<(f64, Option<f64>)> =
            points.iter().map(|(x, y)| (*x, y.is_finite().then_some(*y))).collect();
        assert_eq!(shown, [(0.0, Some(5.0)), (2.0, Some(7.0)), (3.0, None), (5.0, Some(1.0)), (6.0, None)]);
    }
}
