//! A validation for people: a chart for each chapter, and a page.

use crate::report::charts::{
    ChartInput, Interval, ValidationGroup, ValidationInput, ValidationOutcome, ValidationRow,
};
use crate::report::html::{
    CheckOutcome, Fact, Figure, RunVerdict, ValidationPage, ValidationTable, validation_page,
};
use crate::report::stored::StoredChart;
use crate::run::MODEL_VERSION;

use super::chapter::Chapter;
use super::entry::{Entry, chapters, families, sources, summary};
use super::row::{Published, Verdict};
use super::table::{NOT_RUN, found_cells};

/// Rows of a chart beyond which it is left out: the table has them.
const ROWS_MAX: usize = 120;

/// The name of a chapter's chart.
pub fn chart_name(chapter: &Chapter) -> String {
    format!("validate-{}", chapter.name)
}

/// A chart for each chapter, and the names of those that are left out, as they would have more rows than can be read.
pub fn figures(entries: &[Entry]) -> (Vec<StoredChart>, Vec<String>) {
    let (mut drawn, mut left_out) = (Vec::new(), Vec::new());
    for entries in chapters(entries) {
        let groups: Vec<ValidationGroup> = families(entries).map(group).collect();
        let name = chart_name(entries[0].chapter);
        if groups.iter().map(|group| group.rows.len()).sum::<usize>() > ROWS_MAX {
            left_out.push(name);
            continue;
        }
        let input = ChartInput::Validate(ValidationInput {
            title: entries[0].chapter.title.to_owned(),
            subtitle: format!("{}; 99 % intervals", summary(entries)),
            groups,
        });
        drawn.push(StoredChart::new(Some(entries[0].chapter.name), "validate.csv", input));
    }
    (drawn, left_out)
}

/// A family. The rows of an experiment that are all exactly as published are one.
fn group(entries: &[Entry]) -> ValidationGroup {
    let family = entries[0].family;
    let rows = |entries: &[Entry]| match entries.len() > 1 && entries.iter().all(Entry::is_plain) {
        true => vec![folded(entries)],
        false => entries.iter().map(row).collect(),
    };
    ValidationGroup {
        title: format!("{}: {}", family.name, family.against),
        rows: entries.chunk_by(|one, next| one.experiment() == next.experiment()).flat_map(rows).collect(),
    }
}

fn folded(entries: &[Entry]) -> ValidationRow {
    let figures = || entries.iter().map(|entry| entry.published.parts().0);
    let (low, high) = (figures().fold(f64::INFINITY, f64::min), figures().fold(0.0, f64::max));
    let text = |figure: f64| entries[0].unit.text(figure);
    let tips: Vec<String> = entries.iter().map(tip_head).collect();
    ValidationRow {
        name: format!("{}/*", entries[0].experiment()),
        published: format!("{} .. {}", text(low), text(high)),
        simulated: format!("all {} exactly", entries.len()),
        tip: format!("{}. {}. {}", tips.join("; "), entries[0].source, entries[0].setup),
        ..row(&entries[0])
    }
}

fn row(entry: &Entry) -> ValidationRow {
    let (published, _) = entry.published.parts();
    let outcome = entry.found.map_or(ValidationOutcome::NotRun, |found| match found.verdict {
        Verdict::Held if entry.is_plain() => ValidationOutcome::Exact,
        Verdict::Held => ValidationOutcome::Held,
        Verdict::Violated => ValidationOutcome::Violated,
        Verdict::Inconclusive => ValidationOutcome::Inconclusive,
    });
    let is_exact = outcome == ValidationOutcome::Exact;
    let ratio =
        entry.found.map(|found| found.simulated).filter(|_| published > 0.0).map(|simulated| Interval {
            value: simulated.value / published,
            low: simulated.low / published,
            high: simulated.high / published,
        });
    let share = entry.tolerance / published;
    let agrees = match entry.published {
        Published::Exactly(_) | Published::Among(_) => (Some(1.0 - share), Some(1.0 + share)),
        Published::AtMost(_) => (None, Some(1.0 + share)),
        Published::AtLeast(_) => (Some(1.0 - share), None),
    };
    ValidationRow {
        name: entry.name.clone(),
        published: entry.published_text(),
        simulated: entry.found.map_or(NOT_RUN.to_owned(), |found| entry.unit.text(found.simulated.value)),
        // Nought for nought is as published.
        ratio: if is_exact { Some(Interval { value: 1.0, low: 1.0, high: 1.0 }) } else { ratio },
        agrees: Some(agrees).filter(|_| published > 0.0 && !is_exact),
        outcome,
        tip: tip(entry),
    }
}

/// What the tip of a row begins with: what hangs on no run.
pub(super) fn tip_head(entry: &Entry) -> String {
    format!("{}: published {}, tolerance {}", entry.name, entry.published_text(), entry.tolerance_text())
}

fn tip(entry: &Entry) -> String {
    let [simulated, interval, seeds, verdict] = found_cells(entry);
    let found = match entry.found {
        None => format!("not run without {simulated}"),
        Some(_) => format!("simulated {simulated} ({interval}) with {seeds} seeds: {verdict}"),
    };
    format!("{}; {found}. {}. {}", tip_head(entry), entry.source, entry.setup)
}

/// The page, with these charts.
pub fn page(entries: &[Entry], id: &str, command: &str, charts: Vec<Figure>) -> String {
    let is_any =
        |verdict| entries.iter().any(|entry| entry.found.is_some_and(|found| found.verdict == verdict));
    let verdict = if is_any(Verdict::Violated) {
        RunVerdict::Failed
    } else if is_any(Verdict::Inconclusive) {
        RunVerdict::Inconclusive
    } else {
        RunVerdict::Passed
    };
    validation_page(&ValidationPage {
        facts: vec![Fact::new("validation", id)],
        verdict,
        reason: summary(entries),
        reproduce: command.to_owned(),
        charts,
        tables: families(entries).map(table).collect(),
        versions: vec![
            Fact::new("seedbed", env!("CARGO_PKG_VERSION")),
            Fact::new("model", &MODEL_VERSION.to_string()),
        ],
    })
}

fn table(entries: &[Entry]) -> ValidationTable {
    let family = entries[0].family;
    let row = |entry: &Entry| {
        let [simulated, interval, seeds, _] = found_cells(entry);
        let outcome = entry.found.map(|found| match found.verdict {
            Verdict::Held => CheckOutcome::Held,
            Verdict::Violated => CheckOutcome::Violated,
            Verdict::Inconclusive => CheckOutcome::Inconclusive,
        });
        let cells =
            [entry.name.clone(), entry.published_text(), entry.tolerance_text(), simulated, interval, seeds];
        (outcome, cells)
    };
    ValidationTable {
        title: format!("{}: {}", entries[0].chapter.title, family.name),
        notes: [format!("Against: {}.", family.against), format!("Simulated: {}.", family.simulated)]
            .into_iter()
            .chain(sources(entries).into_iter().map(str::to_owned))
            .collect(),
        rows: entries.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::Found;
    use super::super::{Experiment, SUITES};
    use super::*;
    use crate::statistics::Estimate;

    /// The entries of an experiment, as if each had come out as this many times what is published, to a thousandth.
    fn entries(name: &str, times: f64, verdict: Verdict) -> Vec<Entry> {
        let is_it = |experiment: &Experiment| experiment.name == name;
        let find = |suite: &'static super::super::Suite| {
            suite.experiments().into_iter().find(is_it).map(|one| Entry::not_run(suite.name, &one))
        };
        let mut entries = SUITES.iter().find_map(find).unwrap_or_else(|| panic!("there is no {name}"));
        for entry in &mut entries {
            let value = times * entry.published.parts().0;
            let reach = if entry.tolerance == 0.0 { 0.0 } else { 0.001 * value };
            let simulated = Estimate { value, low: value - reach, high: value + reach };
            entry.found = Some(Found { simulated, seeds: 24, verdict });
        }
        entries
    }

    #[test]
    fn ratios_of_all_units_are_drawn_against_their_tolerance() {
        let [mean, ..] = &entries("mm1-50pc", 1.01, Verdict::Held)[..] else { panic!("it has rows") };
        let drawn = row(mean);
        let ratio = drawn.ratio.expect("two over two");
        assert!((ratio.value - 1.01).abs() < 1e-9 && ratio.low < ratio.value && ratio.value < ratio.high);
        let (low, high) = drawn.agrees.expect("a tolerance");
        let near = |end: Option<f64>, to: f64| end.is_some_and(|end| (end - to).abs() < 1e-9);
        assert!(near(low, 0.98) && near(high, 1.02));
        assert_eq!((drawn.outcome, drawn.published.as_str()), (ValidationOutcome::Held, "2.0000"));
    }

    #[test]
    fn bounds_agree_to_one_side_without_end() {
        let wide = row(&entries("wide-area-one-failed", 0.9, Verdict::Held)[1]);
        assert!(wide.agrees.is_some_and(|(low, high)| low.is_none() && high > Some(1.0)), "{wide:?}");
        assert_eq!(wide.published, "<= 1500.0 ms");
        let never = row(&entries("figure-16-150-150", 1.7, Verdict::Held)[0]);
        assert_eq!(never.agrees, Some((Some(1.0), None)));
    }

    #[test]
    fn nought_for_nought_is_as_published_and_anything_else_has_no_ratio() {
        let alone = &entries("fantoch-f-0-clients-1", 1.0, Verdict::Held)[0];
        let drawn = row(alone);
        assert_eq!((drawn.outcome, drawn.agrees), (ValidationOutcome::Exact, None));
        assert_eq!(drawn.ratio.map(|ratio| ratio.value), Some(1.0));
        let simulated = Estimate { value: 2.0, low: 2.0, high: 2.0 };
        let wrong = Found { simulated, seeds: 1, verdict: Verdict::Violated };
        let drawn = row(&Entry { found: Some(wrong), ..alone.clone() });
        assert_eq!((drawn.outcome, drawn.ratio, drawn.agrees), (ValidationOutcome::Violated, None, None));
        assert_eq!((drawn.published.as_str(), drawn.simulated.as_str()), ("0.0 ms", "2.0 ms"));
    }

    #[test]
    fn exact_rows_of_an_experiment_are_one_until_one_of_them_is_not() {
        let mut sites = entries("quorum-latency-raft-ca-central-1", 1.0, Verdict::Held);
        let [folded] = &group(&sites).rows[..] else { panic!("five rows are one") };
        assert_eq!(folded.name, "quorum-latency-raft-ca-central-1/*");
        assert_eq!(
            (folded.published.as_str(), folded.simulated.as_str()),
            ("79.0 ms .. 285.0 ms", "all 5 exactly")
        );
        assert!(sites.iter().all(|entry| folded.tip.contains(&tip_head(entry))));
        sites[3].found = sites[3].found.map(|found| Found { verdict: Verdict::Violated, ..found });
        assert_eq!(group(&sites).rows.len(), 5);
    }

    #[test]
    fn a_chart_of_too_many_rows_is_left_out_and_named() {
        let one = entries("mm1-50pc", 1.0, Verdict::Held);
        let many: Vec<Entry> = one.iter().cycle().take(ROWS_MAX + 1).cloned().collect();
        let (drawn, left_out) = figures(&many);
        assert_eq!((drawn.len(), left_out), (0, vec!["validate-one-core".to_owned()]));
        let (drawn, left_out) = figures(&one);
        assert_eq!((drawn[0].name.as_str(), left_out.len()), ("validate-one-core", 0));
    }

    #[test]
    fn the_page_says_the_gravest_verdict_first() {
        let of =
            |verdict| page(&entries("mm1-50pc", 1.0, verdict), "0badcafe", "seedbed validate", Vec::new());
        assert!(of(Verdict::Held).contains("5 rows: 5 held") && of(Verdict::Held).contains("passed"));
        assert!(of(Verdict::Inconclusive).contains("5 rows: 5 inconclusive"));
        assert!(
            of(Verdict::Violated).contains("failed")
                && of(Verdict::Violated).contains("<h3>One core: mm1</h3>")
        );
    }
}
