//! `seedbed validate`: holds the simulator against formulas and published results, a row each.

mod print;

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use super::internal::quoted;
use super::run::arguments::{Charts, jobs};
use super::run::batch::{check_folder, cores};
use super::{Exit, Failure, Format, Terminal};
use crate::net::regions::Matrix;
use crate::run::drawing::{self, write_charts};
use crate::run::outputs::{Disk, REPORT, Sink};
use crate::run::validation_folder::{self, ValidationFacts};
use crate::scenario::source::files::{DATA_BYTES_MAX, read_text};
use crate::spec::suggest;
use crate::validate::consensus::{Regions, of_user};
use crate::validate::page::{figures, page};
use crate::validate::table::{csv, markdown};
use crate::validate::{Effort, Entry, Experiment, Row, SUITES, Suite, Verdict};

/// The table for people, in the folder.
const TABLE: &str = "validate.md";

/// The help after the flags.
const AFTER: &str = "\
A row is held if the simulated figure is within the row's tolerance of the published one, and its interval (of 99 %) is no wider
than that to either side; violated if all of the interval is outside; else inconclusive: --thorough runs ten times the seeds, and rows
that take more than ten million requests, which are not run without it.

What came of them is kept in outputs/validate-<id>/, with a chart for each chapter of a suite. The same command prints and writes the same
bytes, on any machine and with any --jobs. Each row is a scenario, which --show prints: `run` runs it
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
    #[arg(long, value_name = "ROW", conflicts_with_all = ["only", "set", "thorough", "format", "table"])]
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
    /// The folder for results
    #[arg(short, long, value_name = "DIR", default_value = "outputs")]
    out: PathBuf,
    /// Charts and the page; no other file depends on it
    #[arg(long, value_enum, default_value_t, value_name = "KIND")]
    charts: Charts,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Print a table for a report
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "format")]
    table: Option<TableFormat>,
}

/// A table for a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum TableFormat {
    /// Markdown, as in validate.md
    Md,
    /// CSV, as in validate.csv
    Csv,
}

impl Validate {
    pub(super) fn run(&self, program: &str, terminal: &mut Terminal) -> Result<Exit, Failure> {
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
        let left = selected.iter().filter(|(_, experiment)| !experiment.is_run_at(effort));
        let left: Vec<String> = left.map(|(_, experiment)| experiment.name.clone()).collect();
        if selected.len() == left.len() {
            let message = format!("{} takes too long for anything but --thorough", left.join(", "));
            return Err(Failure::new(Exit::NothingSelected, message).help("add --thorough"));
        }
        check_folder(&self.out, &Disk)?;
        let (rows, entries) = self.run_all(&selected, effort)?;
        let (folder, warnings) = self.write(program, &selected, effort, &entries)?;
        warnings.iter().for_each(|warning| terminal.warn(warning));
        let exit = exit(&rows);
        match (self.format, self.table) {
            (Format::Json, None) => terminal.print_json(&print::document(&rows, &left, exit, &folder))?,
            (_, Some(TableFormat::Md)) => terminal.print(&markdown(&entries))?,
            (_, Some(TableFormat::Csv)) => {
                let mut out = Vec::new();
                csv(&mut out, &entries).expect("memory takes all");
                terminal.print(&String::from_utf8(out).expect("tables are UTF-8"))?;
            }
            (Format::Text, None) => terminal.print(&print::text(&rows, &left, &folder))?,
        }
        Ok(exit)
    }

    /// Runs what is selected; returns the rows that were run, and all with where they belong.
    fn run_all(
        &self,
        selected: &[(&'static str, Experiment)],
        effort: Effort,
    ) -> Result<(Vec<Row>, Vec<Entry>), Failure> {
        let (mut rows, mut entries) = (Vec::new(), Vec::new());
        for (suite, experiment) in selected {
            if !experiment.is_run_at(effort) {
                entries.extend(Entry::not_run(suite, experiment));
                continue;
            }
            let refused =
                |found| Failure::new(Exit::Invalid, format!("{} cannot be run:\n{found}", experiment.name));
            let judged = experiment.run(suite, effort, self.jobs.unwrap_or_else(cores)).map_err(refused)?;
            entries.extend(judged.iter().cloned().map(Entry::of_row));
            rows.extend(judged);
        }
        rows.retain(|row| self.is_wanted(&row.name));
        entries.retain(|entry| self.is_wanted(&entry.name));
        Ok((rows, entries))
    }

    /// The command that validates the same again.
    fn command(&self, program: &str) -> String {
        let mut command = format!("{} validate", quoted(program));
        self.suites.iter().for_each(|suite| command += &format!(" {suite}"));
        let matrix = self.matrix.as_ref().map(|path| ("--matrix", path.display().to_string()));
        let flags = self
            .only
            .iter()
            .map(|only| ("--only", only.clone()))
            .chain(self.set.iter().map(|set| ("--set", set.clone())))
            .chain(matrix)
            .chain(self.leader.iter().map(|leader| ("--leader", leader.clone())))
            .chain(self.q2.map(|q2| ("--q2", q2.to_string())));
        flags.for_each(|(flag, value)| command += &format!(" {flag} {}", quoted(&value)));
        if self.thorough { command + " --thorough" } else { command }
    }

    /// Writes the folder, with what a person should know of its charts.
    ///
    /// # Errors
    /// If the file system fails, or another folder is there.
    fn write(
        &self,
        program: &str,
        selected: &[(&'static str, Experiment)],
        effort: Effort,
        entries: &[Entry],
    ) -> Result<(PathBuf, Vec<String>), Failure> {
        let command = self.command(program);
        let (drawn, mut warnings) = (drawing::Charts::from(self.charts), Vec::new());
        let facts = ValidationFacts {
            effort: effort.name(),
            set: &self.set,
            rows: entries.iter().map(|entry| entry.name.as_str()).collect(),
            about: selected.iter().flat_map(|(_, experiment)| experiment.about()).collect(),
        };
        let sink: &dyn Sink = &Disk;
        let finished = validation_folder::write(sink, &self.out, &facts, |folder| {
            folder.write("validate.csv", |out| csv(out, entries))?;
            folder.write(TABLE, |out| out.write_all(markdown(entries).as_bytes()))?;
            if drawn == drawing::Charts::None {
                return Ok(());
            }
            let (figures, left_out) = figures(entries);
            let (figures, found) = write_charts(folder, &figures, drawn)?;
            warnings = found;
            let note = |name: &String| format!("{name} has too many rows for a chart: {TABLE} has them");
            warnings.extend(left_out.iter().map(note));
            let page = page(entries, &facts.id(), &command, figures);
            folder.write(REPORT, |out| out.write_all(page.as_bytes()))
        });
        let failed = |message| Failure::new(Exit::InputOutput, message);
        Ok((
            finished
                .map_err(|error| failed(error.to_string()))?
                .into_folder("what came of it now")
                .map_err(failed)?,
            warnings,
        ))
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
            suite.experiments().into_iter().map(move |experiment| (name, experiment))
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
