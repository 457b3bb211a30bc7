//! A figure of each variant against a swept number, with intervals, and what theory says of it.

use serde::{Deserialize, Serialize};

use super::axis::{Axis, without_unit};
use super::chart::{Chart, Mark, Series};
use super::comparison::Interval;
use super::number::Quantity;
use super::palette::{Dash, Ink};

/// A figure at a value of the variable.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct AgainstPoint {
    /// The value of the variable.
    pub x: f64,
    /// The figure with its interval.
    pub figure: Interval,
}

/// A variant.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AgainstSeries {
    /// Its name.
    pub name: String,
    /// In order of the variable.
    pub points: Vec<AgainstPoint>,
}

/// What a formula says.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AgainstCurve {
    /// Which formula.
    pub name: String,
    /// In order of the variable.
    pub points: Vec<(f64, f64)>,
}

/// What the chart is drawn from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AgainstInput {
    /// The figure, such as `latency p99`.
    pub metric: String,
    /// Of what: scenario, runs, confidence.
    pub subtitle: String,
    /// What the y-axis shows.
    pub y_label: String,
    /// How figures are written.
    pub quantity: Quantity,
    /// Whether figures are drawn on a log axis.
    pub y_log: bool,
    /// The variable, with its unit.
    pub variable: String,
    /// How its values are written.
    pub variable_quantity: Quantity,
    /// Whether they are drawn on a log axis.
    pub x_log: bool,
    /// One line with its points each.
    pub series: Vec<AgainstSeries>,
    /// One line each, dashed as no variant's is.
    pub curves: Vec<AgainstCurve>,
}

/// The chart.
pub fn against(input: &AgainstInput) -> Chart {
    let mut x = if input.x_log {
        Axis::log10(&input.variable, input.variable_quantity)
    } else {
        Axis::linear(&input.variable, input.variable_quantity)
    };
    x.marks = input.series.iter().flat_map(|series| series.points.iter().map(|point| point.x)).collect();
    x.marks.retain(|mark| mark.is_finite() && (*mark > 0.0 || !input.x_log));
    x.marks.sort_by(f64::total_cmp);
    x.marks.dedup();
    let y = if input.y_log {
        Axis::log10(&input.y_label, input.quantity)
    } else {
        Axis::linear(&input.y_label, input.quantity).from_zero()
    };
    let mut chart = Chart::new(
        &format!("{} against {}", input.metric, without_unit(&input.variable)),
        &input.subtitle,
        "For each variant its figure, with its interval, at each value of the variable. Lines of a dash and two dots are what theory says. \
         A chevron at an edge: the interval goes on beyond.",
        x,
        y,
    );
    for (i, series) in input.series.iter().enumerate() {
        let points: Vec<(f64, f64)> =
            series.points.iter().map(|point| (point.x, point.figure.value)).collect();
        let bars = series.points.iter().map(|point| (point.figure.low, point.figure.high)).collect();
        chart.series.push(Series::new("", Mark::Line, Ink::nth(i), points.clone()));
        chart.series.push(Series { bars, ..Series::new(&series.name, Mark::Points, Ink::nth(i), points) });
    }
    for (i, curve) in input.curves.iter().enumerate() {
        let ink = Ink { dash: Dash::DashDotDot, ..Ink::nth(input.series.len() + i) };
        let name = format!("theory: {}", curve.name);
        chart.series.push(Series::new(&name, Mark::Line, ink, curve.points.clone()));
    }
    chart.plot_height = 280.0;
    chart
}

#[cfg(test)]
mod tests {
    use super::super::samples::against_input;
    use super::*;

    #[test]
    fn no_variant_is_dashed_as_theory_is() {
        let chart = against(&against_input(12));
        let (theory, variants): (Vec<&Series>, Vec<&Series>) =
            chart.series.iter().partition(|series| series.name.starts_with("theory: "));
        assert_eq!(theory.len(), 1);
        assert!(variants.iter().all(|variant| variant.ink.dash != theory[0].ink.dash));
    }

    #[test]
    fn logarithmic_axes_say_so() {
        let mut input = against_input(2);
        (input.x_log, input.y_label) = (true, "latency p99".into());
        let chart = against(&input);
        assert_eq!(
            (chart.x.label.as_str(), chart.y.label.as_str()),
            ("load (log scale)", "latency p99 (log scale)")
        );
    }
}
