//! A sweep's charts: each of the usual metrics against each swept variable, and by the regions of clients.

use std::collections::BTreeMap;

use crate::report::charts::{ChartInput, Quantity, SweepDot, SweepInput, SweepScale, SweepSeries};
use crate::report::stored::StoredChart;
use crate::spec::units::{self, Dimension};

use super::outputs::SweepRun;

mod by_region;
mod by_two;
mod labels;
mod measure;

pub use labels::{measure_label, variable_label};
pub use measure::{Measure, may_be_log, measures, quantity_of};

/// Series beyond which all runs of a chart are drawn alike: nobody tells that many colours apart.
const SERIES_MAX: usize = 8;
/// How many times the greatest value is the least before an axis is logarithmic.
const LOG_RATIO: f64 = 30.0;

/// What runs are spread by on the x-axis.
struct Variable {
    name: String,
    /// Its name with the unit of its numbers.
    label: String,
    /// Which of the swept variables; `None`: nothing but the seed varies.
    index: Option<usize>,
    /// Which others turn with it, so that its value says theirs: no series are told apart by these.
    turning: Vec<usize>,
    scale: SweepScale,
    quantity: Quantity,
}

/// A chart for each measure and variable.
pub fn figures(scenario: &str, runs: &[SweepRun], measures: &[Measure]) -> Vec<StoredChart> {
    let variables = variables(runs);
    let mut figures = Vec::new();
    // What was never anything but nought is in the table and needs no chart.
    let is_worth =
        |measure: &&Measure| runs.iter().any(|run| measure.of(run).is_some_and(|value| value != 0.0));
    let worth: Vec<&Measure> = measures.iter().filter(is_worth).collect();
    for &measure in &worth {
        let regions: Vec<&Measure> =
            worth.iter().copied().filter(|other| measure.differs_by_region(other)).collect();
        if regions.len() > 1 {
            if std::ptr::eq(regions[0], measure) {
                figures.push(by_region::figure(scenario, runs, &regions));
            }
            continue;
        }
        for variable in shown(runs, &variables) {
            let input = ChartInput::Sweep(input(scenario, runs, measure, variable, &variables));
            let by = if variables.len() > 1 { format!("-by-{}", variable.name) } else { String::new() };
            let part = measure.name.replace([' ', '_'], "-") + &by;
            figures.push(StoredChart::new(Some(&part), "runs.csv", input));
        }
        figures.extend(by_two::map(scenario, runs, measure, &variables));
    }
    // Two systems may have the same metric by region.
    figures
}

/// The variables that a chart is drawn against: numbers if there are any, beside which names are series, as long as they can be told
/// apart.
fn shown<'v>(runs: &[SweepRun], variables: &'v [Variable]) -> Vec<&'v Variable> {
    let is_number = |variable: &&Variable| !matches!(variable.scale, SweepScale::Names(_));
    let numbers: Vec<&Variable> = variables.iter().filter(is_number).collect();
    let is_legible = |variable: &&Variable| groups(runs, variable, variables) <= SERIES_MAX;
    match !numbers.is_empty() && numbers.iter().all(is_legible) {
        true => numbers,
        false => variables.iter().collect(),
    }
}

/// The variables that have more than one value, of those that turn together the first; the seed if none has.
fn variables(runs: &[SweepRun]) -> Vec<Variable> {
    let names = runs.first().map_or(&[][..], |run| run.run.params.as_slice());
    let mut variables: Vec<Variable> = Vec::new();
    for (index, (name, _)) in names.iter().enumerate() {
        if variables.iter().any(|before| before.turning.contains(&index)) {
            continue;
        }
        let mut values: Vec<String> = Vec::new();
        for run in runs {
            let value = &run.run.params[index].1;
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        if values.len() > 1 {
            let (scale, quantity) = scale(&values);
            let turning =
                (0..names.len()).filter(|other| *other != index && turns_with(runs, *other, index)).collect();
            let label = variable_label(name, values.iter().map(String::as_str));
            let (name, index) = (name.clone(), Some(index));
            variables.push(Variable { name, label, index, turning, scale, quantity });
        }
    }
    if variables.is_empty() {
        let scale = SweepScale::Names(vec![format!("{} seeds", runs.len())]);
        let (name, label, quantity) = ("seed".to_owned(), String::new(), Quantity::Number);
        variables.push(Variable { name, label, index: None, turning: Vec::new(), scale, quantity });
    }
    variables
}

/// Whether the value of a variable is known from that of another in every run, as where a `zip` turns a bound with what it bounds.
fn turns_with(runs: &[SweepRun], one: usize, other: usize) -> bool {
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    runs.iter().all(|run| {
        let [one, other] = [one, other].map(|index| run.run.params[index].1.as_str());
        *known.entry(other).or_insert(one) == one
    })
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

/// The value of a variable as charts draw it, if it is a number.
pub fn number(text: &str) -> Option<(f64, Quantity)> {
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
pub fn is_wide(values: impl Iterator<Item = f64> + Clone) -> bool {
    let least = values.clone().fold(f64::INFINITY, f64::min);
    let most = values.fold(0.0, f64::max);
    least > 0.0 && most / least >= LOG_RATIO
}

fn input(
    scenario: &str,
    runs: &[SweepRun],
    measure: &Measure,
    variable: &Variable,
    variables: &[Variable],
) -> SweepInput {
    let (quantity, divisor) = measure.quantity();
    let mut series: Vec<SweepSeries> = Vec::new();
    let is_crowded = groups(runs, variable, variables) > SERIES_MAX;
    let mut lacking = 0;
    for run in runs {
        let value = measured(run, measure);
        lacking += usize::from(value.is_none());
        let others = if is_crowded { String::new() } else { others(run, variable, variables) };
        let y = value.map_or(f64::NAN, |value| value / divisor);
        let dot = SweepDot { x: place(run, variable), y, tip: tip(run, measure) };
        match series.iter_mut().find(|one| one.label == others) {
            Some(one) => one.dots.push(dot),
            None => series.push(SweepSeries { label: others, dots: vec![dot] }),
        }
    }
    let y_log = measure.may_be_log() && is_wide(series.iter().flat_map(|one| &one.dots).map(|dot| dot.y));
    let together = match is_crowded {
        true => format!("; all values of {} together", names_of_others(variable, variables).join(", ")),
        false => String::new(),
    };
    let lacking = told_as_lacking(lacking, runs.len(), &measure.name);
    SweepInput {
        metric: measure.name.clone(),
        subtitle: format!("{scenario}, {} runs{together}{lacking}", runs.len()),
        y_label: measure_label(&measure.name, measure.unit()),
        quantity,
        y_log,
        variable: variable.label.clone(),
        variable_quantity: variable.quantity,
        scale: variable.scale.clone(),
        series,
        is_mixed: is_crowded,
    }
}

/// What a run measured, if that is a number.
fn measured(run: &SweepRun, measure: &Measure) -> Option<f64> {
    measure.of(run).filter(|value| !value.is_nan())
}

/// What a subtitle says of runs that measured nothing, as where all operations failed: no latency is no low one.
fn told_as_lacking(lacking: usize, runs: usize, what: &str) -> String {
    match lacking {
        0 => String::new(),
        1 => format!("; 1 of {runs} runs has no {what}"),
        _ => format!("; {lacking} of {runs} runs have no {what}"),
    }
}

/// How many series a chart against `variable` has.
fn groups(runs: &[SweepRun], variable: &Variable, variables: &[Variable]) -> usize {
    let mut labels: Vec<String> = runs.iter().map(|run| others(run, variable, variables)).collect();
    labels.sort();
    labels.dedup();
    labels.len()
}

/// The values of the other variables that tell runs at one place apart: of those that turn together the first says it.
fn others(run: &SweepRun, variable: &Variable, variables: &[Variable]) -> String {
    let others =
        variables.iter().filter_map(|other| other.index).filter(|index| Some(*index) != variable.index);
    let params = others.map(|index| &run.run.params[index]);
    params.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

/// The names of these other variables.
fn names_of_others<'v>(variable: &Variable, variables: &'v [Variable]) -> Vec<&'v str> {
    let others = variables.iter().filter(|other| other.index.is_some() && other.index != variable.index);
    others.map(|other| other.name.as_str()).collect()
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
    use crate::run::metrics::{Aggregate, Figure, Label, Labels, Metric};
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
            figures[0].figure().svg.contains(">1 ms<") && figures[0].figure().svg.contains(">2 ms<"),
            "ticks at the values"
        );
    }

    #[test]
    fn variables_that_turn_together_are_one_axis_and_make_no_series() {
        let of = |n: &str, least: &str, kind: &str| run(&[("n", n), ("least", least), ("kind", kind)], 1e6);
        let runs = [of("1", "5", "a"), of("2", "9", "a"), of("1", "5", "b"), of("2", "9", "b")];
        let variables = variables(&runs);
        let names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
        assert_eq!(names, ["n", "kind"]);
        assert_eq!(others(&runs[0], &variables[0], &variables), "kind=a");
        assert_eq!(others(&runs[1], &variables[1], &variables), "n=2", "the first of them says it");
        // A variable that differs beside the same value turns by itself.
        let apart = [of("1", "5", "a"), of("1", "9", "a"), of("2", "9", "a")];
        let variables = self::variables(&apart);
        assert_eq!(others(&apart[1], &variables[0], &variables), "least=9");
    }

    #[test]
    fn workloads_are_compared_together_and_regions_share_a_chart() {
        let figure = |metric, labels: &[(Label, &str)], value| {
            let labels = labels.iter().map(|&(label, value)| (label, value.to_owned())).collect();
            Figure { metric, aggregate: Aggregate::P50, labels, value }
        };
        let of = |protocol: &str, ms: f64| SweepRun {
            figures: vec![
                figure(Metric::Latency, &[(Label::System, "kv"), (Label::Workload, "here")], ms * 1e6),
                figure(Metric::Latency, &[(Label::System, "kv"), (Label::Workload, "there")], 2.0 * ms * 1e6),
                figure(Metric::Latency, &[(Label::System, "kv")], 1.5 * ms * 1e6),
                figure(Metric::CommitLatency, &[(Label::System, "kv"), (Label::Region, "eu")], ms * 1e6),
                figure(
                    Metric::CommitLatency,
                    &[(Label::System, "kv"), (Label::Region, "us")],
                    2.0 * ms * 1e6,
                ),
            ],
            ..run(&[("protocol", protocol)], 1e6)
        };
        let runs = [of("raft", 10.0), of("multi-paxos", 11.0)];
        let measures = measures(&runs);
        let names: Vec<&str> = measures.iter().map(|measure| measure.name.as_str()).collect();
        assert_eq!(names, ["latency p50", "commit_latency p50 eu", "commit_latency p50 us"]);
        let drawn = figures("two", &runs, &measures);
        let names: Vec<&str> = drawn.iter().map(|figure| figure.name.as_str()).collect();
        assert_eq!(names, ["sweep-latency-p50", "sweep-commit-latency-p50-by-region"]);
        for text in [">eu<", ">us<", ">protocol=raft<", ">protocol=multi-paxos<"] {
            assert!(drawn[1].figure().svg.contains(text), "{text}");
        }
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

    /// A run of which every operation failed: nothing has a latency.
    fn failed(params: &[(&str, &str)]) -> SweepRun {
        SweepRun { figures: Vec::new(), ..run(params, 1e6) }
    }

    fn sweep(figure: &StoredChart) -> &SweepInput {
        match &figure.input {
            ChartInput::Sweep(input) => input,
            other => panic!("{} is no sweep", other.kind()),
        }
    }

    #[test]
    fn runs_without_a_figure_are_told_and_their_values_stay_on_the_axis() {
        let of = |timeout: &str| [run(&[("timeout", timeout)], 1e6), run(&[("timeout", timeout)], 2e6)];
        let mut runs = [of("100ms"), of("1s")].concat();
        runs.extend([failed(&[("timeout", "5ms")]), failed(&[("timeout", "5ms")])]);
        let measures = measures(&runs);
        let figures = figures("small", &runs, &measures);
        let input = sweep(&figures[0]);
        assert_eq!(input.subtitle, "small, 6 runs; 2 of 6 runs have no latency p99");
        let svg = figures[0].figure().svg;
        assert!([">5 ms<", ">100 ms<", ">1 s<"].iter().all(|tick| svg.contains(tick)), "{svg}");
        let runs =
            [run(&[("policy", "a")], 1e6), failed(&[("policy", "b")]), run(&[("policy", "a")], f64::NAN)];
        let figures = self::figures("small", &runs, &measures);
        assert!(sweep(&figures[0]).subtitle.ends_with("; 2 of 3 runs have no latency p99"));
        let one = [run(&[("policy", "a")], 1e6), failed(&[("policy", "b")])];
        let figures = self::figures("small", &one, &measures);
        assert!(sweep(&figures[0]).subtitle.ends_with("; 1 of 2 runs has no latency p99"));
    }

    #[test]
    fn a_crowded_chart_says_what_it_shows_together_and_has_no_medians() {
        let of = |n: usize, db: usize, policy: &str| {
            run(
                &[("n", &n.to_string()), ("db", &format!("{db}ms")), ("policy", policy)],
                1e6 * (1 + n) as f64,
            )
        };
        let pairs = |dbs: usize| -> Vec<SweepRun> {
            let all = (0..3).flat_map(|n| (0..dbs).map(move |db| (n, db)));
            all.flat_map(|(n, db)| ["random", "jsq"].map(|policy| of(n, db, policy))).collect()
        };
        let runs = pairs(5);
        let measures = measures(&runs);
        let crowded = figures("small", &runs, &measures);
        let against = |figures: &[StoredChart]| {
            sweep(figures.iter().find(|figure| figure.name == "sweep-latency-p99-by-n").expect("it is drawn"))
                .clone()
        };
        let input = against(&crowded);
        assert_eq!(input.subtitle, "small, 30 runs; all values of db, policy together");
        assert!(input.is_mixed && input.series.len() == 1);
        let runs = pairs(4);
        let input = against(&figures("small", &runs, &measures));
        assert_eq!(
            (input.subtitle.as_str(), input.is_mixed, input.series.len()),
            ("small, 24 runs", false, 8)
        );
    }

    #[test]
    fn axes_have_the_units_that_their_numbers_lack() {
        let runs = [run(&[("rate", "20/s")], 1e6), run(&[("rate", "80/s")], 2e6)];
        let measures = measures(&runs);
        let figures = figures("small", &runs, &measures);
        assert_eq!(sweep(&figures[0]).variable, "rate (/s)");
        assert_eq!(figures[0].name, "sweep-latency-p99", "names of files have no units");
        assert_eq!(sweep(&figures[1]).y_label, "messages_sent (messages)");
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
