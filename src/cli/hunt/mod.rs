//! `seedbed hunt`: tries seeds until a check fails, and shrinks what fails.

mod keep;
mod print;
mod progress;

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::Args;

use super::internal::quoted;
use super::run::arguments::{When, jobs, only, seeds, wall_limit};
use super::run::batch::cores;
use super::run::limits::{Stopwatch, is_interrupted, wait_until_told, watch_interrupts};
use super::{Exit, Failure, Format, Terminal, doing, input};
use crate::hunt::{Capsule, Effort, Files, Search, Searched, Subject, Violation, pursue};
use crate::run::outputs::CAPSULE;
use crate::run::prepare::{Kind, Prepared, prepare};
use crate::scenario::plan::LIVENESS;
use crate::scenario::source::ScenarioFiles;
use crate::scenario::{LoadOptions, Loaded, Point, Scenario, Sweep, read, render};
use crate::sim::Limits;
use crate::spec::{DataFiles, Diagnostics, Node, suggest};
use crate::systems::Custom;
use keep::{check_writable, keep};
use progress::Bar;

/// How many seeds behind the first are planned before any is run: most mistakes of a scenario show in any of them.
const PLANNED_AHEAD: u64 = 200;

/// The file that has the least scenario.
const MINIMAL: &str = "minimal.toml";

/// The help after the flags.
const AFTER: &str = "\
Seeds are tried side by side, and the lowest that fails is reported, whatever --jobs is. A check with expect = \"violated\"
counts as failing when it is violated: known bugs can be hunted. Of several checks that fail under that seed the one
that failed first is followed.

What is found is shrunk under the same seed, while the same check keeps failing: the end of the run, the strikes of its
faults (each forced at its moment), the operations of its clients, settings, nodes. Then a few other seeds are tried,
under which less may do (--reseed 0: none); minimal.toml says so if it has one of them. It is a scenario that fails by
itself. Both scenarios, the seed and the digests go into capsule.json beside it, which `repro` replays.

A --budget is wall-clock time: what it ends hangs on the machine. Ctrl-C ends a hunt as a budget does.";

/// Try seeds until a check fails, and shrink what fails
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub struct Hunt {
    /// What the program is called in commands
    #[arg(skip)]
    program: String,
    /// A scenario file; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Try these seeds, both ends included
    #[arg(long, value_name = "A..B", value_parser = seeds, default_value = "1..1000")]
    seeds: (u64, u64),
    /// Look for this check, or this invariant; else for any
    #[arg(long, value_name = "NAME")]
    check: Option<String>,
    /// Replace a value of the scenario, such as system.kv.disk.fsync=1ms; repeatable
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Of a scenario with a [sweep], the value of a swept variable: nodes=5; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = only)]
    only: Vec<(String, String)>,
    /// Most wall-clock time, shrinking included: 60s, 10m
    #[arg(long, value_name = "DURATION", value_parser = wall_limit)]
    budget: Option<std::time::Duration>,
    /// Most runs to shrink with; 0 leaves the scenario as large as it is
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    shrink_runs: u64,
    /// Once nothing more can be left out under the failing seed, try what is smaller under so many seeds after it
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(..=1000))]
    reseed: u64,
    /// How many runs go side by side [default: one a core]
    #[arg(short, long, value_name = "N", value_parser = jobs)]
    jobs: Option<usize>,
    /// The folder for results
    #[arg(short, long, value_name = "DIR", default_value = "outputs")]
    out: PathBuf,
    /// The folder that no path in the scenario may leave [default: the nearest folder named `scenarios`]
    #[arg(long, value_name = "DIR", value_parser = input::folder())]
    root: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Progress on stderr
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    progress: When,
}

/// What is hunted.
struct Prey {
    name: String,
    hunted: Hunted,
    loaded: Loaded,
}

/// What runs under the seeds.
enum Hunted {
    /// The same combination under each.
    One(Node),
    /// Under each the combination that it draws.
    Drawn(Box<Sweep>),
}

impl Hunted {
    /// What runs under a seed: a document, and a number that seeds of the same document share.
    fn under(&self, seed: u64) -> (usize, Cow<'_, Node>) {
        match self {
            Hunted::One(document) => (0, Cow::Borrowed(document)),
            Hunted::Drawn(sweep) => {
                let drawn = sweep.drawn(seed).expect("it draws");
                (drawn, Cow::Owned(sweep.point(drawn).document))
            }
        }
    }
}

/// A failure, and where it was put.
struct Kept {
    capsule: Capsule,
    minimal: String,
    /// Under which the least scenario fails.
    seed: u64,
    folder: PathBuf,
    page: PathBuf,
    others: Vec<Violation>,
}

/// How long the runs of a shrinking take.
#[derive(Default)]
struct Pace {
    began: Cell<Option<f64>>,
    longest: Cell<f64>,
}

impl Pace {
    /// A run begins at this second of the hunt, and the one before is over.
    fn begins(&self, now: f64) {
        let took = self.began.replace(Some(now)).map_or(0.0, |began| now - began);
        self.longest.set(self.longest.get().max(took));
    }

    /// The longest of those that are over, in seconds.
    fn longest(&self) -> f64 {
        self.longest.get()
    }
}

/// What a hunt took.
#[derive(Default)]
struct Took {
    wall_s: f64,
    search_s: f64,
    events: u64,
}

impl Hunt {
    /// The same as a command of `program`.
    pub fn of(self, program: &str) -> Hunt {
        Hunt { program: program.to_owned(), ..self }
    }

    pub(super) fn run<X: Custom>(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let Some(prey) = self.load::<X>(terminal)? else { return Ok(Exit::Invalid) };
        let folder = self.out.join(&prey.name);
        check_writable(&folder)?;
        watch_interrupts(terminal);
        let clock = Stopwatch::start();
        let is_over =
            || is_interrupted() || self.budget.is_some_and(|budget| clock.seconds() >= budget.as_secs_f64());
        let files: &Files<'_> = &|| -> Box<dyn DataFiles> {
            Box::new(ScenarioFiles::new(&prey.loaded.sources, prey.loaded.root.clone()))
        };
        let subject = Subject { name: &prey.name, files };
        let bar = Bar::new(self.progress, terminal);
        let mut took = Took::default();
        let searched = self.search::<X>(subject, &prey.hunted, &is_over, &bar, &mut took);
        took.search_s = clock.seconds();
        if let Some(seed) = searched.invalid {
            bar.end();
            self.tell_invalid::<X>(&prey, seed, terminal);
            return Ok(Exit::Invalid);
        }
        let kept = match &searched.found {
            None => None,
            Some((seed, violations)) => {
                let wanted = violations.iter().find(|one| self.is_wanted(one)).expect("it was found for one");
                let pace = Pace::default();
                let tell = |runs: u64| {
                    pace.begins(clock.seconds());
                    bar.shrinking(*seed, runs);
                };
                // What is found is run once more, to be written down: it must not be begun too late for that.
                let is_over = || {
                    is_interrupted()
                        || self
                            .budget
                            .is_some_and(|budget| clock.seconds() + pace.longest() >= budget.as_secs_f64())
                };
                let effort = Effort {
                    runs_max: self.shrink_runs,
                    reseed: self.reseed,
                    is_over: &is_over,
                    tell: &tell,
                };
                let command = self.command(Some(*seed));
                let _doing = doing(command);
                let (_, document) = prey.hunted.under(*seed);
                let pursued = pursue::<X>(subject, &document, *seed, &wanted.wanted, effort);
                let others =
                    violations.iter().filter(|other| other.wanted != wanted.wanted).cloned().collect();
                match pursued {
                    None => None,
                    Some(pursued) => Some(keep(&self.program, pursued, &document, &folder, others)?),
                }
            }
        };
        bar.end();
        took.wall_s = clock.seconds();
        wait_until_told();
        self.tell(&prey, &searched, kept.as_ref(), &took, terminal)
    }

    /// Loads the scenario and holds the command line against it; `None` once every mistake has been told.
    fn load<X: Custom>(&self, terminal: &mut Terminal) -> Result<Option<Prey>, Failure> {
        let options = LoadOptions { root: self.root.clone(), set: self.set.clone() };
        let mut loaded = input::load(&self.file, &options);
        let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
        let sweep = loaded.document.as_ref().and_then(|document| Sweep::new(document, &mut diagnostics));
        let hunted = sweep.map(|sweep| self.choose(sweep)).transpose()?;
        let prepared: Option<(Prepared<X>, Hunted)> = hunted.and_then(|hunted| {
            let prepared = match &hunted {
                Hunted::One(document) => self.plan(&loaded, document, self.seeds.0, &mut diagnostics),
                Hunted::Drawn(sweep) => self.plan_drawn(&loaded, sweep, &mut diagnostics),
            };
            Some((prepared?, hunted))
        });
        terminal.say_block(&render(&loaded.sources, &diagnostics, terminal.color_stderr()));
        let Some((prepared, hunted)) = prepared.filter(|_| !diagnostics.has_errors()) else {
            return Ok(None);
        };
        self.check_wanted(&prepared)?;
        Ok(Some(Prey { name: prepared.name.clone(), hunted, loaded }))
    }

    fn plan<X: Custom>(
        &self,
        loaded: &Loaded,
        document: &Node,
        seed: u64,
        diagnostics: &mut Diagnostics,
    ) -> Option<Prepared<X>> {
        let files = loaded.files();
        let scenario: Scenario = read(document, diagnostics, &files)?;
        let name = scenario.name_or_file(input::shown(&self.file));
        prepare(&name, &scenario, seed, Limits::default(), diagnostics, &files)
    }

    /// Plans the combinations that the first seeds draw, and returns the first; the others are planned when it is their turn.
    fn plan_drawn<X: Custom>(
        &self,
        loaded: &Loaded,
        sweep: &Sweep,
        diagnostics: &mut Diagnostics,
    ) -> Option<Prepared<X>> {
        let (mut planned, mut first) = (BTreeSet::new(), None);
        let mut findings = sweep.findings();
        for seed in self.seeds.0..=self.seeds.1.min(self.seeds.0.saturating_add(PLANNED_AHEAD)) {
            let drawn = sweep.drawn(seed).filter(|drawn| planned.insert(*drawn));
            let Some(drawn) = drawn else { continue };
            let mut found = Diagnostics::default();
            let prepared = self.plan(loaded, &sweep.point(drawn).document, seed, &mut found);
            let is_invalid = prepared.is_none();
            findings.add(drawn, found);
            first = first.or(prepared);
            if is_invalid || planned.len() == sweep.len() {
                break;
            }
        }
        findings.tell(diagnostics);
        first
    }

    /// Says what is wrong with the combination that a seed draws.
    fn tell_invalid<X: Custom>(&self, prey: &Prey, seed: u64, terminal: &mut Terminal) {
        let Hunted::Drawn(sweep) = &prey.hunted else {
            unreachable!("the only combination was planned before")
        };
        let (drawn, document) = prey.hunted.under(seed);
        let (mut diagnostics, mut found) = (Diagnostics::default(), Diagnostics::default());
        let prepared = self.plan::<X>(&prey.loaded, &document, seed, &mut found);
        assert!(prepared.is_none() && found.has_errors(), "what cannot be planned has a mistake");
        let mut findings = sweep.findings();
        findings.add(drawn, found);
        findings.tell(&mut diagnostics);
        terminal.say_block(&render(&prey.loaded.sources, &diagnostics, terminal.color_stderr()));
    }

    /// What of the sweep is hunted: one combination, unless each seed draws its own.
    fn choose(&self, sweep: Sweep) -> Result<Hunted, Failure> {
        if let Some((name, _)) = self.only.iter().find(|(name, _)| !sweep.names().any(|known| known == name))
        {
            let failure = Failure::new(Exit::Invalid, format!("--only {name}: no [sweep] varies `{name}`"));
            return Err(match suggest::closest(name, sweep.names()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help("--set replaces a value of the scenario"),
            });
        }
        if let Some((name, value)) = self.only.first().filter(|_| sweep.draws()) {
            let message = format!("--only {name}: each seed draws its own combination of the [sweep]");
            let help = format!("write --set 'sweep.vars.{name}=[\"{value}\"]' to let it draw nothing else");
            return Err(Failure::new(Exit::Invalid, message).help(help));
        }
        if sweep.draws() {
            return Ok(Hunted::Drawn(Box::new(sweep)));
        }
        let is_chosen = |point: &Point| {
            self.only.iter().all(|(name, value)| {
                point.parameters.iter().any(|one| one.name == *name && one.written == *value)
            })
        };
        let mut points = sweep.points().filter(is_chosen);
        match (points.next(), points.next()) {
            (Some(point), None) => Ok(Hunted::One(point.document)),
            (None, _) => {
                let message = "nothing selected: no combination of the [sweep] has these values";
                Err(Failure::new(Exit::NothingSelected, message))
            }
            (Some(_), Some(_)) => {
                let names: Vec<&str> = sweep.names().collect();
                let message = format!(
                    "a hunt is of one combination, and the [sweep] has {}{}",
                    sweep.len(),
                    if self.only.is_empty() { "" } else { ", several of which have these values" }
                );
                let help =
                    format!("choose one by --only NAME=VALUE for {}", suggest::one_of(names.into_iter()));
                Err(Failure::new(Exit::Invalid, message).help(help))
            }
        }
    }

    /// Holds that there is such a check, and any at all.
    fn check_wanted<X: Custom>(&self, prepared: &Prepared<X>) -> Result<(), Failure> {
        let kind = |kind: &Kind| match kind {
            Kind::Invariant { invariant, .. } => Some(invariant.row().name),
            Kind::Linearizable { .. } => Some("linearizable"),
            Kind::Liveness { .. } => Some(LIVENESS),
            Kind::Sometimes { .. } => None,
            Kind::Assertion { query, .. } => Some(crate::run::metrics::entry(query.metric).name),
        };
        let can_fail =
            prepared.checks.iter().filter_map(|check| Some((check.name.as_str(), kind(&check.kind)?)));
        let can_fail: Vec<(&str, &str)> = can_fail.collect();
        let Some(wanted) = &self.check else { return Ok(()) };
        if can_fail.iter().any(|(name, kind)| name == wanted || kind == wanted) || wanted == CONSERVATION {
            return Ok(());
        }
        let mut names: Vec<&str> = can_fail.iter().flat_map(|(name, kind)| [*name, *kind]).collect();
        names.sort_unstable();
        names.dedup();
        let failure = Failure::new(
            Exit::Invalid,
            format!("--check {wanted}: the scenario has no check that can fail under this name"),
        );
        Err(match suggest::closest(wanted, names.iter().copied()) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None if names.is_empty() => failure.help("it has no check that a single run can fail"),
            None => failure.help(format!("it has {}", suggest::one_of(names.iter().copied()))),
        })
    }

    fn is_wanted(&self, violation: &Violation) -> bool {
        let wanted = &violation.wanted;
        self.check.as_ref().is_none_or(|name| *name == wanted.check || *name == wanted.kind)
    }

    fn search<X: Custom>(
        &self,
        subject: Subject<'_>,
        hunted: &Hunted,
        is_over: &(dyn Fn() -> bool + Sync),
        bar: &Bar,
        took: &mut Took,
    ) -> Searched {
        let events = AtomicU64::new(0);
        bar.searching(self.seeds.1 - self.seeds.0 + 1);
        let ran = |of_run: u64| {
            events.fetch_add(of_run, Ordering::Relaxed);
            bar.ran();
        };
        let search = Search {
            seeds: self.seeds,
            jobs: self.jobs.unwrap_or_else(cores),
            is_wanted: &|violation| self.is_wanted(violation),
            is_over,
            begins: &|seed| Box::new(doing(self.command(Some(seed)))),
            ran: &ran,
        };
        let searched = search.run::<X>(subject, &|seed| hunted.under(seed));
        took.events = events.into_inner();
        searched
    }

    /// The command that does one seed of the hunt again, or all of it.
    fn command(&self, seed: Option<u64>) -> String {
        let mut command =
            format!("{} hunt {}", quoted(&self.program), quoted(&self.file.display().to_string()));
        for set in &self.set {
            command += &format!(" --set {}", quoted(set));
        }
        for (name, value) in &self.only {
            command += &format!(" --only {}", quoted(&format!("{name}={value}")));
        }
        if let Some(check) = &self.check {
            command += &format!(" --check {}", quoted(check));
        }
        let (first, last) = seed.map_or(self.seeds, |seed| (seed, seed));
        command + &format!(" --seeds {first}..{last}")
    }

    fn tell(
        &self,
        prey: &Prey,
        searched: &Searched,
        kept: Option<&Kept>,
        took: &Took,
        terminal: &mut Terminal,
    ) -> Result<Exit, Failure> {
        let exit = self.exit(searched, kept);
        match self.format {
            Format::Json => terminal.print_json(&print::document(prey, searched, kept, took, exit))?,
            Format::Text => terminal.print(&print::text(prey, searched, kept, took))?,
        }
        for seed in &searched.panicked {
            terminal.error(&format!("seed {seed} met a mistake of ours: {}", self.command(Some(*seed))));
        }
        if searched.is_open {
            let why = if is_interrupted() { "interrupted" } else { "the budget is used up" };
            let all = self.seeds.1 - self.seeds.0 + 1;
            let missing = match &searched.found {
                None => format!("{} of {all} seeds were tried", searched.tried),
                Some(_) => "a lower seed may fail, too".to_owned(),
            };
            terminal.warn(&format!("{why}: {missing}"));
        }
        if searched.found.is_some() && kept.is_none() {
            terminal.warn("there was no time to shrink it, or to write it down");
        }
        if let Some(kept) = kept {
            if kept.capsule.shrinking.is_cut && self.shrink_runs > 0 {
                terminal.warn("shrinking was cut short: there may be a smaller scenario");
            }
            let capsule = kept.folder.join(CAPSULE);
            terminal.say(&format!(
                "reproduce: {} repro {}",
                quoted(&self.program),
                quoted(&capsule.display().to_string())
            ));
        } else if let Some((seed, _)) = &searched.found {
            terminal.say(&format!("reproduce: {}", self.command(Some(*seed))));
        }
        Ok(exit)
    }

    fn exit(&self, searched: &Searched, kept: Option<&Kept>) -> Exit {
        let found = searched.found.as_ref().map(|_| Exit::Violated);
        let panicked = (!searched.panicked.is_empty()).then_some(Exit::Internal);
        let was_cut = searched.is_open || kept.is_some_and(|kept| kept.capsule.shrinking.is_cut);
        let interrupted = (is_interrupted() && was_cut).then_some(Exit::Interrupted);
        let open = (searched.is_open && searched.found.is_none()).then_some(Exit::Inconclusive);
        Exit::of_many([found, panicked, interrupted, open].into_iter().flatten())
    }
}

/// The check that no scenario names.
const CONSERVATION: &str = "conservation";
