//! A sweep's charts: each of the usual metrics against each swept variable.

use crate::report::charts::{self, Quantity, SweepDot, SweepInput, SweepScale, SweepSeries};
use crate::report::html;
use crate::spec::units::{self, Dimension};

use super::metrics::{Aggregate, Figure, Label, Labels, Metric, Unit, entry};
use super::outputs::SweepRun;
use super::page::written;

/// The figures that a sweep's page shows, in this order.
const SHOWN: [(Metric, Aggregate); 13] = [
    (Metric::Throughput, Aggregate::Mean),
    (Metric::Latency, Aggregate::P50),
    (Metric::Latency, Aggregate::P99),
    (Metric::CommitLatency, Aggregate::P50),
    (Metric::ErrorRate, Aggregate::Mean),
    (Metric::UnavailableWindow, Aggregate::Max),
    (Metric::ElectionDuration, Aggregate::Max),
    (Metric::TimeWithoutLeader, Aggregate::Total),
    (Metric::MessagesPerCommit, Aggregate::Mean),
    (Metric::LeaderUtilisation, Aggregate::Mean),
    (Metric::WaitingTime, Aggregate::Mean),
    (Metric::Utilisation, Aggregate::Mean),
    (Metric::MessagesSent, Aggregate::Count),
];

/// Series beyond which all runs of a chart are drawn alike: nobody tells that many colours apart.
const SERIES_MAX: usize = 8;
/// How many times the greatest value is the least before an axis is logarithmic.
const LOG_RATIO: f64 = 30.0;

/// One figure that the runs of a sweep are compared by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Measure {
    metric: Metric,
    aggregate: Aggregate,
    labels: Labels,
    /// What it is called: `latency p99`, and of what if there are several.
    pub name: String,
}

/// What the runs are compared by: the figures of [`SHOWN`] that any of them has.
pub fn measures(runs: &[SweepRun]) -> Vec<Measure> {
    let mut measures = Vec::new();
    for (metric, aggregate) in SHOWN {
        let mut found: Vec<&Labels> = Vec::new();
        for figure in runs.iter().flat_map(|run| &run.figures) {
            let is_it = figure.metric == metric && figure.aggregate == aggregate && is_whole(&figure.labels);
            if is_it && !found.contains(&&figure.labels) && !is_of_clients(&figure.labels, runs) {
                found.push(&figure.labels);
            }
        }
        let several = found.len() > 1;
        measures.extend(found.into_iter().map(|labels| {
            // Of clients in several regions the region tells them apart.
            let of =
                labels.get(&Label::Workload).or(labels.get(&Label::Region)).or(labels.get(&Label::System));
            let of = of.filter(|_| several);
            let of = of.map_or(String::new(), |of| format!(" {of}"));
            let name = match aggregate {
                // That is what the metric is.
                Aggregate::Count => entry(metric).name.to_owned() + &of,
                _ => format!("{} {}{of}", entry(metric).name, aggregate.name()),
            };
            Measure { metric, aggregate, labels: labels.clone(), name }
        }));
    }
    measures
}

/// Whether a figure is of the nodes that clients run on: what they send mirrors what they are told to.
fn is_of_clients(labels: &Labels, runs: &[SweepRun]) -> bool {
    let Some(system) = labels.get(&Label::System) else { return false };
    let figures = || runs.iter().take(1).flat_map(|run| &run.figures);
    figures().any(|figure| figure.labels.get(&Label::Workload) == Some(system))
}

/// Whether a figure is of all operations and all phases.
fn is_whole(labels: &Labels) -> bool {
    [Label::Op, Label::Phase, Label::Reason, Label::Node, Label::Kind]
        .iter()
        .all(|label| !labels.contains_key(label))
}

impl Measure {
    /// What a run measured, if it did.
    fn of(&self, run: &SweepRun) -> Option<f64> {
        let is_it = |figure: &&Figure| {
            figure.metric == self.metric && figure.aggregate == self.aggregate && figure.labels == self.labels
        };
        run.figures.iter().find(is_it).map(|figure| figure.value)
    }

    fn unit(&self) -> Unit {
        entry(self.metric).unit_of(self.aggregate)
    }

    /// What a run measured, for people.
    pub fn written(&self, run: &SweepRun) -> String {
        self.of(run).map_or(String::new(), |value| written(value, self.unit()))
    }

    /// How values are drawn, and what divides them.
    fn quantity(&self) -> (Quantity, f64) {
        match self.unit() {
            Unit::Nanoseconds => (Quantity::Milliseconds, 1e6),
            Unit::Ratio => (Quantity::Share, 1.0),
            Unit::OperationsPerSecond
            | Unit::Operations
            | Unit::Requests
            | Unit::Elections
            | Unit::Messages
            | Unit::MessagesPerOperation
            | Unit::BytesPerOperation
            | Unit::RoundsPerOperation
            | Unit::Syncs
            | Unit::Strikes
            | Unit::Count => (Quantity::Number, 1.0),
        }
    }
}

/// What runs are spread by on the x-axis.
struct Variable {
    name: String,
    /// Which of the swept variables; `None`: nothing but the seed varies.
    index: Option<usize>,
    scale: SweepScale,
    quantity: Quantity,
}

/// A chart for each measure and variable.
pub fn figures(scenario: &str, runs: &[SweepRun], measures: &[Measure]) -> Vec<html::Figure> {
    let variables = variables(runs);
    let mut figures = Vec::new();
    // What was never anything but nought is in the table and needs no chart.
    let is_worth =
        |measure: &&Measure| runs.iter().any(|run| measure.of(run).is_some_and(|value| value != 0.0));
    for measure in measures.iter().filter(is_worth) {
        for variable in &variables {
            let chart = charts::sweep(&input(scenario, runs, measure, variable));
            let by = if variables.len() > 1 { format!("-by-{}", variable.name) } else { String::new() };
            let name = format!("sweep-{}{by}", measure.name.replace([' ', '_'], "-"));
            figures.push(html::Figure {
                file: format!("charts/{name}.svg"),
                data: "runs.csv".to_owned(),
                svg: chart.to_svg(),
                name,
            });
        }
    }
    figures
}

/// The variables that have more than one value; the seed if none has.
fn variables(runs: &[SweepRun]) -> Vec<Variable> {
    let names = runs.first().map_or(&[][..], |run| run.run.params.as_slice());
    let mut variables = Vec::new();
    for (index, (name, _)) in names.iter().enumerate() {
        let mut values: Vec<String> = Vec::new();
        for run in runs {
            let value = &run.run.params[index].1;
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        if values.len() > 1 {
            let (scale, quantity) = scale(&values);
            variables.push(Variable { name: name.clone(), index: Some(index), scale, quantity });
        }
    }
    if variables.is_empty() {
        let scale = SweepScale::Names(vec![format!("{} seeds", runs.len())]);
        let (name, quantity) = ("seed".to_owned(), Quantity::Number);
        variables.push(Variable { name, index: None, scale, quantity });
    }
    variables
}

/// Numbers lie where they are, everything else side by side.
fn scale(values: &[String]) -> (SweepScale, Quantity) {
    let Some(numbers) = values.iter().map(|value| number(value)).collect::<Option<Vec<_>>>() else {
        return (SweepScale::Names(values.to_vec()), Quantity::Number);
    };
    let quantity = numbers[0].1;
    let scale =
        if is_wide(numbers.iter().map(|(value, _)| *value)) { SweepScale::Log10 } else { SweepScale::Linear };
    (scale, quantity)
}

/// The value of a variable as charts draw it.
fn number(text: &str) -> Option<(f64, Quantity)> {
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some((number, Quantity::Number));
    }
    units::base_value(text).map(|(dimension, value)| match dimension {
        Dimension::Duration => (value / 1e6, Quantity::Milliseconds),
        Dimension::Ratio => (value, Quantity::Share),
        Dimension::Bytes | Dimension::Bandwidth | Dimension::Rate | Dimension::Ppm => {
            (value, Quantity::Number)
        }
    })
}

/// Whether values are positive and far apart.
fn is_wide(values: impl Iterator<Item = f64> + Clone) -> bool {
    let least = values.clone().fold(f64::INFINITY, f64::min);
    let most = values.fold(0.0, f64::max);
    least > 0.0 && most / least >= LOG_RATIO
}

fn input(scenario: &str, runs: &[SweepRun], measure: &Measure, variable: &Variable) -> SweepInput {
    let (quantity, divisor) = measure.quantity();
    let mut series: Vec<SweepSeries> = Vec::new();
    let is_crowded = groups(runs, variable) > SERIES_MAX;
    for run in runs {
        let Some(value) = measure.of(run) else { continue };
        let others = if is_crowded { String::new() } else { others(run, variable) };
        let dot = SweepDot { x: place(run, variable), y: value / divisor, tip: tip(run, measure) };
        match series.iter_mut().find(|one| one.label == others) {
            Some(one) => one.dots.push(dot),
            None => series.push(SweepSeries { label: others, dots: vec![dot] }),
        }
    }
    let y_log = is_wide(series.iter().flat_map(|one| &one.dots).map(|dot| dot.y));
    let log = if y_log { " (log scale)" } else { "" };
    let unit = match quantity {
        Quantity::Number => format!(" ({})", measure.unit().name()),
        Quantity::Milliseconds | Quantity::Share | Quantity::ShareAbove => String::new(),
    };
    SweepInput {
        metric: measure.name.clone(),
        subtitle: format!("{scenario}, {} runs", runs.len()),
        y_label: format!("{}{unit}{log}", measure.name),
        quantity,
        y_log,
        variable: if variable.index.is_some() { variable.name.clone() } else { String::new() },
        variable_quantity: variable.quantity,
        scale: variable.scale.clone(),
        series,
    }
}

/// How many series a chart against `variable` has.
fn groups(runs: &[SweepRun], variable: &Variable) -> usize {
    let mut labels: Vec<String> = runs.iter().map(|run| others(run, variable)).collect();
    labels.sort();
    labels.dedup();
    labels.len()
}

/// The values of the other variables.
fn others(run: &SweepRun, variable: &Variable) -> String {
    let params = run.run.params.iter().enumerate().filter(|(index, _)| Some(*index) != variable.index);
    params.map(|(_, (name, value))| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

fn place(run: &SweepRun, variable: &Variable) -> f64 {
    let Some(index) = variable.index else { return 0.0 };
    let value = &run.run.params[index].1;
    match &variable.scale {
        SweepScale::Names(names) => names.iter().position(|name| name == value).map_or(0.0, |at| at as f64),
        SweepScale::Linear | SweepScale::Log10 => {
            number(value).expect("a scale of numbers has only numbers").0
        }
    }
}

/// What a dot says of its run.
fn tip(run: &SweepRun, measure: &Measure) -> String {
    let params: Vec<String> =
        run.run.params.iter().map(|(name, value)| format!("{name}={value}, ")).collect();
    format!("{}seed {}, run {}: {}", params.concat(), run.run.seed, run.run.run_id, measure.written(run))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::outputs::{PlannedRun, RunVerdict};

    fn run(params: &[(&str, &str)], p99: f64) -> SweepRun {
        let figure = |metric, aggregate, label: (Label, &str), value| Figure {
            metric,
            aggregate,
            labels: Labels::from([(label.0, label.1.to_owned())]),
            value,
        };
        SweepRun {
            run: PlannedRun {
                run_id: "00000001".to_owned(),
                seed: 7,
                params: params.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
            },
            digest: None,
            verdict: RunVerdict::Passed,
            figures: vec![
                figure(Metric::Latency, Aggregate::P99, (Label::Workload, "users"), p99),
                figure(Metric::Latency, Aggregate::P99, (Label::Op, "write"), 1.0),
                figure(Metric::MessagesSent, Aggregate::Count, (Label::System, "users"), 5.0),
                figure(Metric::MessagesSent, Aggregate::Count, (Label::System, "kv"), 5.0),
                figure(Metric::ErrorRate, Aggregate::Mean, (Label::Workload, "users"), 0.0),
            ],
            has_page: false,
        }
    }

    #[test]
    fn runs_are_compared_by_whole_figures_and_drawn_where_there_is_something_to_see() {
        let runs =
            [run(&[("fsync", "1ms"), ("kind", "a")], 1e6), run(&[("fsync", "2ms"), ("kind", "a")], 2e6)];
        let measures = measures(&runs);
        let names: Vec<&str> = measures.iter().map(|measure| measure.name.as_str()).collect();
        assert_eq!(names, ["latency p99", "error_rate mean", "messages_sent"]);
        assert_eq!(measures[0].written(&runs[1]), "2.00 ms");
        let figures = figures("small", &runs, &measures);
        let names: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
        assert_eq!(
            names,
            ["sweep-latency-p99", "sweep-messages-sent"],
            "no chart of nought, none against `kind`"
        );
        assert!(
            figures[0].svg.contains(">1 ms<") && figures[0].svg.contains(">2 ms<"),
            "ticks at the values"
        );
    }

    #[test]
    fn numbers_lie_where_they_are_and_names_side_by_side() {
        let of = |values: &[&str]| scale(&values.iter().map(|&value| value.to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["3", "5"]), (SweepScale::Linear, Quantity::Number));
        assert_eq!(of(&["1us", "10ms"]), (SweepScale::Log10, Quantity::Milliseconds));
        assert_eq!(of(&["50%", "75%"]), (SweepScale::Linear, Quantity::Share));
        let names = vec!["random".to_owned(), "3".to_owned()];
        assert_eq!(of(&["random", "3"]), (SweepScale::Names(names), Quantity::Number));
    }

    #[test]
    fn without_swept_variables_all_seeds_stand_in_one_place() {
        let runs = [run(&[], 1e6), run(&[], 2e6)];
        let variables = variables(&runs);
        assert_eq!(variables.len(), 1);
        assert_eq!(variables[0].scale, SweepScale::Names(vec!["2 seeds".to_owned()]));
        assert_eq!(place(&runs[1], &variables[0]), 0.0);
    }
}
