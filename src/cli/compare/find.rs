//! `find = "max load where p99 < 100ms"`: a bisection for each variant and each seed, the steps of all of them side by side.
//!
//! Each step is a sweep of its own, over the values that are tried in it: its folder is made as that of any other, so that what is finished
//! is not done again, and each run can be done again by itself.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;

use super::super::run::batch::{Done, check_writable, run_batch};
use super::super::run::jobs::{self, Batch, Step};
use super::super::run::limits::{is_interrupted, wait_until_told, watch_interrupts};
use super::super::run::say;
use super::super::{Exit, Failure, Format, Terminal, input};
use super::sources::settings;
use super::{Compare, Findings};
use crate::cli::run::arguments::Charts;
use crate::compare::table::TriedRun;
use crate::compare::words::percent;
use crate::compare::{Bisection, Condition, Found, Knee, Point, Study, StudyError, Subject};
use crate::kernel::counted;
use crate::run::outputs::{Disk, PlannedRun, SweepRun};
use crate::run::sweep_figures::Measure;
use crate::scenario::sweep::{Comparison, RUNS_MAX, Search, Tried};
use crate::systems::Custom;

/// The search of one variant, under some circumstances and one seed.
struct Quest {
    /// Stands for it: its seed, the values of all other variables, and the id of its first run.
    run: PlannedRun,
    bisection: Bisection,
    /// The figure that the condition is on; `None` until its first runs are done, and if they do not have it.
    measure: Option<Measure>,
}

/// All searches, and the runs that they made.
struct Quests<'a> {
    search: &'a Search,
    condition: Condition,
    all: Vec<Quest>,
    /// What is to be tried before anything else is asked for.
    pending: Vec<(Whose, Tried)>,
    runs: Vec<TriedRun>,
}

/// What of a run tells whose it is: its seed, and the values of all variables but one.
type Whose = (u64, Vec<(String, String)>);

impl Compare {
    /// Finds what `find` asks for, and compares the variants by it.
    pub(super) fn find<X: Custom>(
        &self,
        search: &Search,
        batches: Vec<Batch>,
        comparison: &Comparison,
        terminal: &mut Terminal,
    ) -> Result<Exit, Failure> {
        let mut first = self.only_batch(search, batches, comparison)?;
        let [low, high] = [&search.low.written, &search.high.written];
        first.keep(|run| value_of(run, search).is_some_and(|value| value == low || value == high));
        let mut quests = Quests::new(search, &first);
        let name = first.name.clone();
        let subject = quests.subject(&name, comparison).map_err(|error| self.refusal(&error))?;
        Study::enough(&subject, settings(comparison)).map_err(|error| self.refusal(&error.into()))?;
        if self.run.dry_run {
            let exit = self.run.list(std::slice::from_ref(&first), terminal)?;
            if !self.run.quiet {
                let most = counted(quests.all.len() as u64, "run");
                let (text, spread, near) = (&search.text, search.spread(), percent(search.resolution));
                terminal.say(&format!(
                    "then steps of at most {most} between them, halved {spread}, to {near} %, and two more of each: {text}"
                ));
            }
            return Ok(exit);
        }
        watch_interrupts(terminal);
        check_writable(&self.run, &first, &Disk)?;
        let (mut exits, mut batch, mut failed) = (Vec::new(), Some(first), (0, 0));
        while let Some(step) = batch {
            let done = self.do_step::<X>(&step, terminal)?;
            exits.push(done.exit);
            if !done.is_whole() || is_interrupted() {
                return Ok(Exit::of_many(exits));
            }
            let passed = done.reports.iter().filter(|report| report.exit() == Exit::Passed).count();
            failed = (failed.0 + done.reports.len() - passed, failed.1 + done.reports.len());
            let runs = done.reports.iter().filter_map(|report| report.kept()).collect::<Vec<_>>();
            quests.hear(&runs)?;
            batch = match self.next_step::<X>(&mut quests, terminal)? {
                Ok(batch) => batch,
                Err(exit) => return Ok(exit),
            };
        }
        if failed.0 > 0 {
            let (some, all) = (counted(failed.0 as u64, "run"), failed.1);
            terminal.warn(&format!("{name}: {some} of {all} did not pass; `run` says why"));
        }
        exits.push(self.tell(&quests, &name, comparison, terminal)?);
        Ok(Exit::of_many(exits))
    }

    /// The one scenario in which something is to be found.
    fn only_batch(
        &self,
        search: &Search,
        batches: Vec<Batch>,
        comparison: &Comparison,
    ) -> Result<Batch, Failure> {
        let refused = |message: String| Err(Failure::new(Exit::Invalid, message));
        let variable = &search.variable;
        if search.is_of_one_value() {
            let message =
                format!("`{variable}` has one value only, {}: nothing lies between", search.low.written);
            let help = "write the least and the greatest value that come into question in [sweep]";
            return Err(Failure::new(Exit::Invalid, message).help(help));
        }
        if comparison.by.as_ref() == Some(variable) {
            return refused(format!(
                "--by {variable}: that is to be found, and cannot tell the variants apart"
            ));
        }
        if self.run.only.iter().any(|(name, _)| name == variable) {
            return refused(format!(
                "--only {variable}: that is to be found, and any of its values may be tried"
            ));
        }
        let others = [
            ("--batches", self.batches.is_some()),
            ("--against", self.against.is_some()),
            ("--metric", !self.metrics.is_empty()),
        ];
        if let Some((flag, _)) = others.into_iter().find(|(_, is_there)| *is_there) {
            return refused(format!(
                "{flag} compares what single runs measured, and `find` does not: not both"
            ));
        }
        let mut batches = batches.into_iter();
        match (batches.next(), batches.next()) {
            (Some(batch), None) if input::is_stdin(&batch.path) => {
                refused("`find` reads the scenario again for each step: name a file".to_owned())
            }
            (Some(batch), None) => Ok(batch),
            (Some(_) | None, _) => {
                refused("`find` is for one scenario, whose variables are the variants".to_owned())
            }
        }
    }

    /// Does the runs of a step.
    fn do_step<'b, X: Custom>(&self, batch: &'b Batch, terminal: &mut Terminal) -> Result<Done<'b>, Failure> {
        let mut args = self.run.clone();
        // Hundreds of runs that nobody looks at; the command of each draws it.
        args.charts = Charts::None;
        let done = run_batch::<X>(&args, batch, &AtomicUsize::new(0), &Disk, terminal)?;
        wait_until_told();
        say(&done, terminal);
        Ok(done)
    }

    /// The runs of the next step; `None` once everything is found.
    fn next_step<X: Custom>(
        &self,
        quests: &mut Quests<'_>,
        terminal: &mut Terminal,
    ) -> Result<Result<Option<Batch>, Exit>, Failure> {
        let search = quests.search;
        let wanted = quests.next();
        let mut values: Vec<&Tried> = wanted.iter().map(|(_, tried)| tried).collect();
        if values.is_empty() {
            return Ok(Ok(None));
        }
        values.dedup();
        let mut args = self.run.clone();
        let setting = |values: &[&Tried]| search.setting(values.iter().map(|tried| tried.written.as_str()));
        args.set.push(setting(&values));
        // What there is to say of the scenario has been said.
        let mut batches = match terminal.quietly(|terminal| jobs::plan::<X>(&args, terminal))? {
            Ok(batches) => batches,
            Err(exit) => return Ok(Err(exit)),
        };
        let mut batch = batches.swap_remove(0);
        let is_wanted = |run: &PlannedRun| {
            let (whose, value) = (whose(run, search), value_of(run, search));
            wanted.iter().any(|(one, tried)| *one == whose && value == Some(tried.written.as_str()))
        };
        batch.keep(is_wanted);
        let alone = values.iter().map(|tried| (tried.written.clone(), setting(&[*tried])));
        batch.step =
            Some(Step { variable: search.variable.clone(), alone: alone.collect(), command: self.command() });
        assert_eq!(batch.jobs.len(), wanted.len(), "each value that is to be tried has its run");
        Ok(Ok(Some(batch)))
    }

    /// Says what was found, keeps it, and prints it.
    fn tell(
        &self,
        quests: &Quests<'_>,
        name: &str,
        comparison: &Comparison,
        terminal: &mut Terminal,
    ) -> Result<Exit, Failure> {
        let Quests { search, runs, .. } = quests;
        quests.doubts().iter().for_each(|doubt| terminal.warn(doubt));
        let subject = quests.subject(name, comparison).map_err(|error| self.refusal(&error))?;
        let study = Study::of_found(subject, quests.found(), settings(comparison));
        let study = study.map_err(|error| self.refusal(&error))?;
        if self.run.format == Format::Json || self.run.quiet || self.table.is_some() {
            // Text has it below its table.
            study.left_out().for_each(|note| terminal.warn(&note));
        }
        let ids = runs.iter().map(|run| run.run.run_id.as_str()).collect();
        let findings = Findings { name, sources: &[], runs: ids, metrics: vec![&search.text], tried: runs };
        self.publish(&study, &findings, comparison, terminal)?;
        Ok(Exit::Passed)
    }
}

impl<'a> Quests<'a> {
    /// One for each seed of each combination of the other variables.
    fn new(search: &'a Search, batch: &Batch) -> Quests<'a> {
        let condition = Condition::of(search).expect("the scenario was held to it");
        let mut all: Vec<Quest> = Vec::new();
        for job in &batch.jobs {
            let (seed, params) = whose(&job.run, search);
            if all.iter().any(|quest| quest.run.seed == seed && quest.run.params == params) {
                continue;
            }
            let run = PlannedRun { run_id: job.run.run_id.clone(), seed, params };
            all.push(Quest { run, bisection: Bisection::default(), measure: None });
        }
        Quests { search, condition, all, pending: Vec::new(), runs: Vec::new() }
    }

    /// What is to be tried next, and by whom: of no more values than a sweep of all of them may have runs.
    fn next(&mut self) -> Vec<(Whose, Tried)> {
        if self.pending.is_empty() {
            self.pending = self.ask();
            self.pending.sort_by(|(_, a), (_, b)| a.number.total_cmp(&b.number));
        }
        let most = (RUNS_MAX as usize / self.all.len()).max(1);
        let values = self.pending.chunk_by(|(_, a), (_, b)| a == b).map(<[_]>::len);
        let now: usize = values.take(most).sum();
        self.pending.drain(..now).collect()
    }

    /// What all searches are to try next.
    fn ask(&mut self) -> Vec<(Whose, Tried)> {
        let search = self.search;
        let of_quest = |quest: &mut Quest| {
            let whose = (quest.run.seed, quest.run.params.clone());
            quest
                .bisection
                .next(search)
                .into_iter()
                .map(move |tried| (whose.clone(), tried))
                .collect::<Vec<_>>()
        };
        self.all.iter_mut().flat_map(of_quest).collect()
    }

    /// What came of the runs of a step.
    ///
    /// # Errors
    /// If they do not have the figure, or several of it.
    fn hear(&mut self, runs: &[SweepRun]) -> Result<(), Failure> {
        let (search, condition) = (self.search, &self.condition);
        let mut by_quest: BTreeMap<Whose, Vec<&SweepRun>> = BTreeMap::new();
        runs.iter().for_each(|run| by_quest.entry(whose(&run.run, search)).or_default().push(run));
        for quest in &mut self.all {
            let Some(runs) = by_quest.get(&(quest.run.seed, quest.run.params.clone())) else { continue };
            if quest.bisection.points().is_empty() {
                quest.measure = measure(condition, runs)?;
            }
            for run in runs {
                let figure = quest.measure.as_ref().and_then(|measure| measure.of(run));
                let holds = figure.map(|figure| condition.holds(figure));
                let written = value_of(&run.run, search).expect("each run has a value of it");
                let tried = search.value(written);
                quest.bisection.hear(Point { tried, figure, holds });
                self.runs.push(TriedRun { run: run.run.clone(), figure, holds });
            }
        }
        if self.all.iter().all(|quest| quest.measure.is_none()) {
            let message =
                format!("no run has `{}`, so that nothing can be found by it", condition.asked.text);
            let help = "the runs are kept: runs.csv of their sweep has what they measured";
            return Err(Failure::new(Exit::Invalid, message).help(help));
        }
        Ok(())
    }

    /// The variants with their seeds.
    fn subject(&self, name: &str, comparison: &Comparison) -> Result<Subject, StudyError> {
        let runs: Vec<SweepRun> = self.all.iter().map(|quest| SweepRun::planned(&quest.run)).collect();
        Ok(Subject::of_found(&runs, name, comparison.by.as_deref(), comparison.baseline.as_deref())?)
    }

    fn found(&self) -> Found {
        let knee = |quest: &Quest| (quest.run.run_id.clone(), quest.bisection.knee(self.search));
        Found { search: self.search.clone(), knees: self.all.iter().map(knee).collect() }
    }

    /// What speaks against what was found, in sentences.
    fn doubts(&self) -> Vec<String> {
        let (search, all) = (self.search, self.all.len());
        let count = |is_so: &dyn Fn(&Bisection) -> bool| {
            self.all.iter().filter(|quest| is_so(&quest.bisection)).count()
        };
        let again = count(&|bisection| bisection.contradicts_itself(search));
        let short = count(&|bisection| bisection.is_cut_short(search));
        let outside = count(&|bisection| !matches!(bisection.knee(search), Knee::At(_)));
        let (condition, variable) = (&search.condition.value, &search.variable);
        let doubts = [
            (
                again,
                format!(
                    "{again} of {all} searches saw `{condition}` hold beyond a value of {variable} at which it did not: there is no one \
                     value up to which it does (longer runs, or another condition?)"
                ),
            ),
            (
                short,
                format!(
                    "{short} of {all} searches ended before {variable} was known as well as `resolution` asks"
                ),
            ),
            (
                outside,
                format!(
                    "{outside} of {all} searches found no {variable} from {} to {}; they are left out",
                    search.low.written, search.high.written
                ),
            ),
        ];
        doubts.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect()
    }
}

/// Whose a run is.
fn whose(run: &PlannedRun, search: &Search) -> Whose {
    let others = run.params.iter().filter(|(name, _)| *name != search.variable);
    (run.seed, others.cloned().collect())
}

/// The value that a run has of what is sought.
fn value_of<'r>(run: &'r PlannedRun, search: &Search) -> Option<&'r str> {
    run.params.iter().find(|(name, _)| *name == search.variable).map(|(_, value)| value.as_str())
}

/// The one figure of these runs that a condition is on; `None` if they do not have it.
///
/// # Errors
/// If they have several.
fn measure(condition: &Condition, runs: &[&SweepRun]) -> Result<Option<Measure>, Failure> {
    let asked = &condition.asked;
    let mut found = Measure::all(runs, asked.metric, asked.aggregate, &asked.labels);
    if let [_, _, ..] = found.as_slice() {
        let names: Vec<&str> = found.iter().map(|measure| measure.name.as_str()).collect();
        let message = format!("`{}` is of several: {}", asked.text, names.join(", "));
        let help = "narrow it, as in latency.p99{workload=users}; the runs are kept";
        return Err(Failure::new(Exit::Invalid, message).help(help));
    }
    Ok(found.pop())
}
