//! A metric against a swept variable: every run a point, and a line through the medians.
//!
//! Runs are shown one by one because a mean of 20 seeds hides that one of them failed over for half a minute.

use serde::{Deserialize, Serialize};

use super::axis::{Axis, Scale};
use super::chart::{Chart, Mark, Series};
use super::input::any_number;
use super::number::Quantity;
use super::palette::{Colour, Ink};

/// Where on the x-axis the values of a swept variable lie.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SweepScale {
    /// Numbers, evenly spread.
    Linear,
    /// Positive numbers, spread by their ratios.
    Log10,
    /// Names; the value of a dot is the index of its name.
    Names(Vec<String>),
}

/// One run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SweepDot {
    /// The value of the swept variable, or the index of its name.
    #[serde(with = "any_number")]
    pub x: f64,
    /// The metric. NaN if the run has no such figure: its value of the variable keeps its place on the axis, and whoever makes the input
    /// says how many there are. A dot with no place on the axes (infinite, or not positive on a log axis) is left out and counted.
    #[serde(with = "any_number")]
    pub y: f64,
    /// Shown on hovering: the run's seed and parameters.
    pub tip: String,
}

/// Runs that differ in the swept variable and the seed only.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SweepSeries {
    /// What they share, such as `policy=random`; empty if there is one series only.
    pub label: String,
    /// In any order.
    pub dots: Vec<SweepDot>,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SweepInput {
    /// The metric, such as `latency p99`.
    pub metric: String,
    /// Of what: scenario, number of seeds.
    pub subtitle: String,
    /// What the y-axis shows, with its unit.
    pub y_label: String,
    /// How values of the metric are written.
    pub quantity: Quantity,
    /// Whether the metric is drawn on a log axis.
    pub y_log: bool,
    /// The swept variable, with its unit.
    pub variable: String,
    /// How the values of the variable are written.
    pub variable_quantity: Quantity,
    /// Where they lie.
    pub scale: SweepScale,
    /// One line and one kind of point each.
    pub series: Vec<SweepSeries>,
    /// Whether the runs of a series differ in more than the variable and the seed. The median of what is not alike says nothing, so that
    /// none is drawn. False in files that do not have it.
    #[serde(default)]
    pub is_mixed: bool,
}

/// The chart.
pub fn sweep(input: &SweepInput) -> Chart {
    let is_on_x = |dot: &SweepDot| dot.x.is_finite() && (dot.x > 0.0 || input.scale != SweepScale::Log10);
    let is_shown = |dot: &SweepDot| is_on_x(dot) && dot.y.is_finite() && (dot.y > 0.0 || !input.y_log);
    let all = || input.series.iter().flat_map(|series| &series.dots);
    let mut x = match &input.scale {
        SweepScale::Linear => Axis::linear(&input.variable, input.variable_quantity),
        SweepScale::Log10 => Axis::log10(&input.variable, input.variable_quantity),
        SweepScale::Names(names) => Axis::categories(&input.variable, names.clone()),
    };
    if !matches!(input.scale, SweepScale::Names(_)) {
        // Nobody ran 3.5 nodes: only what was run has a tick, and all that was run has, whatever came of it.
        x.marks = all().filter(|dot| is_on_x(dot)).map(|dot| dot.x).collect();
        x.marks.sort_by(f64::total_cmp);
        x.marks.dedup();
    }
    if input.scale == SweepScale::Log10 {
        // The outermost values stand a little inside the plot, not on its edge.
        let ends = all().filter(|dot| is_on_x(dot)).map(|dot| dot.x);
        let low = ends.clone().reduce(f64::min).map(|low| low / 1.15);
        x.range = low.zip(ends.reduce(f64::max).map(|high| high * 1.15));
    }
    let named = matches!(x.scale, Scale::Categories(_));
    let y = if input.y_log {
        Axis::log10(&input.y_label, input.quantity)
    } else {
        Axis::linear(&input.y_label, input.quantity).from_zero()
    };
    let left_out = all().filter(|dot| !is_shown(dot) && !dot.y.is_nan()).count();
    let subtitle = match left_out {
        0 => input.subtitle.clone(),
        1 => format!("{}; 1 run has no place here", input.subtitle),
        n => format!("{}; {n} runs have no place here", input.subtitle),
    };
    let mut chart = Chart::new(
        &input.metric,
        &subtitle,
        match input.is_mixed {
            true => {
                "Each point is one run. Runs at one place differ in more than their seeds, so that there are no medians."
            }
            false => {
                "Each point is one run; each line joins the medians over the runs of one value of the swept variable."
            }
        },
        x,
        y,
    );
    let count = input.series.len();
    let has_line = |series: &SweepSeries| !series.label.is_empty() && series.dots.iter().any(is_shown);
    if !input.is_mixed && input.series.iter().any(has_line) {
        // Series are named by their points; this is what their lines are.
        let what = if named { "short line: median" } else { "line: medians" };
        chart.series.push(Series::new(what, Mark::Line, Ink::plain(Colour::INK_SOFT), Vec::new()));
    }
    for (i, series) in input.series.iter().enumerate() {
        // Series side by side within a name's place; between names there is nothing that a line could say.
        let shift = if named { (i as f64 + 0.5) / count as f64 * 0.7 - 0.35 } else { 0.0 };
        let name = if series.label.is_empty() { "one run" } else { series.label.as_str() };
        // With those that have no place along y: the axis reaches to where they are.
        let run: Vec<&SweepDot> = series.dots.iter().filter(|dot| is_on_x(dot)).collect();
        let points = run.iter().map(|d| (d.x + shift, d.y)).collect();
        let tips = run.iter().map(|d| d.tip.clone()).collect();
        chart.series.push(Series { tips, ..Series::new(name, Mark::Points, Ink::nth(i), points) });
        if input.is_mixed {
            continue;
        }
        for (n, line) in median_lines(&run, is_shown, named, shift).into_iter().enumerate() {
            let name = if series.label.is_empty() && n == 0 { "median" } else { "" };
            chart.series.push(Series::new(name, Mark::Line, Ink::nth(i), line));
        }
    }
    chart
}

/// One line through the medians in order of x, with a gap where no run is shown, or, for names, a short level line at each.
fn median_lines(
    dots: &[&SweepDot],
    is_shown: impl Fn(&SweepDot) -> bool,
    named: bool,
    shift: f64,
) -> Vec<Vec<(f64, f64)>> {
    let mut sorted: Vec<(f64, Option<f64>)> =
        dots.iter().map(|dot| (dot.x, is_shown(dot).then_some(dot.y))).collect();
    let order = |y: Option<f64>| y.unwrap_or(f64::INFINITY);
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(order(a.1).total_cmp(&order(b.1))));
    let medians = sorted.chunk_by(|a, b| a.0 == b.0).map(|group| {
        let shown: Vec<f64> = group.iter().filter_map(|(_, y)| *y).collect();
        (group[0].0, median(&shown))
    });
    if named {
        let (half, shown) = (0.06, medians.filter(|(_, y)| !y.is_nan()));
        shown.map(|(x, y)| vec![(x + shift - half, y), (x + shift + half, y)]).collect()
    } else {
        vec![medians.collect()]
    }
}

/// The middle value, or the mean of the two middle ones, of sorted values; NaN of none.
fn median(values: &[f64]) -> f64 {
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[middle],
        _ => values[middle - 1] / 2.0 + values[middle] / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(x: f64, y: f64) -> SweepDot {
        SweepDot { x, y, tip: String::new() }
    }

    #[test]
    fn the_line_joins_medians_in_order_of_the_variable() {
        let dots = [dot(2.0, 9.0), dot(1.0, 5.0), dot(2.0, 1.0), dot(2.0, 2.0), dot(1.0, 7.0)];
        let lines = median_lines(&dots.iter().collect::<Vec<_>>(), |_| true, false, 0.0);
        assert_eq!(lines, [[(1.0, 6.0), (2.0, 2.0)]]);
    }

    /// The samples with a log axis have 0.2, 1, 5 and 25.
    #[test]
    fn a_value_of_which_no_run_has_a_figure_keeps_its_place_and_is_a_gap_in_the_line() {
        for scale in [SweepScale::Log10, SweepScale::Linear] {
            let mut input = crate::report::charts::samples::sweep_input(scale);
            for series in &mut input.series {
                series.dots.extend([dot(0.01, f64::NAN), dot(3.0, f64::NAN), dot(77.0, f64::NAN)]);
            }
            let chart = sweep(&input);
            assert_eq!(chart.subtitle, input.subtitle, "they are told by whoever makes the input");
            let marks = &chart.x.marks;
            assert_eq!((marks[0], marks[marks.len() - 1]), (0.01, 77.0));
            let reaches = match chart.x.range {
                Some((low, high)) => low < 0.01 && high > 77.0,
                // That of all points, drawn or not.
                None => [0.01, 77.0].iter().all(|x| {
                    let mut points = chart.series.iter().flat_map(|series| &series.points);
                    points.any(|point| point.0 == *x)
                }),
            };
            assert!(reaches, "{:?}", chart.x);
            let is_median = |one: &&Series| one.mark == Mark::Line && !one.points.is_empty();
            let line = chart.series.iter().find(is_median).expect("there are medians");
            let at = |x: f64| line.points.iter().find(|point| point.0 == x).expect("it is in the line").1;
            assert!(at(3.0).is_nan() && at(marks[1]).is_finite());
        }
    }

    #[test]
    fn runs_that_differ_in_more_than_their_seeds_have_no_medians() {
        let mut input = crate::report::charts::samples::sweep_input(SweepScale::Linear);
        input.series.truncate(1);
        input.is_mixed = true;
        let chart = sweep(&input);
        assert!(chart.series.iter().all(|series| series.mark == Mark::Points));
        assert!(chart.description.contains("no medians"));
    }

    #[test]
    fn runs_without_a_place_are_counted() {
        let mut input = crate::report::charts::samples::sweep_input(SweepScale::Log10);
        input.series[0].dots.extend([dot(1.0, f64::NAN), dot(1.0, 0.0), dot(-1.0, 5.0)]);
        let chart = sweep(&input);
        assert!(chart.subtitle.ends_with("; 2 runs have no place here"), "{}", chart.subtitle);
        let runs = chart.series.iter().find(|series| series.mark == Mark::Points).expect("there are runs");
        assert_eq!(runs.points.iter().filter(|point| point.1 > 0.0).count(), 80);
    }

    #[test]
    fn the_legend_says_what_lines_are_and_log_axes_that_they_are() {
        let chart = sweep(&crate::report::charts::samples::sweep_input(SweepScale::Log10));
        let names: Vec<&str> = chart.series.iter().map(|series| series.name.as_str()).collect();
        assert!(names.contains(&"line: medians"), "{names:?}");
        assert_eq!(chart.x.label, "load (share of capacity) (log scale)");
        assert_eq!(chart.y.label, "latency p99 (log scale)");
    }

    #[test]
    fn names_are_not_joined_by_a_line() {
        let dots = [dot(0.0, 1.0), dot(1.0, 3.0)];
        let lines = median_lines(&dots.iter().collect::<Vec<_>>(), |_| true, true, 0.1);
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line[0].1 == line[1].1));
    }
}
