//! `[compare]`: which of the runs of a sweep are held against each other, and by what.

use super::scaling::{Scaling, check};
use super::search::Search;
use super::theory::Theory;
use super::variables::Variable;
use super::{SweepOptions, written};
use crate::scenario::nouns::Draws;
use crate::spec::units::Dimension;
use crate::spec::{
    Code, Decode, Decoder, Diagnostic, Diagnostics, Located, NoDataFiles, Node, Options, Ratio, Value,
    suggest, units,
};

crate::choices! {
    /// How the figures of several runs become one with an interval, and how two such are told apart.
    pub enum Intervals {
        /// Means, with Student's t: for figures that are nearly normal, as those of long runs are.
        Student = "student",
        /// Medians, between order statistics, and the sign test: whatever the law. For 95 % it takes six runs.
        OrderStatistics = "order-statistics",
        /// Means, with bias-corrected and accelerated bootstrap intervals: for figures that are skewed.
        Bootstrap = "bootstrap",
    }
}

crate::options! {
    /// Which of the runs of a sweep are held against each other, and by what; `seedbed compare` does so.
    pub struct CompareOptions {
        /// The swept variable whose values are the variants; absent: the first whose values are no numbers, or else the first; under
        /// `scaling` the first whose values are numbers.
        by: Option<Located<String>>,
        /// The value of it that the others are held against; absent: its first, under `scaling` its least.
        baseline: Option<Node>,
        /// What is compared: a metric, or with an aggregate `latency.p99`, or of a part `latency.p99{op=read}`; absent: `throughput`,
        /// `latency.p50`, `latency.p99` and `error_rate`; under `scaling` `throughput`.
        metrics: Vec<Located<String>> = vec![],
        /// Queues whose formulas are drawn beside what was simulated, in charts of latency against a swept rate or load, such as `mm1(work=10ms)`.
        theory: Vec<Theory> = vec![],
        /// Two of what is compared, or one of it and a swept number: variants are placed by both, and the Pareto front is drawn; such as
        /// `["servers", "latency.p99"]`.
        pareto: Vec<Located<String>> = vec![],
        /// In what share of all cases intervals cover the truth.
        confidence: f64 [0.5..=0.999] = 0.95,
        /// How figures of several runs become one with an interval.
        intervals: Intervals = "student",
        /// The swept variable that `draws` hangs on: runs that differ in it only, one plain and one mirrored, are taken together as one
        /// (antithetic variates).
        antithetic: Option<Located<String>>,
        /// Batch means: each run is cut, after its warm-up, into so many pieces of the same length, each of which counts as a run; for one
        /// long run in place of many. Only of latency, throughput, offered, goodput_ratio and error_rate.
        batches: Option<u32> [2..=1_000],
        /// When there are runs enough, such as `relative half-width 1%`: when the interval of every figure reaches no further than that to
        /// either side; absent: after `repeat` of them. More seeds follow those of `repeat`.
        until: Option<Located<String>>,
        /// Most runs of each variant under `until`.
        most: u32 [2..=100_000] = 1_000,
        /// What is to be found of a swept variable, for each variant and each seed: `max load where p99 < 100ms`, or `min cores where ..`,
        /// between the least and the greatest value that is listed, by bisection; in place of `metrics`, and of `pareto`.
        find: Option<Located<String>>,
        /// How near the values of `find` between which the condition ceases to hold are to each other in the end, as a share of them.
        resolution: Ratio [Ratio(1_000_000)..=Ratio(500_000_000)] = "1%",
        /// Fits laws of scaling to what is compared, rates and times, over the values of `by`, which are numbers N of servers, cores,
        /// replicas or clients: speed-up, efficiency, and what does not scale, with intervals.
        scaling: Located<Scaling> = "none",
    }
}

/// A decoded `[compare]`, by the variables of its sweep.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The variable whose values are the variants; `None` if nothing is swept.
    pub by: Option<String>,
    /// The value that the others are held against, as it is written; `None`: the first that runs.
    pub baseline: Option<String>,
    /// What is compared; if empty, the usual.
    pub metrics: Vec<Located<String>>,
    /// Queues whose formulas are drawn beside what was simulated.
    pub theory: Vec<Theory>,
    /// The swept variables that say how much arrives: those that formulas can be drawn against.
    pub arrivals: Vec<String>,
    /// Two figures by which variants are placed: what is compared, or swept; `None`: there is no such chart.
    pub pareto: Option<[PlacedBy; 2]>,
    /// In what share of all cases intervals cover the truth.
    pub confidence: f64,
    /// How figures of several runs become one with an interval.
    pub intervals: Intervals,
    /// The variable whose runs are taken together.
    pub antithetic: Option<String>,
    /// Into how many batches each run is cut; `None`: it is one figure.
    pub batches: Option<u32>,
    /// How far the interval of a figure may reach to either side, as a share of it; `None`: however far it does.
    pub until: Option<f64>,
    /// Most runs of each variant.
    pub most: u32,
    /// What is to be found, in place of what is compared.
    pub find: Option<Search>,
    /// Whether laws of scaling are fitted; then the variants are numbers, and the least is the baseline.
    pub scaling: Scaling,
}

/// What variants are placed by.
#[derive(Clone, Debug)]
pub struct PlacedBy {
    /// What it is called.
    pub name: Located<String>,
    /// Whether it is a variable that is swept, and not what is compared.
    pub is_swept: bool,
}

impl Comparison {
    /// What is compared if nothing is said.
    pub fn usual() -> Comparison {
        Comparison::of(CompareOptions::defaults(), &[], None, None, None)
    }

    fn of(
        options: CompareOptions,
        variables: &[Variable],
        by: Option<String>,
        baseline: Option<String>,
        until: Option<f64>,
    ) -> Comparison {
        let CompareOptions {
            metrics,
            theory,
            pareto,
            confidence,
            intervals,
            antithetic,
            batches,
            most,
            scaling,
            ..
        } = options;
        let antithetic = antithetic.map(|variable| variable.value);
        let placed_by = |name: Located<String>| {
            let is_swept = variables.iter().any(|variable| variable.name == name.value);
            PlacedBy { name, is_swept }
        };
        let pareto = <[Located<String>; 2]>::try_from(pareto).ok().map(|two| two.map(placed_by));
        Comparison {
            by,
            baseline,
            metrics,
            theory,
            arrivals: Vec::new(),
            pareto,
            confidence,
            intervals,
            antithetic,
            batches,
            until,
            most,
            find: None,
            scaling: scaling.value,
        }
    }

    /// What `[compare]` says, or the usual if it is absent; `None` once its mistakes have been reported.
    pub(super) fn read(
        table: Option<&Node>,
        document: &Node,
        variables: &[Variable],
        sweep: &SweepOptions,
        diagnostics: &mut Diagnostics,
    ) -> Option<Comparison> {
        let options = match table {
            None => CompareOptions::defaults(),
            Some(table) => {
                let mut decoder = Decoder::new(diagnostics, &NoDataFiles);
                decoder.enter("compare", |decoder| CompareOptions::decode(table, decoder))?
            }
        };
        if let Some(antithetic) = &options.antithetic {
            let variable = named(antithetic, variables, diagnostics)?;
            let mut values: Vec<String> = variable.values.iter().map(written).collect();
            values.sort();
            let is_by = options.by.as_ref().is_some_and(|by| by.value == antithetic.value);
            if values != [Draws::Mirrored.name(), Draws::Plain.name()] || is_by {
                let message =
                    format!("`{}` does not say which run is the mirror image of which", antithetic.value);
                let help = "write draws = \"${draws}\" in the scenario, vars.draws = [\"plain\", \"mirrored\"] in [sweep], and antithetic = \"draws\", beside another variable in `by`";
                diagnostics
                    .push(Diagnostic::error(Code::Contradiction, &antithetic.origin, message).help(help));
                return None;
            }
        }
        let find = match &options.find {
            Some(find) => {
                refuse_beside(find, &options, diagnostics)?;
                let resolution = options.resolution.as_f64();
                Some(Search::read(find, resolution, variables, sweep, diagnostics)?)
            }
            None => None,
        };
        let is_found = |name: &str| find.as_ref().is_some_and(|search| search.variable == name);
        if let Some(by) = options.by.as_ref().filter(|by| is_found(&by.value)) {
            let message = format!("`{}` is to be found, and cannot tell the variants apart", by.value);
            diagnostics.push(Diagnostic::error(Code::Contradiction, &by.origin, message));
            return None;
        }
        let is_left = |variable: &&Variable| {
            options.antithetic.as_ref().is_none_or(|antithetic| antithetic.value != variable.name)
                && !is_found(&variable.name)
        };
        let left = || variables.iter().filter(is_left);
        let by = match &options.by {
            Some(by) => Some(named(by, variables, diagnostics)?),
            None if options.scaling.value != Scaling::None => {
                left().find(|variable| variable.is_of_numbers()).or(left().next())
            }
            None => left().find(|variable| !variable.is_of_numbers()).or(left().next()),
        };
        if let (Some(table), None, None) = (table, by, &find) {
            let message = "there is nothing to compare: the scenario has no [sweep] with variables";
            let help = "give it vars.NAME = [..] in [sweep], and write ${NAME} where it is to vary";
            diagnostics.push(Diagnostic::error(Code::Contradiction, &table.origin, message).help(help));
            return None;
        }
        let baseline = match (&options.baseline, by) {
            (Some(baseline), Some(by)) => Some(value_of(baseline, by, diagnostics)?),
            (Some(_), None) | (None, _) => None,
        };
        two_of(&options.pareto, variables, diagnostics)?;
        let arrivals = arrivals(document, variables);
        if let Some(table) = table.filter(|_| !options.theory.is_empty() && arrivals.is_empty()) {
            let message = "`theory` is drawn against how much arrives, and no swept variable says that";
            let help = "write for example arrival = \"poisson(load=${load} of api)\" and vars.load = [0.5, 0.7, 0.9] in [sweep]";
            let origin = table
                .as_table()
                .and_then(|table| table.get("theory"))
                .map_or(&table.origin, |node| &node.origin);
            diagnostics.push(Diagnostic::error(Code::Contradiction, origin, message).help(help));
            return None;
        }
        if let Some(by) = by.filter(|_| options.scaling.value != Scaling::None) {
            check(&options, by, diagnostics)?;
        }
        if let Some(find) = options.find.as_ref().filter(|_| options.scaling.value != Scaling::None) {
            let message = "`find` and `scaling` ask for different figures: not both";
            diagnostics.push(Diagnostic::error(Code::Contradiction, &find.origin, message));
            return None;
        }
        let until = match &options.until {
            Some(until) => Some(half_width(until, diagnostics)?),
            None => None,
        };
        if let Some(until) = options.until.as_ref().filter(|_| options.most < sweep.repeat) {
            let (most, repeat) = (options.most, sweep.repeat);
            let message = format!("`until` adds runs up to `most`, {most}, and `repeat` is {repeat} already");
            diagnostics.push(
                Diagnostic::error(Code::Contradiction, &until.origin, message).help("make `most` greater"),
            );
            return None;
        }
        if let (Some(until), Some(_)) = (&options.until, options.batches) {
            let message = "`until` adds runs, and `batches` cuts one into several: not both";
            diagnostics.push(Diagnostic::error(Code::Contradiction, &until.origin, message));
            return None;
        }
        let by = by.map(|by| by.name.clone());
        let all = Comparison::of(options, variables, by, baseline, until);
        let pareto = all.pareto.filter(|_| find.is_none());
        Some(Comparison { find, pareto, arrivals, ..all })
    }
}

/// The variables that say how much arrives: rates in the `arrival` of a workload, and loads there.
fn arrivals(document: &Node, variables: &[Variable]) -> Vec<String> {
    let is_one = |variable: &&Variable| {
        let name = &variable.name;
        let text = |value: &Node| units::base_value(written(value).as_str()).map(|(dimension, _)| dimension);
        let is_rate = variable.values.iter().all(|value| text(value) == Some(Dimension::Rate));
        variable.is_of_numbers()
            && texts_of_arrivals(document).iter().any(|text| {
                let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
                text.contains(&format!("load=${{{name}}}"))
                    || is_rate && text.contains(&format!("${{{name}}}"))
            })
    };
    variables.iter().filter(is_one).map(|variable| variable.name.clone()).collect()
}

/// What the workloads of a document have for `arrival`.
fn texts_of_arrivals(document: &Node) -> Vec<&str> {
    let workloads = document.as_table().and_then(|table| table.get("workload")).and_then(Node::as_table);
    let mut texts = Vec::new();
    for workload in workloads.into_iter().flat_map(|table| table.iter()) {
        if let Some(Node { value: Value::String(text), .. }) =
            workload.node.as_table().and_then(|table| table.get("arrival"))
        {
            texts.push(text.as_str());
        }
    }
    texts
}

/// Holds that `pareto` names two figures.
fn two_of(pareto: &[Located<String>], variables: &[Variable], diagnostics: &mut Diagnostics) -> Option<()> {
    if let [first, others @ ..] = pareto
        && others.len() != 1
    {
        let message = format!("`pareto` places variants by two figures, and this is {}", pareto.len());
        let error = Diagnostic::error(Code::Contradiction, &first.origin, message);
        diagnostics.push(error.help("write for example pareto = [\"servers\", \"latency.p99\"]"));
        return None;
    }
    for one in pareto {
        let is_of_names = |variable: &&Variable| variable.name == one.value && !variable.is_of_numbers();
        if let Some(variable) = variables.iter().find(is_of_names) {
            let message =
                format!("values of `{}` are no numbers, so that they lie on no axis", variable.name);
            diagnostics.push(Diagnostic::error(Code::Contradiction, &one.origin, message));
            return None;
        }
    }
    Some(())
}

/// Refuses what makes several figures of one run, or one of several, beside `find`.
fn refuse_beside(
    find: &Located<String>,
    options: &CompareOptions,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    let beside = [
        ("antithetic", options.antithetic.is_some()),
        ("batches", options.batches.is_some()),
        ("until", options.until.is_some()),
    ];
    let Some((other, _)) = beside.into_iter().find(|(_, is_there)| *is_there) else { return Some(()) };
    let message = format!("`find` looks at whole runs, one a seed, and `{other}` does not: not both");
    diagnostics.push(Diagnostic::error(Code::Contradiction, &find.origin, message));
    None
}

/// The share in `relative half-width 1%`.
fn half_width(until: &Located<String>, diagnostics: &mut Diagnostics) -> Option<f64> {
    let share = until
        .value
        .trim()
        .strip_prefix("relative half-width ")
        .and_then(|share| units::base_value(share.trim()));
    match share {
        Some((Dimension::Ratio, share)) if share > 0.0 && share < 1.0 => Some(share),
        Some(_) | None => {
            let message = format!("`{}` does not say when there are runs enough", until.value);
            let error = Diagnostic::error(Code::BadAssertion, &until.origin, message);
            diagnostics.push(error.help("write for example until = \"relative half-width 1%\""));
            None
        }
    }
}

/// The variable of that name.
pub(super) fn named<'v>(
    name: &Located<String>,
    variables: &'v [Variable],
    diagnostics: &mut Diagnostics,
) -> Option<&'v Variable> {
    let found = variables.iter().find(|variable| variable.name == name.value);
    if found.is_none() {
        let known = || variables.iter().map(|variable| variable.name.as_str());
        let message = format!("`{}` is no variable of [sweep]", name.value);
        let help = match known().next() {
            None => "the scenario has none".to_owned(),
            Some(_) => format!("it varies {}", suggest::one_of(known())),
        };
        let error = Diagnostic::error(Code::UnknownName, &name.origin, message);
        diagnostics.push(error.did_you_mean(suggest::closest(&name.value, known())).help(help));
    }
    found
}

/// The value of the variable that is written so.
fn value_of(baseline: &Node, by: &Variable, diagnostics: &mut Diagnostics) -> Option<String> {
    let text = written(baseline);
    let values: Vec<String> = by.values.iter().map(written).collect();
    if values.contains(&text) {
        return Some(text);
    }
    let known = || values.iter().map(String::as_str);
    let message = format!("the baseline `{text}` is no value of `{}`", by.name);
    let error = Diagnostic::error(Code::UnknownName, &baseline.origin, message);
    let help = format!("it is {}", suggest::one_of(known()));
    diagnostics.push(error.did_you_mean(suggest::closest(&text, known())).help(help));
    None
}

impl Variable {
    /// Whether its values are numbers or quantities.
    fn is_of_numbers(&self) -> bool {
        let is_number = |value: &Node| match &value.value {
            Value::Integer(_) | Value::Float(_) => true,
            Value::String(text) => units::base_value(text.as_str()).is_some(),
            Value::Bool(_) | Value::Array(_) | Value::Table(_) => false,
        };
        self.values.iter().all(is_number)
    }
}
