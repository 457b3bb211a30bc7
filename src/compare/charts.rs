//! What a comparison draws beside its figures: variants against a swept number, distributions of latency, and the Pareto front.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::kernel::counted;
use crate::report::charts::{
    AgainstCurve, AgainstInput, AgainstPoint, AgainstSeries, CcdfSeries, ChartInput, EcdfInput, Interval,
    ParetoAxis, ParetoInput, ParetoPoint, Quantity,
};
use crate::report::stored::StoredChart;
use crate::run::metrics::{Aggregate, Better, Metric};
use crate::run::outputs::{Disk, Latencies, read_latencies};
use crate::run::sweep_figures::{is_wide, may_be_log, measure_label, number, quantity_of, variable_label};
use crate::scenario::sweep::{PlacedBy, Theory};
use crate::spec::units::{self, Dimension};
use crate::statistics::{Estimate, Queue};

use super::asked::{Asked, read};
use super::compared::Compared;
use super::page::file_name;
use super::study::{Study, StudyRow};
use super::table::caption;

/// Series of a chart beyond which it cannot be read.
const SERIES_MAX: usize = 10;
/// Points of the curve of a formula.
const CURVE_POINTS: usize = 160;
/// Circumstances that have a chart of distributions and a Pareto front of their own; the tables have all.
const CIRCUMSTANCES_MAX: usize = 6;

/// A swept number: that of the circumstances, or that which tells the variants apart.
struct Abscissa {
    name: String,
    /// The same with the unit that its numbers lack.
    label: String,
    /// Which of the circumstances' variables; `None`: the variants themselves.
    place: Option<usize>,
    /// What its values are in.
    dimension: Option<Dimension>,
    quantity: Quantity,
}

impl Abscissa {
    /// The swept number of the circumstances with the most values, at least two, or that of the variants, if they are three or more; `None` if there
    /// is none. Those that formulas can be drawn against come first, if there are any.
    fn of(study: &Study, formulas: &Formulas<'_>) -> Option<Abscissa> {
        let subject = &study.subject;
        let variables = subject.circumstances.first().map_or(0, Vec::len);
        let of_circumstances = (0..variables).filter_map(|place| {
            let values: Vec<&str> = subject.circumstances.iter().map(|all| all[place].1.as_str()).collect();
            let count = distinct(&values);
            Some((count, Abscissa::new(&subject.circumstances[0][place].0, Some(place), &values)?))
        });
        let is_wanted =
            |abscissa: &Abscissa| !formulas.theory.is_empty() && formulas.says_arrivals(&abscissa.name);
        let most = of_circumstances
            .filter(|(count, _)| *count > 1)
            .max_by_key(|(count, abscissa)| (is_wanted(abscissa), *count));
        let of_variants = || {
            let values: Vec<&str> = subject.variants.iter().map(String::as_str).collect();
            // Of two there is a ratio, and no course.
            Abscissa::new(&subject.variable, None, &values).filter(|_| values.len() > 2)
        };
        let most = most.map(|(_, abscissa)| abscissa);
        match of_variants() {
            Some(variants) if most.as_ref().is_none_or(|most| is_wanted(&variants) && !is_wanted(most)) => {
                Some(variants)
            }
            Some(_) | None => most,
        }
    }

    fn new(name: &str, place: Option<usize>, values: &[&str]) -> Option<Abscissa> {
        let numbers = values.iter().map(|value| number(value)).collect::<Option<Vec<_>>>()?;
        let dimension = units::base_value(values[0]).map(|(dimension, _)| dimension);
        let label = variable_label(name, values.iter().copied());
        Some(Abscissa { name: name.to_owned(), label, place, dimension, quantity: numbers.first()?.1 })
    }

    fn value(&self, study: &Study, row: &StudyRow) -> f64 {
        let text = match self.place {
            Some(place) => &study.subject.circumstances[row.circumstances][place].1,
            None => &study.subject.variants[row.variant],
        };
        number(text).expect("all its values are numbers").0
    }

    /// What else a row is: its variant, and its other circumstances.
    fn rest(&self, study: &Study, row: &StudyRow) -> String {
        let others = study.subject.circumstances[row.circumstances].iter().enumerate();
        let others = others.filter(|(place, _)| Some(*place) != self.place);
        let others = others.map(|(_, (name, value))| format!("{name}={value}"));
        let variant = self.place.map(|_| study.subject.called(row.variant));
        variant.into_iter().chain(others).collect::<Vec<_>>().join(", ")
    }

    /// Arrivals a second of a queue at a value, if that is a rate or a load.
    fn arrivals(&self, queue: &Queue, value: f64) -> Option<f64> {
        match self.dimension {
            Some(Dimension::Rate) => Some(value),
            Some(Dimension::Ratio) | None => Some(queue.arrivals(value)),
            Some(Dimension::Duration | Dimension::Bytes | Dimension::Bandwidth | Dimension::Ppm) => None,
        }
    }
}

fn distinct(values: &[&str]) -> usize {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.dedup();
    values.len()
}

/// Queues whose formulas are drawn, and the swept variables that say how much arrives at them.
#[derive(Clone, Copy, Debug)]
pub struct Formulas<'a> {
    /// The queues.
    pub theory: &'a [Theory],
    /// The variables.
    pub arrivals: &'a [String],
}

impl Formulas<'_> {
    fn says_arrivals(&self, variable: &str) -> bool {
        self.arrivals.iter().any(|known| known == variable)
    }
}

/// For each figure a chart of it against the swept number, with the curves of formulas.
pub fn against(study: &Study, scenario: &str, formulas: &Formulas<'_>) -> Vec<StoredChart> {
    let Some(abscissa) = Abscissa::of(study, formulas) else { return Vec::new() };
    // A number of anything else says nothing of what arrives.
    let theory = if formulas.says_arrivals(&abscissa.name) { formulas.theory } else { &[] };
    (0..study.measures.len())
        .filter_map(|measure| against_one(study, scenario, theory, &abscissa, measure))
        .collect()
}

/// What is in the tables and in no chart, as it would be too much for one, in sentences.
pub fn not_drawn(study: &Study, formulas: &Formulas<'_>) -> Vec<String> {
    let subject = &study.subject;
    let mut said = Vec::new();
    if let Some(abscissa) = Abscissa::of(study, formulas) {
        let mut series: Vec<String> = study.rows.iter().map(|row| abscissa.rest(study, row)).collect();
        series.sort();
        series.dedup();
        if series.len() > SERIES_MAX {
            let (count, name) = (series.len(), &abscissa.name);
            said.push(format!("{count} variants and circumstances are too many for charts against {name}"));
        }
    }
    if subject.variants.len() > SERIES_MAX {
        let count = subject.variants.len();
        said.push(format!("of {count} variants the first {SERIES_MAX} are in charts of distributions"));
    }
    if subject.circumstances.len() > CIRCUMSTANCES_MAX {
        let count = subject.circumstances.len();
        said.push(format!(
            "of {count} circumstances the first {CIRCUMSTANCES_MAX} have charts of distributions and Pareto fronts"
        ));
    }
    said
}

/// The queues of which no curve is in any of these charts.
pub fn without_curve(charts: &[StoredChart], theory: &[Theory]) -> Vec<String> {
    let curves = charts.iter().filter_map(|chart| match &chart.input {
        ChartInput::Against(input) => Some(&input.curves),
        _ => None,
    });
    let drawn: Vec<&str> = curves.flatten().map(|curve| curve.name.as_str()).collect();
    theory.iter().map(|one| one.0.name()).filter(|name| !drawn.contains(&name.as_str())).collect()
}

fn against_one(
    study: &Study,
    scenario: &str,
    theory: &[Theory],
    abscissa: &Abscissa,
    measure: usize,
) -> Option<StoredChart> {
    let compared = &study.measures[measure];
    let (quantity, divisor) = quantity_of(compared.unit);
    let mut series: Vec<AgainstSeries> = Vec::new();
    for row in study.rows.iter().filter(|row| row.measure == measure) {
        let Some(estimate) = row.estimate else { continue };
        let point = AgainstPoint { x: abscissa.value(study, row), figure: scaled(estimate, divisor) };
        let name = abscissa.rest(study, row);
        match series.iter_mut().find(|one| one.name == name) {
            Some(one) => one.points.push(point),
            None => series.push(AgainstSeries { name, points: vec![point] }),
        }
    }
    series.iter_mut().for_each(|one| one.points.sort_by(|a, b| a.x.total_cmp(&b.x)));
    if series.is_empty() || series.len() > SERIES_MAX || series.iter().all(|one| one.points.len() < 2) {
        return None;
    }
    let xs = || series.iter().flat_map(|one| one.points.iter().map(|point| point.x));
    let (low, high) = (xs().fold(f64::INFINITY, f64::min), xs().fold(f64::NEG_INFINITY, f64::max));
    let curves: Vec<AgainstCurve> =
        theory.iter().filter_map(|one| curve(one, compared.asked.as_ref()?, abscissa, (low, high))).collect();
    let ys = || series.iter().flat_map(|one| one.points.iter().map(|point| point.figure.value));
    let y_log = compared.asked.as_ref().is_none_or(|asked| may_be_log(asked.metric))
        && !is_near(ys())
        && ys().all(|y| y > 0.0);
    let input = AgainstInput {
        metric: compared.name.clone(),
        subtitle: format!("{scenario}: {}", caption(study)),
        y_label: measure_label(&compared.name, compared.unit),
        quantity,
        y_log,
        variable: abscissa.label.clone(),
        variable_quantity: abscissa.quantity,
        x_log: is_wide(xs()),
        series,
        curves,
    };
    let part = format!("{}-by-{}", file_name(&compared.name), abscissa.name);
    Some(StoredChart::new(Some(&part), "compare.csv", ChartInput::Against(input)))
}

/// How many times the greatest figure is the least before the axis is logarithmic.
const LOG_RATIO: f64 = 8.0;

/// Whether figures are so near to each other that they lie on a linear axis.
fn is_near(figures: impl Iterator<Item = f64> + Clone) -> bool {
    figures.clone().fold(0.0, f64::max) / figures.fold(f64::INFINITY, f64::min) < LOG_RATIO
}

fn scaled(estimate: Estimate, divisor: f64) -> Interval {
    Interval { value: estimate.value / divisor, low: estimate.low / divisor, high: estimate.high / divisor }
}

/// What a formula says of a figure of latency, in milliseconds, as far as requests can be served.
fn curve(
    theory: &Theory,
    asked: &Asked,
    abscissa: &Abscissa,
    (low, high): (f64, f64),
) -> Option<AgainstCurve> {
    if asked.metric != Metric::Latency {
        return None;
    }
    let queue = &theory.0;
    let seconds = |arrivals: f64| match asked.aggregate {
        Aggregate::Mean => queue.mean(arrivals),
        other => queue.quantile(arrivals, other.share()?),
    };
    let point = |i: usize| {
        let x = low + (high - low) * i as f64 / CURVE_POINTS as f64;
        Some((x, seconds(abscissa.arrivals(queue, x)?)? * 1e3))
    };
    let points: Vec<(f64, f64)> = (0..=CURVE_POINTS).filter_map(point).collect();
    (points.len() > 1).then(|| AgainstCurve { name: queue.name(), points })
}

/// The variants by two figures, if both are there: a chart for each of the first circumstances, as no variant can be chosen in place of one that
/// has an easier life. A variable of the circumstances that they are placed by is chosen with them.
pub fn pareto(study: &Study, scenario: &str, by: &[PlacedBy; 2]) -> Result<Vec<StoredChart>, String> {
    let [x, y] = by.each_ref().map(|one| one.name.value.as_str());
    let part = format!("{}-and-{}", file_name(x), file_name(y)).replace('.', "-");
    let [x, y] = by.each_ref().map(|one| Placed::of(study, one));
    let (x, y) = (x?, y?);
    let subject = &study.subject;
    let others = |circumstances: usize| {
        let all = subject.circumstances[circumstances].iter();
        let kept = all.filter(|(name, _)| by.iter().all(|one| one.name.value != *name));
        kept.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
    };
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for circumstances in 0..subject.circumstances.len() {
        let told = others(circumstances);
        match groups.iter_mut().find(|(known, _)| *known == told) {
            Some((_, group)) => group.push(circumstances),
            None => groups.push((told, vec![circumstances])),
        }
    }
    let chart = |(told, group): &(String, Vec<usize>)| {
        let of_all = group.iter().flat_map(|&circumstances| {
            (0..subject.variants.len()).map(move |variant| (circumstances, variant))
        });
        let points: Vec<ParetoPoint> = of_all
            .filter_map(|place| {
                let (circumstances, variant) = place;
                let (name, told) = (subject.called(variant), subject.told(circumstances));
                let tip = if told.is_empty() { name.clone() } else { format!("{name}, {told}") };
                Some(ParetoPoint { name, tip, x: x.figure(study, place)?, y: y.figure(study, place)? })
            })
            .collect();
        let (at, more) = match told.as_str() {
            "" => (String::new(), String::new()),
            told => (format!(", {told}"), format!("-{}", file_name(told))),
        };
        let input = ParetoInput {
            subtitle: format!("{scenario}{at}: {}", caption(study)),
            x: x.axis(points.iter().map(|point| point.x.value)),
            y: y.axis(points.iter().map(|point| point.y.value)),
            points,
        };
        let part = format!("{part}{more}");
        StoredChart::new(Some(&part), "compare.csv", ChartInput::Pareto(input))
    };
    Ok(groups.iter().take(CIRCUMSTANCES_MAX).map(chart).collect())
}

/// What variants are placed by.
enum Placed {
    /// A figure that is compared.
    Measure { place: usize, name: String, quantity: Quantity, divisor: f64, is_more_better: bool },
    /// The variable that tells the variants apart: the less, the better.
    Variant { name: String, quantity: Quantity },
    /// A variable of the circumstances.
    Circumstance { place: usize, name: String, quantity: Quantity },
}

impl Placed {
    fn of(study: &Study, by: &PlacedBy) -> Result<Placed, String> {
        let (subject, name) = (&study.subject, by.name.value.as_str());
        let labelled = |values: &mut dyn Iterator<Item = &String>| {
            let values: Vec<&str> = values.map(String::as_str).collect();
            let numbers = values.iter().map(|value| number(value)).collect::<Option<Vec<_>>>();
            let first = numbers.and_then(|numbers| Some(numbers.first()?.1));
            let quantity = first.ok_or_else(|| {
                format!("values of `{name}` are no numbers, so that `pareto` cannot place variants by it")
            })?;
            Ok::<_, String>((variable_label(name, values), quantity))
        };
        if by.is_swept {
            if name == subject.variable {
                let (name, quantity) = labelled(&mut subject.variants.iter())?;
                return Ok(Placed::Variant { name, quantity });
            }
            let circumstances = subject.circumstances.first().map_or(&[][..], Vec::as_slice);
            let place = circumstances.iter().position(|(known, _)| known == name).ok_or_else(|| {
                format!(
                    "`pareto` names `{name}`, which does not vary by itself in these runs: name `{}`",
                    subject.variable
                )
            })?;
            let (name, quantity) = labelled(&mut subject.circumstances.iter().map(|all| &all[place].1))?;
            return Ok(Placed::Circumstance { place, name, quantity });
        }
        let wanted = read(&by.name).ok();
        let is_it = |measure: &Compared| {
            measure.asked.as_ref().zip(wanted.as_ref()).is_some_and(|(asked, wanted)| asked.is_same(wanted))
        };
        let place = study.measures.iter().position(is_it).ok_or_else(|| {
            format!("`pareto` names `{name}`, which is neither compared nor swept: add it to `metrics`")
        })?;
        let measure = &study.measures[place];
        let (quantity, divisor) = quantity_of(measure.unit);
        let is_more_better = measure.better == Some(Better::Higher);
        let name = measure_label(&measure.name, measure.unit);
        Ok(Placed::Measure { place, name, quantity, divisor, is_more_better })
    }

    fn figure(&self, study: &Study, (circumstances, variant): (usize, usize)) -> Option<Interval> {
        let exact = |text: &str| {
            let (value, _) = number(text)?;
            Some(Interval { value, low: value, high: value })
        };
        match self {
            Placed::Measure { place, divisor, .. } => {
                let is_it = |row: &&StudyRow| {
                    (row.measure, row.circumstances, row.variant) == (*place, circumstances, variant)
                };
                study.rows.iter().find(is_it)?.estimate.map(|estimate| scaled(estimate, *divisor))
            }
            Placed::Variant { .. } => exact(&study.subject.variants[variant]),
            Placed::Circumstance { place, .. } => {
                exact(&study.subject.circumstances[circumstances][*place].1)
            }
        }
    }

    fn axis(&self, values: impl Iterator<Item = f64> + Clone) -> ParetoAxis {
        let (name, quantity, is_more_better) = match self {
            Placed::Measure { name, quantity, is_more_better, .. } => (name, quantity, *is_more_better),
            Placed::Variant { name, quantity } | Placed::Circumstance { name, quantity, .. } => {
                (name, quantity, false)
            }
        };
        let is_log = values.clone().all(|value| value > 0.0) && !is_near(values);
        ParetoAxis { name: name.clone(), quantity: *quantity, is_log, is_more_better }
    }
}

/// The distributions of latency of the variants, a chart for each of the first circumstances: those of all operations that ended ok, in all
/// runs. `folders` has the folder of each run; what is not there, or cannot be read, is told.
pub fn ecdf(
    study: &Study,
    scenario: &str,
    folders: &BTreeMap<String, PathBuf>,
) -> Result<Vec<StoredChart>, String> {
    let mut charts = Vec::new();
    let subject = &study.subject;
    for circumstances in 0..subject.circumstances.len().min(CIRCUMSTANCES_MAX) {
        let mut series = Vec::new();
        let mut most = 0;
        for variant in 0..subject.variants.len().min(SERIES_MAX) {
            let runs = subject.runs(circumstances, variant);
            let mut ids: Vec<&str> = runs.iter().map(|run| run.run.run_id.as_str()).collect();
            // Batches are of one run.
            ids.dedup();
            most = most.max(ids.len());
            let mut latencies = Latencies::default();
            for id in ids {
                let folder: &Path =
                    folders.get(id).ok_or_else(|| format!("the folder of run {id} is not there"))?;
                read_latencies(&Disk, folder, &mut latencies)?;
            }
            let points = latencies.longer();
            if !points.is_empty() {
                series.push(CcdfSeries { name: subject.called(variant), points });
            }
        }
        if series.is_empty() {
            continue;
        }
        let told = subject.told(circumstances);
        let at = if told.is_empty() { String::new() } else { format!(", {told}") };
        let runs = counted(most as u64, "run");
        let subtitle = format!("{scenario}{at}: all operations that ended ok, in {runs} each");
        let part = (!told.is_empty()).then(|| file_name(&told));
        let input = ChartInput::Ecdf(EcdfInput { subtitle, series });
        charts.push(StoredChart::new(part.as_deref(), "latency_histogram.csv", input));
    }
    Ok(charts)
}
