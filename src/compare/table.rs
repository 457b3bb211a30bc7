//! A comparison as a table for a report: Markdown, LaTeX (booktabs) or CSV.

use std::io::{self, Write};

use crate::kernel::counted;
use crate::run::metrics::Better;
use crate::run::outputs::{COMPARE, Key, PlannedRun, SEARCHED, Table};
use crate::statistics::Method;

use super::found::Found;
use super::scaling::words as scaling;
use super::study::{Finding, Study, StudyRow};
use super::words::{self, Style};

/// The rows of one measure under some circumstances, as a person reads them.
pub struct Block {
    /// `latency p99, load=0.9`.
    pub title: String,
    /// Rank, variant, figure with its interval, how it is beside the baseline, what pairing gained.
    pub rows: Vec<[String; 5]>,
    /// What of it cannot be seen in the rows: runs without a figure.
    pub notes: Vec<String>,
}

/// What the columns of a [`Block`] are; the variable stands for the second.
pub fn columns(study: &Study) -> [String; 5] {
    let subject = &study.subject;
    let percent = words::percent(study.settings.confidence);
    let figure = match study.settings.method {
        Method::Student | Method::Bootstrap => "mean",
        Method::Median => "median",
    };
    [
        "rank".to_owned(),
        subject.variable.clone(),
        format!("{figure} ({percent} % CI)"),
        if subject.is_alone() {
            String::new()
        } else {
            format!("beside {}", subject.variants[subject.baseline])
        },
        if subject.is_alone() { String::new() } else { "gain".to_owned() },
    ]
}

/// What holds for a whole comparison, in a sentence.
pub fn caption(study: &Study) -> String {
    let (least, most) = study.subject.runs_each();
    let runs = if least == most { most.to_string() } else { format!("{least} to {most}") };
    let (what, by) = match study.settings.batches {
        None if study.found().is_some() => ("seeds each".to_owned(), "seed"),
        None => ("runs each".to_owned(), "seed"),
        Some(batches) => (format!("batches each, {batches} of a run"), "seed and time"),
    };
    let method = match study.settings.method {
        Method::Student => "Student's t",
        Method::Median => "order statistics and the sign test",
        Method::Bootstrap => "the BCa bootstrap",
    };
    let percent = words::percent(study.settings.confidence);
    let failed = match study.not_passed() {
        (0, _) => String::new(),
        (some, all) => format!("; {some} of {all} runs did not pass their checks"),
    };
    if study.subject.is_alone() {
        let what = what.trim_end_matches(" each");
        return format!("{runs} {what}; intervals of {percent} % by {method}{failed}");
    }
    format!(
        "{runs} {what}, paired by {by}; intervals of {percent} % by {method}; {}, corrected by Holm's method{failed}",
        counted(study.comparisons as u64, "comparison")
    )
}

/// The comparison in blocks, in order.
pub fn blocks(study: &Study) -> Vec<Block> {
    let is_same = |a: &StudyRow, b: &StudyRow| (a.measure, a.circumstances) == (b.measure, b.circumstances);
    study.rows.chunk_by(is_same).map(|rows| block(study, rows)).collect()
}

fn block(study: &Study, rows: &[StudyRow]) -> Block {
    let (measure, subject) = (&study.measures[rows[0].measure], &study.subject);
    let circumstances = subject.told(rows[0].circumstances);
    let comma = if circumstances.is_empty() { "" } else { ", " };
    let mut order: Vec<&StudyRow> = rows.iter().collect();
    if let Some(better) = measure.better {
        // Those without a rank come last, and of one rank those with the better figure first.
        let figure = |row: &StudyRow| {
            let value = row.estimate.map_or(f64::INFINITY, |estimate| estimate.value);
            if better == Better::Higher && value.is_finite() { -value } else { value }
        };
        let rank = |row: &StudyRow| row.rank.unwrap_or(usize::MAX);
        order.sort_by(|a, b| rank(a).cmp(&rank(b)).then(figure(a).total_cmp(&figure(b))));
    }
    let row = |row: &&StudyRow| {
        let estimate = row.estimate;
        let figure = match estimate {
            Some(estimate) => Style::of_estimate(measure.unit, estimate).estimate(estimate),
            None if measure.found().is_some() => "too few seeds have one".to_owned(),
            None => "too few runs have one".to_owned(),
        };
        let beside = match &row.against {
            None if subject.is_alone() => String::new(),
            None if row.variant == subject.baseline => "baseline".to_owned(),
            None => "too few pairs".to_owned(),
            Some(against) => match against.finding {
                Finding::Same => "the same".to_owned(),
                Finding::NotShown => format!("not shown: {}", words::beside(&against.paired, measure.unit)),
                Finding::Lower | Finding::Higher => words::beside(&against.paired, measure.unit),
            },
        };
        [
            row.rank.map_or(String::new(), |rank| rank.to_string()),
            subject.variants[row.variant].clone(),
            figure,
            beside,
            row.against.as_ref().map_or(String::new(), |against| words::gain(&against.paired)),
        ]
    };
    let worth = |row: &&StudyRow| {
        let gain = row.antithetic_gain?;
        let variant = subject.called(row.variant);
        Some(format!(
            "{variant}: an antithetic pair is worth {:.1} times two runs with seeds of their own",
            gain
        ))
    };
    let lacks = rows.iter().filter(|row| row.missing > 0);
    let note = |row: &StudyRow| {
        if let Some(note) = measure.found().and_then(|found| found.note(subject, row)) {
            return note;
        }
        let (variant, all) = (subject.called(row.variant), row.values.len() + row.missing);
        let what = if study.settings.batches.is_some() { "batches" } else { "runs" };
        format!("{variant}: {} of {all} {what} have no such figure, and are left out", row.missing)
    };
    Block {
        title: format!("{}{comma}{circumstances}", measure.name),
        rows: order.iter().map(row).collect(),
        notes: lacks.map(note).chain(order.iter().filter_map(worth)).collect(),
    }
}

/// The comparison as Markdown: a heading and a table for each measure under each circumstances.
pub fn markdown(study: &Study, scenario: &str) -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut out = format!("# {}\n\n{}.\n", cell(scenario), caption(study));
    for block in blocks(study) {
        out += &format!("\n## {}\n\n{}", cell(&block.title), line(&columns(study)));
        out += "|---:|:---|:---|:---|---:|\n";
        block.rows.iter().for_each(|row| out += &line(row));
        block.notes.iter().for_each(|note| out += &format!("\n{}\n", cell(note)));
    }
    for block in scaling::blocks(study) {
        let title = cell(&capitalised(&block.title));
        out += &format!("\n## {title}\n\n{}|---:|:---|:---|:---|\n", line(&scaling::columns(study)));
        block.rows.iter().for_each(|row| out += &line(row));
        out += "\n";
        block.notes.iter().for_each(|note| out += &format!("- {}\n", cell(note)));
    }
    out += "\n## In words\n\n";
    study
        .rows
        .iter()
        .filter_map(|row| words::verdict(study, row))
        .for_each(|verdict| out += &format!("- {}\n", cell(&verdict)));
    out
}

/// The comparison as LaTeX: a `tabular` for each measure under each circumstances, with the rules of the booktabs package.
pub fn latex(study: &Study, scenario: &str) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|text| escaped(text)).collect();
        format!("{} \\\\\n", cells.join(" & "))
    };
    let mut out = format!("% {}: {}.\n% \\usepackage{{booktabs}}\n", scenario, caption(study));
    for block in blocks(study) {
        out += &format!(
            "\n\\begin{{table}}\n\\centering\n\\caption{{{}}}\n\\begin{{tabular}}{{rlllr}}\n\\toprule\n{}\\midrule\n",
            escaped(&block.title),
            line(&columns(study))
        );
        block.rows.iter().for_each(|row| out += &line(row));
        out += "\\bottomrule\n\\end{tabular}\n";
        block.notes.iter().for_each(|note| {
            out += &format!("\n\\smallskip\n\\parbox{{\\linewidth}}{{\\footnotesize {}.}}\n", escaped(note))
        });
        out += "\\end{table}\n";
    }
    for block in scaling::blocks(study) {
        out += &format!(
            "\n\\begin{{table}}\n\\centering\n\\caption{{{}}}\n\\begin{{tabular}}{{rlll}}\n\\toprule\n{}\\midrule\n",
            escaped(&capitalised(&block.title)),
            line(&scaling::columns(study))
        );
        block.rows.iter().for_each(|row| out += &line(row));
        out += "\\bottomrule\n\\end{tabular}\n";
        block.notes.iter().for_each(|note| {
            out += &format!("\n\\smallskip\n\\parbox{{\\linewidth}}{{\\footnotesize {}.}}\n", escaped(note))
        });
        out += "\\end{table}\n";
    }
    out
}

/// With the first letter as in a heading.
fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Text with what LaTeX takes for commands written out.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '|' => out.push_str("\\textbar{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '%' | '&' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// Writes compare.csv: every figure as it is, in base units.
///
/// # Errors
/// If writing does.
pub fn csv(out: &mut dyn Write, study: &Study, scenario: &str) -> io::Result<()> {
    let subject = &study.subject;
    let key = |circumstances: usize| Key::of_circumstances(scenario, &subject.circumstances[circumstances]);
    let method = match study.settings.method {
        Method::Student => "student",
        Method::Median => "order-statistics",
        Method::Bootstrap => "bootstrap",
    };
    let mut table = Table::new(out, &key(0), &COMPARE)?;
    for row in &study.rows {
        let measure = &study.measures[row.measure];
        let (estimate, against) = (row.estimate, row.against.as_ref());
        let paired = against.map(|against| &against.paired);
        let (difference, ratio) =
            (paired.map(|paired| paired.difference), paired.and_then(|paired| paired.ratio));
        table
            .row(&key(row.circumstances))?
            .text(&subject.variable)?
            .text(&subject.variants[row.variant])?
            .text(&measure.name)?
            .text(measure.unit.name())?
            .integer(row.values.len() as u64)?
            .integer(row.missing as u64)?
            .float(estimate.map(|estimate| estimate.value))?
            .float(row.deviation)?
            .float(estimate.map(|estimate| estimate.low))?
            .float(estimate.map(|estimate| estimate.high))?
            .float(study.settings.confidence)?
            .text(method)?
            .integer(row.rank.map(|rank| rank as u64))?
            .text(if row.variant == subject.baseline { "" } else { &subject.variants[subject.baseline] })?
            .integer(paired.map(|paired| paired.pairs as u64))?
            .float(difference.map(|difference| difference.value))?
            .float(difference.map(|difference| difference.low))?
            .float(difference.map(|difference| difference.high))?
            .float(ratio.map(|ratio| ratio.value))?
            .float(ratio.map(|ratio| ratio.low))?
            .float(ratio.map(|ratio| ratio.high))?
            .float(paired.map(|paired| paired.p_value))?
            .float(against.map(|against| against.corrected))?
            .text(against.map_or("", |against| against.finding.name()))?
            .float(paired.and_then(|paired| paired.gain))?
            .float(row.antithetic_gain)?
            .end()?;
    }
    table.end()
}

/// A run that a search made.
#[derive(Clone, PartialEq, Debug)]
pub struct TriedRun {
    /// Which.
    pub run: PlannedRun,
    /// What it measured, in the base unit of the condition's figure; `None` if it does not have it.
    pub figure: Option<f64>,
    /// Whether the condition holds.
    pub holds: Option<bool>,
}

/// The file of what was tried.
pub const SEARCH: &str = SEARCHED.file;

/// Writes search.csv: every run of a search, in the order in which it made them.
///
/// # Errors
/// If writing does.
pub fn search_csv(out: &mut dyn Write, found: &Found, tried: &[TriedRun]) -> io::Result<()> {
    let key = |one: &TriedRun| Key::of_run(&one.run.run_id, &one.run.params);
    let Some(first) = tried.first() else { return Ok(()) };
    let mut table = Table::new(out, &key(first), &SEARCHED)?;
    for one in tried {
        let value = one.run.params.iter().find(|(name, _)| *name == found.search.variable);
        let number = value.map(|(_, written)| found.search.value(written).number);
        let holds = one.holds.map_or("", |holds| if holds { "yes" } else { "no" });
        table.row(&key(one))?.integer(one.run.seed)?.float(number)?.float(one.figure)?.text(holds)?.end()?;
    }
    table.end()
}
