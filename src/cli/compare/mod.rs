//! `seedbed compare`: variants side by side, in pairs of runs with the same seeds.

mod find;
mod keep;
mod print;
mod scaling;
mod sources;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;

use clap::{Args, ValueEnum};

use super::run::RunArgs;
use super::run::arguments::Trace;
use super::run::batch::{Done, check_writable, run_batch};
use super::run::jobs::{self, Batch};
use super::run::limits::{is_interrupted, wait_until_told, watch_interrupts};
use super::run::say;
use super::{Exit, Failure, Terminal};
use crate::compare::scaling::{ScalingError, from_least};
use crate::compare::{
    Asked, Hanging, Short, Study, StudyError, StudyRow, Subject, SubjectError, VariantRun, asked, batches,
};
use crate::kernel::counted;
use crate::run::metrics::entry;
use crate::run::outputs::{Disk, RunVerdict, SweepRun};
use crate::scenario::sweep::{Comparison, Scaling};
use crate::spec::{Diagnostics, Located, Origin, suggest};
use crate::systems::Custom;
use keep::Findings;
use scaling::ScalingKind;
use sources::{Source, circumstances, each, join, planned, settings, stored, subject};

/// The help after the flags.
const AFTER: &str = "\
FILE is a scenario with a [sweep]: the values of one of its variables are the variants (--by, or `by` in [compare]). Of several files
each is a variant; they need as many runs with the same seeds. In place of a file, a folder of a finished sweep can be named.

Runs that are finished already are not done again, but for those of a protocol of your own. What was compared is kept in outputs/<scenario>/compare-<id>/.

`explain compare` tells what [compare] may say.";

/// Compare variants in pairs of runs with the same seeds, with confidence intervals
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct Compare {
    #[command(flatten)]
    run: RunArgs,
    /// The swept variable whose values are the variants
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// The variant that the others are held against
    #[arg(long, value_name = "VALUE")]
    baseline: Option<String>,
    /// What is compared, such as latency.p99 or latency.p99{op=read}; repeatable
    #[arg(long = "metric", value_name = "METRIC")]
    metrics: Vec<String>,
    /// The folder of an earlier sweep of the same scenario: what has changed since; ends with 1 if anything is worse
    #[arg(long, value_name = "DIR", conflicts_with_all = ["by", "baseline"])]
    against: Option<PathBuf>,
    /// The runs of that
    #[arg(skip)]
    before: Option<Source>,
    /// Folders of finished sweeps, of those named
    #[arg(skip)]
    folders: Vec<PathBuf>,
    /// Cut each run into so many batches, each of which counts as a run
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=1_000))]
    batches: Option<u32>,
    /// What is to be found of a swept variable, such as "max load where p99 < 100ms"
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["against", "batches", "metrics"])]
    find: Option<String>,
    /// How often intervals cover the truth, such as 0.99
    #[arg(long, value_name = "SHARE", value_parser = confidence)]
    confidence: Option<f64>,
    /// Fit laws of scaling over the variants, which are numbers of servers, cores or clients
    #[arg(long, value_enum, value_name = "KIND", conflicts_with_all = ["find", "against"])]
    scaling: Option<ScalingKind>,
    /// Print tables for a report
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "format")]
    table: Option<TableFormat>,
}

/// A table for a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum TableFormat {
    /// Markdown
    Md,
    /// LaTeX, with the rules of the booktabs package
    Latex,
    /// CSV, as in compare.csv
    Csv,
}

fn confidence(text: &str) -> Result<f64, String> {
    let share = text.parse::<f64>().ok().filter(|share| (0.5..=0.999).contains(share));
    share.ok_or_else(|| "a confidence is from 0.5 to 0.999".to_owned())
}

/// The variant that `--against` names.
const BEFORE: &str = "before";

impl Compare {
    pub(super) fn run<X: Custom>(mut self, program: &str, terminal: &mut Terminal) -> Result<Exit, Failure> {
        self.run = self.run.of(program);
        let keeps_all = std::mem::replace(&mut self.run.resume, true);
        if self.run.quiet {
            terminal.be_quiet();
        }
        let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) =
            std::mem::take(&mut self.run.files).into_iter().partition(|path| path.is_dir());
        if !folders.is_empty() && !files.is_empty() {
            let failure = Failure::new(
                Exit::Invalid,
                "scenario files and folders of sweeps are not compared with each other",
            );
            return Err(failure.help("run the files first, and name the folders of their sweeps"));
        }
        if files.is_empty() {
            if self.find.is_some() {
                let failure =
                    Failure::new(Exit::Invalid, "--find makes runs, and a folder has those that it has");
                return Err(failure.help("name the scenario"));
            }
            self.folders.clone_from(&folders);
            self.check_flags()?;
            let comparison = self.overridden(Comparison::usual());
            let asked = self.asked(&comparison)?;
            let sources =
                folders.iter().map(|folder| stored(folder, &comparison)).collect::<Result<Vec<_>, _>>()?;
            self.before = self.against.as_deref().map(|folder| stored(folder, &comparison)).transpose()?;
            self.is_of_one_scenario(&sources[0].name)?;
            let exits =
                [warn_of_failed(&sources, terminal), self.compare(&sources, &comparison, &asked, terminal)?];
            return Ok(Exit::of_many(exits));
        }
        self.run.files = files;
        self.check_flags()?;
        // It is read as what the scenario says, with its mistakes where they are.
        self.run.set.extend(self.find.take().map(|find| format!("compare.find={find}")));
        let mut args = self.run.clone();
        if let Some(kind) = self.scaling.filter(|_| self.by.is_none()) {
            // What is swept is looked through for a number.
            args.set.push(format!("compare.scaling={}", kind.of_scenario().name()));
        }
        let batches = match jobs::plan::<X>(&args, terminal)? {
            Ok(batches) => batches,
            Err(exit) => return Ok(exit),
        };
        if !keeps_all && batches.iter().any(Batch::is_of_own_code) {
            self.run.resume = false;
            terminal.note("every run is done anew, as a protocol of your own may have changed: --resume keeps what is finished");
        }
        let comparison = self.overridden(batches[0].comparison().clone());
        if comparison.find.is_some() && comparison.scaling != Scaling::None {
            let message = "--scaling: the scenario has `find`, whose figures are not scaled";
            return Err(Failure::new(Exit::Invalid, message));
        }
        if let Some(search) = &comparison.find {
            return self.find::<X>(search, batches, &comparison, terminal);
        }
        let asked = self.asked(&comparison)?;
        self.before = self.against.as_deref().map(|folder| stored(folder, &comparison)).transpose()?;
        self.is_of_one_scenario(&batches[0].name)?;
        if self.before.is_some() && comparison.until.is_some() {
            terminal.warn("`until` is not heeded: the earlier sweep has the runs that it has");
        }
        self.check(&batches, &comparison)?;
        if comparison.batches.is_some() {
            self.run.trace = self.run.trace.filter(|trace| *trace == Trace::Full).or(Some(Trace::Ops));
        }
        if self.run.dry_run {
            return self.run.list(&batches, terminal);
        }
        watch_interrupts(terminal);
        let (seeds, mut batches) = (self.run.seeds, batches);
        let (mut sources, mut exits): (Vec<Source>, Vec<Exit>) = (Vec::new(), Vec::new());
        loop {
            let (runs, exit, are_all) = self.do_all::<X>(&batches, &comparison, terminal)?;
            exits.push(exit);
            if !are_all {
                return Ok(Exit::of_many(exits));
            }
            join(&mut sources, runs);
            let Some(more) = self.more(&sources, &comparison, &asked, terminal)? else { break };
            self.run.seeds = Some(more);
            batches = match jobs::plan::<X>(&self.run, terminal)? {
                Ok(batches) => batches,
                Err(exit) => return Ok(exit),
            };
        }
        self.run.seeds = seeds;
        exits.push(self.compare(&sources, &comparison, &asked, terminal)?);
        Ok(Exit::of_many(exits))
    }

    /// The seeds that are to be run besides, until every figure is known well enough; `None` if it is, or nobody asks for it.
    fn more(
        &self,
        sources: &[Source],
        comparison: &Comparison,
        asked: &[Asked],
        terminal: &mut Terminal,
    ) -> Result<Option<(u64, u64)>, Failure> {
        let Some(share) = comparison.until.filter(|_| self.before.is_none()) else { return Ok(None) };
        let study = self.study(sources, comparison, asked)?;
        let Some(needed) = study.runs_until(share) else {
            let without = study.without_share();
            if without > 0 {
                let figures = counted(without as u64, "figure");
                terminal.warn(&format!(
                    "`until` leaves {figures} out: nought, or of too few runs, so that no interval is a share of it"
                ));
            }
            return Ok(None);
        };
        let (have, most) = (study.seeds_most(), comparison.most as usize);
        if have >= most {
            terminal.warn(&format!(
                "after {most} runs of each variant an interval reaches further than {} % to either side: some {needed} would do (`most` in \
                 [compare])",
                share * 100.0
            ));
            return Ok(None);
        }
        // At most twice as many at once, as few runs do not know how far apart they are; and not one by one.
        let next = needed.clamp(have + have.div_ceil(10), 2 * have).min(most);
        let last = sources.iter().flat_map(|source| &source.runs).map(|run| run.run.seed).max();
        let first = last.expect("there are runs") + 1;
        terminal.note(&format!("{have} runs of each do not say it well enough: {next} are done"));
        Ok(Some((first, first + (next - have) as u64 - 1)))
    }

    /// What follows from runs.
    fn study(&self, sources: &[Source], comparison: &Comparison, asked: &[Asked]) -> Result<Study, Failure> {
        let subject = self.subject(sources, comparison).map_err(|error| self.refusal(&error.into()))?;
        let refusal = |error: ScalingError| self.refusal(&error.into());
        let is_scaled = comparison.scaling != Scaling::None;
        let subject = match is_scaled {
            true => from_least(subject, comparison.baseline.is_some()).map_err(refusal)?,
            false => subject,
        };
        let study = Study::new(subject, asked, settings(comparison)).map_err(|error| self.refusal(&error))?;
        if is_scaled { study.with_scaling(comparison.scaling).map_err(refusal) } else { Ok(study) }
    }

    /// Which runs are of which variant.
    fn subject(&self, sources: &[Source], comparison: &Comparison) -> Result<Subject, SubjectError> {
        let Some(before) = &self.before else { return subject(sources, comparison) };
        let of = |variant: &'static str| {
            move |run: &SweepRun| VariantRun {
                variant: variant.to_owned(),
                circumstances: circumstances(run, comparison),
                run: run.clone(),
            }
        };
        let now = sources.iter().flat_map(|source| &source.runs);
        let runs = before.runs.iter().map(of(BEFORE)).chain(now.map(of("now")));
        Subject::of("runs", runs, Some(BEFORE), each(comparison))
    }

    /// Holds that the earlier sweep is of this scenario, if there is one.
    fn is_of_one_scenario(&self, now: &str) -> Result<(), Failure> {
        match self.before.as_ref().filter(|before| before.name != now) {
            None => Ok(()),
            Some(Source { name: before, .. }) => {
                let message =
                    format!("--against: that sweep is of the scenario `{before}`, and this is `{now}`");
                Err(Failure::new(Exit::Invalid, message))
            }
        }
    }

    /// Refuses flags that mean nothing together.
    fn check_flags(&self) -> Result<(), Failure> {
        let several = self.run.files.len() + self.folders.len() > 1;
        let refused = |message: &str| Err(Failure::new(Exit::Invalid, message));
        if several && self.by.is_some() {
            return refused("--by names a variable of one scenario; of several each is a variant");
        }
        if several && self.against.is_some() {
            return refused("--against holds one scenario against an earlier sweep of it");
        }
        if self.run.partition.is_some() {
            let failure = Failure::new(
                Exit::Invalid,
                "--partition deals runs out one by one, and would tear pairs apart",
            );
            return Err(failure.help(
                "do the parts with `run --partition`, put them together with `merge`, and compare the folder",
            ));
        }
        Ok(())
    }

    /// What is compared by, with what the command line says of it.
    fn overridden(&self, mut comparison: Comparison) -> Comparison {
        if self.run.files.len() + self.folders.len() > 1 || self.against.is_some() {
            // Variants are not the values of a variable.
            (comparison.by, comparison.baseline, comparison.scaling) = (None, None, Scaling::None);
        }
        if let Some(by) = &self.by {
            // The baseline is a value of another variable.
            if comparison.by.as_ref() != Some(by) {
                (comparison.baseline, comparison.scaling) = (None, Scaling::None);
            }
            comparison.by = Some(by.clone());
        }
        if let Some(baseline) = &self.baseline {
            comparison.baseline = Some(baseline.clone());
        }
        if !self.metrics.is_empty() {
            let located =
                |metric: &String| Located { value: metric.clone(), origin: Origin::default_value() };
            comparison.metrics = self.metrics.iter().map(located).collect();
        }
        comparison.scaling = self.scaling.map_or(comparison.scaling, ScalingKind::of_scenario);
        comparison.batches = self.batches.or(comparison.batches);
        comparison.confidence = self.confidence.unwrap_or(comparison.confidence);
        comparison
    }

    /// What is asked for, on the command line or by a scenario, which holds no mistake then.
    fn asked(&self, comparison: &Comparison) -> Result<Vec<Asked>, Failure> {
        let mut diagnostics = Diagnostics::default();
        let found = asked(comparison, &mut diagnostics);
        let not_of_batches =
            |one: &&Asked| comparison.batches.is_some() && !batches::METRICS.contains(&one.metric);
        if let Some(one) = found.iter().flatten().find(not_of_batches) {
            let known = batches::METRICS.map(|metric| entry(metric).name);
            let failure = Failure::new(Exit::Invalid, format!("`{}` has no batches", one.text));
            return Err(failure.help(format!("those that do are {}", suggest::listed(known))));
        }
        if let (Some(_), Some(_)) = (comparison.until, comparison.batches) {
            let message = "`until` adds runs, and --batches cuts one into several: not both";
            return Err(Failure::new(Exit::Invalid, message));
        }
        found.ok_or_else(|| {
            let first = diagnostics.iter().next().expect("what is refused has a reason");
            let flag = if self.metrics.is_empty() { "--scaling" } else { "--metric" };
            let failure = Failure::new(Exit::Invalid, format!("{flag}: {}", first.message));
            let label = Some(&first.label).filter(|label| !label.is_empty());
            match label.or(first.help.first()) {
                Some(help) => failure.help(help.clone()),
                None => failure,
            }
        })
    }

    /// Holds that the runs could be compared, before any is done.
    fn check(&self, batches: &[Batch], comparison: &Comparison) -> Result<(), Failure> {
        // Variants and seeds are known before the runs are.
        let planned: Vec<Source> = batches
            .iter()
            .map(|batch| Source {
                name: batch.name.clone(),
                runs: batch.jobs.iter().flat_map(|job| planned(&job.run, comparison)).collect(),
                folders: BTreeMap::new(),
            })
            .collect();
        self.study(&planned, comparison, &[]).map(|_| ())
    }

    /// Does all runs that are not finished already; says whether all are then.
    fn do_all<X: Custom>(
        &self,
        batches: &[Batch],
        comparison: &Comparison,
        terminal: &mut Terminal,
    ) -> Result<(Vec<Source>, Exit, bool), Failure> {
        batches.iter().try_for_each(|batch| check_writable(&self.run, batch, &Disk))?;
        let failed = AtomicUsize::new(0);
        let (mut sources, mut exits, mut is_whole) = (Vec::new(), Vec::new(), true);
        for batch in batches {
            let done: Done<'_> = run_batch::<X>(&self.run, batch, &failed, &Disk, terminal)?;
            wait_until_told();
            say(&done, terminal);
            let (all, passed) = (
                done.reports.len(),
                done.reports.iter().filter(|report| report.exit() == Exit::Passed).count(),
            );
            if passed < all {
                let (some, name) = (counted((all - passed) as u64, "run"), &batch.name);
                terminal.warn(&format!("{name}: {some} of {all} did not pass; `run` says why"));
            }
            exits.push(done.exit);
            is_whole &= done.is_whole();
            let runs =
                done.reports.iter().filter_map(|report| Some((report.kept()?, report.folder.clone()?)));
            sources.push(Source::of(batch.name.clone(), runs.collect(), comparison)?);
            if is_interrupted() {
                break;
            }
        }
        is_whole &= sources.len() == batches.len();
        Ok((sources, Exit::of_many(exits), is_whole))
    }

    /// Compares the runs, keeps what comes of it, and prints it.
    fn compare(
        &self,
        sources: &[Source],
        comparison: &Comparison,
        asked: &[Asked],
        terminal: &mut Terminal,
    ) -> Result<Exit, Failure> {
        let study = self.study(sources, comparison, asked)?;
        let all = self.before.iter().chain(sources).flat_map(|source| &source.runs);
        let findings = Findings {
            name: &sources[0].name,
            sources,
            runs: all.map(|run| run.run.run_id.as_str()).collect(),
            metrics: asked.iter().map(|one| one.text.as_str()).collect(),
            tried: &[],
        };
        self.publish(&study, &findings, comparison, terminal)?;
        for Hanging { measure, variant, is_of_difference, correlation } in study.hanging() {
            let of = if is_of_difference { "the differences of " } else { "" };
            terminal.warn(&format!(
                "{measure} of {of}{variant}: batches hang on those before them (serial correlation {correlation:.2}), so that intervals are too \
                 narrow: make the runs longer, or the batches fewer"
            ));
        }
        for Short { measure, variant, values, beyond } in study.short() {
            terminal.warn(&format!(
                "{measure}: runs of {variant} have some {values:.0} values, of which {beyond:.1} lie beyond it: it may be off on average, which \
                 no number of runs mends: make the runs longer"
            ));
        }
        let alone =
            study.rows.iter().filter(|row| self.before.is_some() && self.is_alone(&study, row)).count();
        if alone > 0 {
            let figures = counted(alone as u64, "figure");
            terminal
                .warn(&format!("{figures} of one sweep have no partner in the other, and are not compared"));
        }
        let worse = study.rows.iter().filter(|row| self.before.is_some() && study.is_worse(row)).count();
        if worse > 0 {
            let figures = counted(worse as u64, "figure");
            terminal.warn(&format!("worse than before: {figures} of {}", study.comparisons));
            return Ok(Exit::Violated);
        }
        Ok(Exit::Passed)
    }

    /// Whether a row of `before` or `now` stands alone under its circumstances, or with fewer seeds.
    fn is_alone(&self, study: &Study, row: &StudyRow) -> bool {
        let partner = study.rows.iter().find(|other| {
            (other.measure, other.circumstances) == (row.measure, row.circumstances)
                && other.variant != row.variant
        });
        partner.is_none_or(|partner| partner.values.len() < row.values.len())
    }

    /// Why runs are not compared, with what to do.
    fn refusal(&self, error: &StudyError) -> Failure {
        let failure = Failure::new(Exit::Invalid, error.to_string());
        match error {
            StudyError::Subject(SubjectError::TooFewRuns { needed, .. }) => {
                let enough = (*needed).max(10);
                failure.help(format!("give [sweep] `repeat = {enough}`, or add --seeds 1..{enough}"))
            }
            StudyError::Subject(SubjectError::OneVariant(_)) => {
                failure.help("--by names another variable; a second file makes each file a variant")
            }
            StudyError::Subject(SubjectError::NotOneOfEach { needed: 1, .. }) => {
                failure.help("files of one name, or runs of several sweeps, cannot be told apart: give each scenario a name of its own")
            }
            StudyError::Subject(SubjectError::NotOneOfEach { .. }) => {
                failure.help("`antithetic` takes a plain run and its mirror image together: run both of each seed")
            }
            StudyError::Subject(SubjectError::NothingInCommon(_)) => {
                failure.help("give all of them the same seeds, and the same values of what else is swept")
            }
            StudyError::Subject(SubjectError::NoBaseline { .. } | SubjectError::NoVariable { .. }) => failure,
            StudyError::NoFigure { .. } | StudyError::OfOtherThings { .. } => failure.help(
                "the runs are kept: compare by something else, which runs.csv of their sweep has, or narrow it as in latency.p99{op=read}",
            ),
            StudyError::NothingFound { .. } => failure.help("the runs are kept: give the variable a wider span, or ask for something else"),
            StudyError::Scaling(ScalingError::NoNumber { .. }) => failure.help(
                "--by (or `by` in [compare]) names the variable: how many servers, cores, replicas or clients there are",
            ),
            StudyError::Scaling(ScalingError::TooFew { .. }) => {
                failure.help("any law goes through two points: run more of them")
            }
            StudyError::Scaling(ScalingError::NotTheLeast { .. }) => failure.help("leave the baseline away"),
            StudyError::MixedUnits { .. } => failure.help("compare them by another metric"),
        }
    }
}

/// Says how many of the runs of finished sweeps did not pass; what they come to.
fn warn_of_failed(sources: &[Source], terminal: &mut Terminal) -> Exit {
    let mut exits = vec![Exit::Passed];
    for source in sources {
        let verdicts: BTreeMap<&str, RunVerdict> =
            source.runs.iter().map(|run| (run.run.run_id.as_str(), run.verdict)).collect();
        let failed = verdicts.values().filter(|verdict| **verdict != RunVerdict::Passed).count();
        if failed > 0 {
            let (some, all, name) = (counted(failed as u64, "run"), verdicts.len(), &source.name);
            terminal.warn(&format!("{name}: {some} of {all} did not pass; the report of its sweep says why"));
        }
        exits.extend(verdicts.values().map(|verdict| match verdict {
            RunVerdict::Passed => Exit::Passed,
            RunVerdict::Failed => Exit::Violated,
            RunVerdict::Inconclusive => Exit::Inconclusive,
        }));
    }
    Exit::of_many(exits)
}
