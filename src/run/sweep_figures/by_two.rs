//! A metric over two swept variables, as a map.

use crate::report::charts::{ChartInput, MapAxis, MapInput, Quantity};
use crate::report::stored::StoredChart;
use crate::run::outputs::SweepRun;

use super::{Measure, Variable, is_wide, measured, told_as_lacking};

/// Values that each of the two variables has at least: of fewer, lines say it better.
const VALUES_MIN: usize = 3;
/// Most values of each: of more, cells are too small to be read.
const VALUES_MAX: usize = 40;

/// The map of a metric over the two variables with the most values; none if no two have enough, or more of them vary than these.
pub(super) fn map(
    scenario: &str,
    runs: &[SweepRun],
    measure: &Measure,
    variables: &[Variable],
) -> Option<StoredChart> {
    let axes: Vec<(usize, MapAxis)> = variables.iter().filter_map(|variable| axis(runs, variable)).collect();
    let [(x_index, x), (y_index, y)] = &axes[..] else { return None };
    let is_shown = |axis: &MapAxis| (VALUES_MIN..=VALUES_MAX).contains(&axis.values.len());
    if !is_shown(x) || !is_shown(y) {
        return None;
    }
    let (quantity, divisor) = measure.quantity();
    let cell = |x_value: &String, y_value: &String| {
        let is_of = |run: &&SweepRun| {
            run.run.params[*x_index].1 == *x_value && run.run.params[*y_index].1 == *y_value
        };
        let values: Vec<f64> = runs.iter().filter(is_of).filter_map(|run| measured(run, measure)).collect();
        median(values).map(|value| value / divisor)
    };
    let rows: Vec<Vec<Option<f64>>> =
        y.values.iter().map(|y| x.values.iter().map(|x| cell(x, y)).collect()).collect();
    let is_log = measure.may_be_log() && is_wide(rows.iter().flatten().flatten().copied());
    let unit = match quantity {
        Quantity::Number => format!(" {}", measure.unit().name()),
        Quantity::Milliseconds | Quantity::Share | Quantity::ShareAbove => String::new(),
    };
    let lacking = runs.iter().filter(|run| measured(run, measure).is_none()).count();
    let subtitle = format!(
        "{scenario}, {} runs; medians{}{}",
        runs.len(),
        if is_log { ", colours on a log scale" } else { "" },
        told_as_lacking(lacking, runs.len(), &measure.name)
    );
    let part = format!("{}-by-{}-and-{}", measure.name.replace([' ', '_'], "-"), x.name, y.name);
    let (metric, x, y) = (measure.name.clone(), x.clone(), y.clone());
    let input = MapInput { metric, subtitle, quantity, unit: unit.trim_end().to_owned(), is_log, x, y, rows };
    Some(StoredChart::new(Some(&part), "runs.csv", ChartInput::Map(input)))
}

/// A variable that varies, with its values in the order in which they come.
fn axis(runs: &[SweepRun], variable: &Variable) -> Option<(usize, MapAxis)> {
    let index = variable.index?;
    let mut values: Vec<String> = Vec::new();
    for run in runs {
        let value = &run.run.params[index].1;
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    Some((index, MapAxis { name: variable.name.clone(), values }))
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (count, middle) = (values.len(), values.len() / 2);
    match count {
        0 => None,
        _ if count % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}
