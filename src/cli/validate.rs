//! `seedbed validate`: holds the simulator against formulas and published results, a row each.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::{Value as Json, json};

use super::run::arguments::jobs;
use super::run::batch::cores;
use super::table::{WIDTH, aligned, wrap};
use super::{Exit, Failure, Format, Terminal};
use crate::kernel::counted;
use crate::net::regions::Matrix;
use crate::scenario::source::files::{DATA_BYTES_MAX, read_text};
use crate::spec::suggest;
use crate::validate::consensus::{Regions, of_user};
use crate::validate::{Effort, Experiment, Published, Row, SUITES, Suite, Unit, Verdict};

/// What stands before where a row is from and how it was set up.
const ABOUT: &str = "      ";

/// The help after the flags.
const AFTER: &str = "\
A row is held if the simulated figure is within the row's tolerance of the published one, and its interval (of 99 %) is no wider
than that to either side; violated if all of the interval is outside; else inconclusive: --thorough runs ten times the seeds, and rows
that take more than ten million requests, which are not run without it.

The same command prints the same bytes, on any machine and with any --jobs. Each row is a scenario, which --show prints: `run` runs it
with any of the seeds, which count from 1.";

/// Hold the simulator against formulas and published results
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct Validate {
    /// What is validated [default: everything]
    #[arg(value_name = "SUITE", value_parser = PossibleValuesParser::new(SUITES.iter().map(|suite| suite.name)))]
    suites: Vec<String>,
    /// Only rows whose names begin so; repeatable
    #[arg(long, value_name = "ROW")]
    only: Vec<String>,
    /// Ten times as many seeds where figures are estimates, and rows that take long
    #[arg(long)]
    thorough: bool,
    /// Replace a value of the rows' scenarios, to see which figures hang on it, such as system.kv.disk.fsync=7ms; repeatable
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Print the scenario of a row, and run nothing
    #[arg(long, value_name = "ROW", conflicts_with_all = ["only", "set", "thorough", "format"])]
    show: Option<String>,
    /// In place of what is published: the write latencies of a store with a replica and a client in each region of this matrix, a CSV
    /// file with the columns from,to,one_way (or a built-in one: aws, gcp), against what the matrix says of them
    #[arg(long, value_name = "FILE")]
    matrix: Option<PathBuf>,
    /// Of --matrix: the region that leads [default: each in turn]
    #[arg(long, value_name = "REGION", requires = "matrix")]
    leader: Option<String>,
    /// Of --matrix: Flexible Paxos with so many acceptors of a write [default: Raft, Multi-Paxos, and Flexible Paxos with 2]
    #[arg(long, value_name = "N", requires = "matrix", value_parser = clap::value_parser!(u32).range(1..=64))]
    q2: Option<u32>,
    /// How many runs go side by side [default: one a core]
    #[arg(short, long, value_name = "N", value_parser = jobs)]
    jobs: Option<usize>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

impl Validate {
    pub(super) fn run(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let experiments = self.experiments()?;
        if let Some(name) = &self.show {
            let shown = experiments.iter().find(|(_, experiment)| experiment.name == before_slash(name));
            let (_, experiment) = shown.ok_or_else(|| no_such_row("--show", name, &experiments))?;
            terminal.print(&experiment.scenario)?;
            return Ok(Exit::Passed);
        }
        let mut selected = self.select(experiments)?;
        selected.iter_mut().for_each(|(_, experiment)| experiment.set.clone_from(&self.set));
        let effort = if self.thorough { Effort::Thorough } else { Effort::Usual };
        let (selected, left): (Vec<_>, Vec<_>) =
            selected.into_iter().partition(|(_, experiment)| experiment.is_run_at(effort));
        let left: Vec<String> = left.into_iter().map(|(_, experiment)| experiment.name).collect();
        if selected.is_empty() {
            let message = format!("{} takes too long for anything but --thorough", left.join(", "));
            return Err(Failure::new(Exit::NothingSelected, message).help("add --thorough"));
        }
        let mut rows = Vec::new();
        for (suite, experiment) in &selected {
            let jobs = self.jobs.unwrap_or_else(cores);
            let judged = experiment.run(suite, effort, jobs);
            let refused =
                |found| Failure::new(Exit::Invalid, format!("{} cannot be run:\n{found}", experiment.name));
            rows.extend(judged.map_err(refused)?);
        }
        rows.retain(|row| self.is_wanted(&row.name));
        match self.format {
            Format::Text => terminal.print(&text(&rows, &left))?,
            Format::Json => terminal.print_json(&document(&rows, &left))?,
        }
        Ok(exit(&rows))
    }

    /// What there is to run, with the suite's name.
    fn experiments(&self) -> Result<Vec<(&'static str, Experiment)>, Failure> {
        if let Some(path) = &self.matrix {
            let invalid = |message| Failure::new(Exit::Invalid, message);
            let of_user = of_user(&regions(path)?, self.leader.as_deref(), self.q2).map_err(invalid)?;
            return Ok(of_user.into_iter().map(|experiment| ("consensus", experiment)).collect());
        }
        let is_asked = |name: &str| self.suites.is_empty() || self.suites.iter().any(|asked| asked == name);
        let suites = SUITES.iter().filter(|suite| is_asked(suite.name));
        let of_suite = |suite: &Suite| {
            let name = suite.name;
            (suite.experiments)().into_iter().map(move |experiment| (name, experiment))
        };
        Ok(suites.flat_map(of_suite).collect())
    }

    fn is_wanted(&self, row: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| row.starts_with(only.as_str()))
    }

    /// Those of the experiments of which a row is wanted.
    fn select(
        &self,
        experiments: Vec<(&'static str, Experiment)>,
    ) -> Result<Vec<(&'static str, Experiment)>, Failure> {
        for only in &self.only {
            if !experiments.iter().any(|(_, one)| one.rows().any(|row| row.starts_with(only.as_str()))) {
                return Err(no_such_row("--only", only, &experiments));
            }
        }
        Ok(experiments.into_iter().filter(|(_, one)| one.rows().any(|row| self.is_wanted(&row))).collect())
    }
}

/// A matrix as the command line names it: a built-in one, or a file.
fn regions(path: &Path) -> Result<Regions, Failure> {
    let name = path.display().to_string();
    if Matrix::find(&name).is_some() {
        return Ok(Regions { name, text: None });
    }
    let text = read_text(path, DATA_BYTES_MAX)
        .map_err(|problem| Failure::new(Exit::Invalid, format!("--matrix {name}: {}", problem.message)))?;
    Ok(Regions { name, text: Some(text) })
}

fn before_slash(row: &str) -> &str {
    row.split_once('/').map_or(row, |(experiment, _)| experiment)
}

/// Most rows that are named where one of several is wanted.
const ROWS_NAMED: usize = 3;

fn no_such_row(flag: &str, name: &str, experiments: &[(&'static str, Experiment)]) -> Failure {
    let names = || experiments.iter().map(|(_, one)| one.name.as_str());
    let known: Vec<&str> = names().map(family).chain(names()).collect();
    let failure = Failure::new(Exit::NothingSelected, format!("{flag} {name}: there is no such row"));
    let begins_so = names().filter(|known| known.starts_with(name) && *known != name);
    let some: Vec<&str> = begins_so.take(ROWS_NAMED).collect();
    if !some.is_empty() {
        return failure.help(format!("there are several, such as {}", suggest::one_of(some.into_iter())));
    }
    match suggest::closest(before_slash(name), known.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => {
            let mut families: Vec<&str> = names().map(family).collect();
            families.dedup();
            failure.help(format!("names begin with {}", suggest::one_of(families.into_iter())))
        }
    }
}

/// What the rows of a kind have in common: the first two words of their names.
fn family(name: &str) -> &str {
    name.match_indices('-').nth(1).map_or(name, |(end, _)| &name[..end])
}

fn exit(rows: &[Row]) -> Exit {
    Exit::of_many(rows.iter().map(|row| match row.verdict {
        Verdict::Held => Exit::Passed,
        Verdict::Violated => Exit::Violated,
        Verdict::Inconclusive => Exit::Inconclusive,
    }))
}

/// For people; `left` was not run.
fn text(rows: &[Row], left: &[String]) -> String {
    let head = ["", "row", "published", "simulated", "interval", "seeds"].map(str::to_owned).to_vec();
    let line = |row: &Row| {
        let (published, relation) = row.published.parts();
        let figure = |value: f64| figure(value, row.unit);
        let relation = match row.published {
            Published::Exactly(_) => String::new(),
            Published::AtMost(_) | Published::AtLeast(_) | Published::Among(_) => format!("{relation} "),
        };
        let tolerance =
            if row.tolerance > 0.0 { format!(" ± {}", figure(row.tolerance)) } else { String::new() };
        vec![
            row.verdict.name().to_owned(),
            row.name.clone(),
            format!("{relation}{}{tolerance}", figure(published)),
            figure(row.simulated.value),
            format!("{} .. {}", figure(row.simulated.low), figure(row.simulated.high)),
            row.seeds.to_string(),
        ]
    };
    let (mut table, mut about) = (vec![head], vec![None]);
    for rows in rows.chunk_by(|one, next| before_slash(&one.name) == before_slash(&next.name)) {
        match rows.len() > 1 && rows.iter().all(is_plain) {
            true => table.push(folded(rows)),
            false => table.extend(rows.iter().map(line)),
        }
        // Behind the last row of the experiment.
        about.resize(table.len() - 1, None);
        about.push(Some(format!("{}. {}", rows[0].source, rows[0].setup)));
    }
    let of = |verdict: Verdict| rows.iter().filter(|row| row.verdict == verdict).count() as u64;
    let mut out = String::new();
    for (line, about) in aligned(&table).lines().zip(about) {
        out += &format!("{line}\n");
        let lines = about.iter().flat_map(|about| wrap(about, WIDTH));
        lines.for_each(|line| out += &format!("{ABOUT}{line}\n"));
    }
    let (violated, open) = (of(Verdict::Violated), of(Verdict::Inconclusive));
    let rest = [(violated, "violated"), (open, "inconclusive")];
    let rest =
        rest.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!(", {number} {what}"));
    out += &format!(
        "{}, {} held{}\n",
        counted(rows.len() as u64, "row"),
        of(Verdict::Held),
        rest.collect::<String>()
    );
    if !left.is_empty() {
        let what = format!("not run without --thorough: {}", left.join(", "));
        wrap(&what, WIDTH).iter().for_each(|line| out += &format!("{line}\n"));
    }
    out
}

/// Whether there is nothing to say of a row but that it is exactly as published.
fn is_plain(row: &Row) -> bool {
    row.verdict == Verdict::Held && row.tolerance == 0.0
}

/// The plain rows of an experiment in one line.
fn folded(rows: &[Row]) -> Vec<String> {
    let figures = || rows.iter().map(|row| row.simulated.value);
    let (low, high) = (figures().fold(f64::INFINITY, f64::min), figures().fold(0.0, f64::max));
    let figure = |value: f64| figure(value, rows[0].unit);
    vec![
        Verdict::Held.name().to_owned(),
        format!("{}/*", before_slash(&rows[0].name)),
        format!("{} .. {}", figure(low), figure(high)),
        format!("all {} exactly", rows.len()),
        String::new(),
        rows[0].seeds.to_string(),
    ]
}

/// A figure with its unit, to what a person reads.
fn figure(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{:.2} %", 100.0 * value),
        Unit::Millis => format!("{value:.1} ms"),
        Unit::Multiple => format!("{value:.4}"),
    }
}

/// For programs; `left` was not run.
fn document(rows: &[Row], left: &[String]) -> Json {
    let row = |row: &Row| {
        let (published, relation) = row.published.parts();
        json!({
            "suite": row.suite,
            "name": row.name,
            "source": row.source,
            "setup": row.setup,
            "unit": row.unit.name(),
            "relation": relation,
            "published": published,
            "simulated": row.simulated.value,
            "ci_low": row.simulated.low,
            "ci_high": row.simulated.high,
            "tolerance": row.tolerance,
            "seeds": row.seeds,
            "verdict": row.verdict.name(),
        })
    };
    json!({ "rows": rows.iter().map(row).collect::<Vec<_>>(), "not_run": left, "exit": exit(rows).code() })
}
