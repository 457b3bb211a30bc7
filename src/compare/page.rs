//! The comparison for people: a chart for each figure, and a page.

use crate::report::charts::{ChartInput, ComparisonGroup, ComparisonInput, ComparisonRow, Interval};
use crate::report::html::{ComparisonPage, ComparisonTable, Fact, Figure, ScalingTable, comparison_page};
use crate::report::stored::StoredChart;
use crate::run::MODEL_VERSION;
use crate::run::sweep_figures::quantity_of;
use crate::statistics::Estimate;

use super::scaling;
use super::study::{Finding, Study, StudyRow};
use super::table::{blocks, caption, columns};
use super::words;

/// How many times the greatest figure is the least before an axis is logarithmic.
const LOG_RATIO: f64 = 8.0;
/// Rows of a chart beyond which it is left out: the table has them.
const ROWS_MAX: usize = 120;

/// The figures of which there is no chart, as it would have more rows than can be read.
pub fn left_out(study: &Study) -> impl Iterator<Item = &str> {
    let is_left_out = |measure: &usize| rows_of(study, *measure).count() > ROWS_MAX;
    (0..study.measures.len()).filter(is_left_out).map(|measure| study.measures[measure].name.as_str())
}

/// A chart for each figure, but for those that are [`left_out`].
pub fn figures(study: &Study, scenario: &str) -> Vec<StoredChart> {
    let is_drawn = |measure: &usize| rows_of(study, *measure).count() <= ROWS_MAX;
    let figures = (0..study.measures.len()).filter(is_drawn).map(|measure| figure(study, scenario, measure));
    figures.chain(scaling::charts(study, scenario, file_name)).collect()
}

fn rows_of(study: &Study, measure: usize) -> impl Iterator<Item = &StudyRow> {
    study.rows.iter().filter(move |row| row.measure == measure)
}

fn figure(study: &Study, scenario: &str, measure: usize) -> StoredChart {
    let (subject, compared) = (&study.subject, &study.measures[measure]);
    let (quantity, divisor) = quantity_of(compared.unit);
    let scaled = |estimate: Estimate| Interval {
        value: estimate.value / divisor,
        low: estimate.low / divisor,
        high: estimate.high / divisor,
    };
    let plain =
        |estimate: Estimate| Interval { value: estimate.value, low: estimate.low, high: estimate.high };
    let row = |row: &StudyRow| ComparisonRow {
        name: subject.called(row.variant),
        variant: row.variant,
        figure: row.estimate.map(scaled),
        ratio: row.against.as_ref().and_then(|against| against.paired.ratio).map(plain),
        may_be_chance: row.against.as_ref().is_some_and(|against| against.finding == Finding::NotShown),
        tip: words::verdict(study, row)
            .unwrap_or_else(|| format!("{}: the baseline", subject.called(row.variant))),
    };
    let group = |place: usize| ComparisonGroup {
        title: subject.told(place),
        rows: rows_of(study, measure).filter(|row| row.circumstances == place).map(row).collect(),
    };
    let values = || {
        rows_of(study, measure).filter_map(|row| row.estimate).map(|estimate| (estimate.low, estimate.value))
    };
    let least = values().fold(f64::INFINITY, |least, (low, _)| least.min(low));
    let most = values().fold(0.0, |most: f64, (_, value)| most.max(value));
    let input = ChartInput::Compare(ComparisonInput {
        metric: compared.name.clone(),
        subtitle: format!("{scenario}: {}", caption(study)),
        quantity,
        is_log: least > 0.0 && most / least > LOG_RATIO,
        baseline: subject.called(subject.baseline),
        groups: (0..subject.circumstances.len()).map(group).collect(),
    });
    StoredChart::new(Some(&file_name(&compared.name)), "compare.csv", input)
}

/// A figure's name as part of a file's.
pub(super) fn file_name(metric: &str) -> String {
    let words =
        metric.split(|c: char| !c.is_ascii_alphanumeric() && c != '.').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// The page, with these charts.
pub fn page(study: &Study, scenario: &str, id: &str, reproduce: &str, charts: Vec<Figure>) -> String {
    let subject = &study.subject;
    let column = |name: String| match name.as_str() {
        "rank" | "gain" => format!("#{name}"),
        _ => name,
    };
    let mut facts = vec![Fact::new("comparison", id), Fact::new("of", &subject.variable)];
    if !subject.is_alone() {
        facts.push(Fact::new("baseline", &subject.variants[subject.baseline]));
    }
    comparison_page(&ComparisonPage {
        title: scenario.to_owned(),
        facts,
        caption: caption(study),
        reproduce: reproduce.to_owned(),
        verdicts: study.rows.iter().filter_map(|row| words::verdict(study, row)).collect(),
        columns: columns(study).map(column).to_vec(),
        tables: blocks(study)
            .into_iter()
            .map(|block| ComparisonTable {
                title: block.title,
                rows: block.rows.into_iter().map(|row| row.to_vec()).collect(),
                notes: block.notes,
            })
            .collect(),
        scaling: scaling::words::blocks(study)
            .into_iter()
            .map(|block| ScalingTable {
                title: block.title,
                columns: scaling::words::columns(study).to_vec(),
                rows: block.rows.into_iter().map(|row| row.to_vec()).collect(),
                notes: block.notes,
            })
            .collect(),
        charts,
        versions: vec![
            Fact::new("seedbed", env!("CARGO_PKG_VERSION")),
            Fact::new("model", &MODEL_VERSION.to_string()),
        ],
    })
}
