//! The complementary cumulative distribution of latency, log-log: every percentile of every operation in one picture,
//! with as much room for p99.99 as for p50.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::chart::{Chart, Mark, Series};
use super::number::Quantity;
use super::palette::Ink;
use super::ticks;

/// The latencies of one kind of operation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CcdfSeries {
    /// The operation, or whatever tells this line from others.
    pub name: String,
    /// A latency in milliseconds and the share of operations, from 0 to 1, that were slower; latencies increase. They are those at
    /// which the share falls: of the slowest operation it is 0.
    pub points: Vec<(f64, f64)>,
}

impl CcdfSeries {
    /// The corners of the staircase: where the share is 1, up to the least latency, and at each latency down to its own.
    pub(super) fn stairs(&self) -> impl Iterator<Item = (f64, f64)> {
        let is_sound = |(latency, slower): &(f64, f64)| latency.is_finite() && slower.is_finite();
        let points = self.points.iter().copied().filter(is_sound);
        let first = points.clone().next().map(|(latency, _)| (latency, 1.0));
        // A step ends where the next one begins: the last one needs an end, too.
        let last = points.clone().next_back();
        first.into_iter().chain(points).chain(last)
    }
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CcdfInput {
    /// Of what: scenario, workload, seed.
    pub subtitle: String,
    /// One line each.
    pub series: Vec<CcdfSeries>,
}

/// The axis reaches down to one in a hundred at least, so that p99 can be read off it.
const FLOOR: f64 = 0.01;

/// The chart. Each line is a staircase that falls at each latency by those that took so long. That of the slowest has no place on a
/// log axis, as nothing was slower: there the line falls to the lower edge.
pub fn ccdf(input: &CcdfInput) -> Chart {
    let shares = input.series.iter().flat_map(|series| &series.points).map(|(_, slower)| *slower);
    let least = shares.filter(|share| *share > 0.0 && share.is_finite()).fold(1.0, f64::min);
    // The edge is below the last step, so that it can be seen to fall.
    let floor = FLOOR.min(ticks::log_range(least / 1.2, 1.0).0);
    let y = Axis {
        range: Some((floor, 1.0)),
        ..Axis::log10("share of operations slower than this", Quantity::ShareAbove)
    };
    let mut chart = Chart::new(
        "How slow, how often",
        &input.subtitle,
        "For each latency, the share of operations that took longer, both axes logarithmic. Lower and further left is \
         better; where a line falls through 1% is its 99th percentile, and where it falls to the edge its slowest operation.",
        Axis::log10("latency", Quantity::Milliseconds),
        y,
    );
    for (i, series) in input.series.iter().enumerate() {
        let points = series.stairs().map(|(latency, slower)| (latency, slower.max(floor))).collect();
        chart.series.push(Series::new(&series.name, Mark::Step, Ink::nth(i), points));
    }
    chart.plot_height = 280.0;
    chart
}

#[cfg(test)]
mod tests {
    use super::super::ecdf::{EcdfInput, ecdf};
    use super::super::width::Width;
    use super::*;

    fn input(points: &[(f64, f64)]) -> CcdfInput {
        let series = vec![CcdfSeries { name: "read".into(), points: points.to_vec() }];
        CcdfInput { subtitle: String::new(), series }
    }

    /// The corners of the line of a chart, in pixels.
    fn corners(svg: &str) -> Vec<(f64, f64)> {
        let lines = svg.split("<polyline points=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let line = lines.last().expect("it has a line");
        let number = |text: &str| text.parse::<f64>().expect("a number");
        line.split(' ').filter_map(|at| at.split_once(',')).map(|(x, y)| (number(x), number(y))).collect()
    }

    /// Of a hundred operations 50 took 1 ms, 48 took 10 ms and 2 took 100 ms: p50 is 1 ms, p98 is 10 ms, p99 and the rest 100 ms.
    const HUNDRED: [(f64, f64); 3] = [(1.0, 0.5), (10.0, 0.02), (100.0, 0.0)];

    #[test]
    fn the_line_is_a_staircase_from_all_down_to_the_slowest() {
        let chart = ccdf(&input(&HUNDRED));
        let [series] = chart.series.as_slice() else { panic!("it has one") };
        assert_eq!(series.mark, Mark::Step);
        assert_eq!(series.points, [(1.0, 1.0), (1.0, 0.5), (10.0, 0.02), (100.0, 0.01), (100.0, 0.01)]);
        assert_eq!(chart.y.range, Some((0.01, 1.0)));
        let corners = corners(&chart.to_svg(Width::FULL));
        let is_level_or_upright = |pair: &[(f64, f64)]| pair[0].0 == pair[1].0 || pair[0].1 == pair[1].1;
        assert!(corners.windows(2).all(is_level_or_upright), "{corners:?}");
        let (first, last) = (corners[0], corners[corners.len() - 1]);
        let falls_last = corners[corners.len() - 3..].iter().all(|at| at.0 == last.0);
        assert!(falls_last && last.0 > first.0 && last.1 > first.1, "{corners:?}");
    }

    #[test]
    fn operations_that_all_took_as_long_are_data_too() {
        let svg = ccdf(&input(&[(5.0, 0.0)])).to_svg(Width::FULL);
        assert!(!svg.contains("no data") && !svg.contains(">1,000%") && svg.contains(">1% (p99)"), "{svg}");
        let corners = corners(&svg);
        assert!(corners[0].1 < corners[corners.len() - 1].1, "from all down to the edge: {corners:?}");
        assert!(corners.iter().all(|at| at.0 == corners[0].0));
    }

    #[test]
    fn the_axis_ends_at_all_even_without_operations() {
        let svg = ccdf(&CcdfInput { subtitle: String::new(), series: Vec::new() }).to_svg(Width::FULL);
        assert!(svg.contains("no data") && svg.contains(">100%") && !svg.contains(">1,000%"), "{svg}");
    }

    #[test]
    fn the_share_that_took_no_longer_is_a_staircase_from_none_to_all() {
        let chart = ecdf(&EcdfInput { subtitle: String::new(), series: input(&HUNDRED).series });
        let [series] = chart.series.as_slice() else { panic!("it has one") };
        assert_eq!(series.mark, Mark::Step);
        assert_eq!(series.points, [(1.0, 0.0), (1.0, 0.5), (10.0, 0.98), (100.0, 1.0), (100.0, 1.0)]);
    }
}
