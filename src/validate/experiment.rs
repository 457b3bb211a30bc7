//! An experiment: a scenario, how many seeds of it are run, and what its runs are held to.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::kernel::{Duration, NodeId, Time};
use crate::net::Sites;
use crate::run::prepare::{Prepared, prepare};
use crate::scenario::nouns::warmup::Warmup;
use crate::scenario::{LoadOptions, Loaded, Scenario, World, load_text, render};
use crate::sim::{Lifecycle, Limits, Observer, Sim, Stop};
use crate::spec::Code;
use crate::spec::{DataFile, DataFiles, Decode, Decoder, Diagnostic, Diagnostics, Problem, SourceId};
use crate::statistics::Estimate;
use crate::systems::{Custom, Never, Note, Role};

use super::meter::{Meter, Part};
use super::row::{Published, Row, Unit, judge};
use super::witness::{Awaits, Outcome, Witness};

/// Events between two looks at whether a run has shown what it is for.
const SLICE: u64 = 16;
/// The same where only its end shows it.
const SLICE_TO_THE_END: u64 = 1 << 20;
/// Most seeds that a thread takes at a time, and how often each at least comes for more: at the end nobody waits long.
const SEEDS_AT_ONCE: u64 = 16;
const TURNS: u64 = 8;

/// How many seeds are run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effort {
    /// So many that the table takes less than a minute.
    Usual,
    /// Ten times as many where figures are estimates.
    Thorough,
}

impl Effort {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Effort::Usual => "usual",
            Effort::Thorough => "thorough",
        }
    }
}

/// From what came of the runs, in the order of their seeds, to a figure.
pub type Estimator = Box<dyn Fn(&[Outcome]) -> Estimate + Sync>;

/// What one figure of an experiment is held to.
pub struct Claim {
    /// Its name within the experiment; empty if it is the only one.
    pub name: String,
    /// Where the published figure comes from.
    pub source: String,
    /// What the figures are in.
    pub unit: Unit,
    /// What was published.
    pub published: Published,
    /// How far the figures may be apart, in the unit.
    pub tolerance: f64,
    /// What the runs give.
    pub estimate: Estimator,
}

/// A scenario with what its runs are held to.
pub struct Experiment {
    /// Its name, unique within the suite.
    pub name: String,
    /// What is simulated, in a sentence.
    pub setup: String,
    /// The scenario, as TOML; seeds are counted from 1.
    pub scenario: String,
    /// What is set otherwise than published, as `PATH=VALUE`.
    pub set: Vec<String>,
    /// The data files that it names: path and text.
    pub files: Vec<(String, String)>,
    /// When a run has shown what it is for.
    pub awaits: Awaits,
    /// How many seeds are run, at the usual effort.
    pub seeds: u64,
    /// Whether more seeds tell more.
    pub is_random: bool,
    /// Whether it takes so long that it is run at the thorough effort only, with `seeds` seeds.
    pub is_thorough_only: bool,
    /// What its runs are held to.
    pub claims: Vec<Claim>,
}

/// The data files of an experiment.
struct Attached<'a>(&'a [(String, String)]);

impl DataFiles for Attached<'_> {
    fn read(&self, _: SourceId, path: &str) -> Result<String, Problem> {
        let file = self.0.iter().find(|(known, _)| known == path);
        file.map(|(_, text)| text.clone())
            .ok_or_else(|| Problem::new(Code::Unreadable, 0..0, "does not exist".to_owned()))
    }

    fn taken(&self) -> Vec<DataFile> {
        Vec::new()
    }
}

impl Experiment {
    /// How many seeds an effort takes.
    pub fn seeds_at(&self, effort: Effort) -> u64 {
        match effort {
            Effort::Thorough if self.is_random && !self.is_thorough_only => 10 * self.seeds,
            Effort::Thorough | Effort::Usual => self.seeds,
        }
    }

    /// Whether it is run at this effort.
    pub fn is_run_at(&self, effort: Effort) -> bool {
        !self.is_thorough_only || effort == Effort::Thorough
    }

    /// The names of its rows.
    pub fn rows(&self) -> impl Iterator<Item = String> {
        self.claims.iter().map(|claim| self.row_name(claim))
    }

    fn row_name(&self, claim: &Claim) -> String {
        match claim.name.as_str() {
            "" => self.name.clone(),
            name => format!("{}/{name}", self.name),
        }
    }

    /// All that decides what its rows come to, but for what is set and the program: scenario, data files, and what each row is held to.
    pub fn about(&self) -> Vec<String> {
        let files = self.files.iter().flat_map(|(path, text)| [path.clone(), text.clone()]);
        let claim = |claim: &Claim| {
            let Claim { name, source, unit, published, tolerance, .. } = claim;
            format!("{name} {published:?} {tolerance} {unit:?} {source}")
        };
        let scenario = [self.setup.clone(), self.scenario.clone(), self.seeds.to_string()];
        scenario.into_iter().chain(files).chain(self.claims.iter().map(claim)).collect()
    }

    /// What is simulated, and what of it is set otherwise than published.
    pub(super) fn told_setup(&self) -> String {
        [&self.setup].into_iter().chain(&self.set).cloned().collect::<Vec<_>>().join("; ")
    }

    /// Runs it, `jobs` runs at a time, and judges what comes. The rows do not depend on `jobs`.
    ///
    /// # Errors
    /// What is wrong with the scenario, as a person reads it: possible where a part of it is a user's.
    pub fn run(&self, suite: &'static str, effort: Effort, jobs: usize) -> Result<Vec<Row>, String> {
        let seeds = self.seeds_at(effort);
        let outcomes = self.outcomes(seeds, jobs)?;
        let row = |claim: &Claim| {
            let simulated = (claim.estimate)(&outcomes);
            Row {
                suite,
                name: self.row_name(claim),
                source: claim.source.clone(),
                setup: self.told_setup(),
                unit: claim.unit,
                published: claim.published,
                simulated,
                tolerance: claim.tolerance,
                seeds,
                verdict: judge(claim.published, simulated, claim.tolerance),
            }
        };
        Ok(self.claims.iter().map(row).collect())
    }

    /// What came of the seeds from 1 on, in their order.
    fn outcomes(&self, seeds: u64, jobs: usize) -> Result<Vec<Outcome>, String> {
        let options = LoadOptions { set: self.set.clone(), ..LoadOptions::default() };
        let mut loaded = load_text(&self.name, &self.scenario, &options);
        plan(&self.name, &self.files, &mut loaded)
            .map_err(|diagnostics| render(&loaded.sources, &diagnostics, false))?;
        let next = AtomicU64::new(1);
        let at_once = (seeds / (jobs.max(1) as u64 * TURNS)).clamp(1, SEEDS_AT_ONCE);
        let done: Mutex<Vec<(u64, Outcome)>> = Mutex::default();
        std::thread::scope(|scope| {
            for _ in 0..jobs {
                scope.spawn(|| {
                    let trial = Trial::of(self, &loaded);
                    loop {
                        let first = next.fetch_add(at_once, Ordering::Relaxed);
                        if first > seeds {
                            break;
                        }
                        let chunk = first..=seeds.min(first + at_once - 1);
                        let outcomes: Vec<_> = chunk.map(|seed| (seed, trial.run(seed))).collect();
                        done.lock().expect("nothing panics while it is held").extend(outcomes);
                    }
                });
            }
        });
        let mut done = done.into_inner().expect("nothing panics while it is held");
        done.sort_unstable_by_key(|(seed, _)| *seed);
        Ok(done.into_iter().map(|(_, outcome)| outcome).collect())
    }
}

/// Where a scenario's nodes can stand, and what lies between.
///
/// # Errors
/// What is wrong with the scenario, for a person who has not written it: what, and what helps, and not where it stands.
pub(super) fn sites(name: &str, scenario: &str, files: &[(String, String)]) -> Result<Sites, String> {
    let mut loaded = load_text(name, scenario, &LoadOptions::default());
    let said = |diagnostic: &Diagnostic| {
        let helps = diagnostic.help.iter().map(|help| format!("\n = help: {help}"));
        diagnostic.message.clone() + &helps.collect::<String>()
    };
    match plan(name, files, &mut loaded) {
        Ok(planned) => Ok(planned.world.setup.sites),
        Err(diagnostics) => Err(diagnostics.iter().map(said).collect::<Vec<_>>().join("\n")),
    }
}

/// Plans the scenario's run under the first seed, or says what is wrong with it.
fn plan(name: &str, files: &[(String, String)], loaded: &mut Loaded) -> Result<Prepared, Diagnostics> {
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let files = Attached(files);
    let planned = loaded.document.as_ref().and_then(|document| {
        let scenario = Scenario::decode(document, &mut Decoder::new(&mut diagnostics, &files))?;
        prepare::<Never>(name, &scenario, 1, Limits::default(), &mut diagnostics, &files)
    });
    match planned {
        Some(planned) if !diagnostics.has_errors() => Ok(planned),
        Some(_) | None => Err(diagnostics),
    }
}

/// A scenario that was decoded once, to be run under many seeds.
struct Trial<'a> {
    experiment: &'a Experiment,
    scenario: Scenario,
}

impl<'a> Trial<'a> {
    fn of(experiment: &'a Experiment, loaded: &Loaded) -> Trial<'a> {
        let (mut diagnostics, files) = (Diagnostics::default(), Attached(&experiment.files));
        let document = loaded.document.as_ref().expect("it was decoded before");
        let scenario = Scenario::decode(document, &mut Decoder::new(&mut diagnostics, &files));
        Trial { experiment, scenario: scenario.expect("it was decoded before") }
    }

    /// The run of `seed`, as far as it is looked at: the same that `seedbed run` makes of the scenario and the seed.
    fn run(&self, seed: u64) -> Outcome {
        let Experiment { name, files, awaits, .. } = self.experiment;
        let (mut diagnostics, limits) = (Diagnostics::default(), Limits::default());
        let prepared = prepare(name, &self.scenario, seed, limits, &mut diagnostics, &Attached(files));
        let world = prepared.expect("it was planned before").world;
        let warmup = match world.warmup {
            Warmup::For(length) => Time::ZERO + length,
            Warmup::Rule(_) => Time::ZERO,
        };
        let nodes = world.setup.nodes.len() as u32;
        let watcher = Watcher::new(*awaits, warmup, &world);
        let mut sim: Sim<Role<Never>, Watcher> = Sim::new(world.setup, watcher);
        if let Awaits::Served { .. } = awaits {
            sim.mark(warmup);
            go_on(&mut sim, SLICE_TO_THE_END, Sim::is_at_mark);
        }
        let busy = |sim: &mut Sim<Role<Never>, Watcher>| -> Vec<Duration> {
            (0..nodes).map(|node| sim.node_counters(NodeId(node)).processor.busy).collect()
        };
        let before = busy(&mut sim);
        let stop = match awaits {
            Awaits::FirstLeader | Awaits::NextLeader => {
                go_on(&mut sim, SLICE, |sim| sim.observer().is_done())
            }
            Awaits::End | Awaits::Served { .. } => go_on(&mut sim, SLICE_TO_THE_END, |_| false),
        };
        assert!(!matches!(stop, Some(Stop::Limit(_))), "seed {seed} of {name} met a limit: {stop:?}");
        let (end, after) = (sim.now(), busy(&mut sim));
        let mut watcher = sim.into_observer();
        if let Watcher::Services(meter) = &mut watcher {
            let grown = before.iter().zip(&after).map(|(before, after)| Duration(after.0 - before.0));
            grown.zip(0..).for_each(|(busy, node)| meter.was_busy(NodeId(node), busy));
        }
        watcher.outcome(end)
    }
}

/// Runs on, so many events at a time, until `is_over` says so or the run stops; returns why it stopped, if it did.
fn go_on(
    sim: &mut Sim<Role<Never>, Watcher>,
    slice: u64,
    is_over: fn(&Sim<Role<Never>, Watcher>) -> bool,
) -> Option<Stop> {
    loop {
        let stop = sim.run(slice);
        if stop.is_some() || is_over(sim) {
            return stop;
        }
    }
}

/// Who listens to a run.
enum Watcher {
    Elections(Witness),
    Services(Meter),
}

impl Watcher {
    /// Whoever can tell of what is awaited in this world.
    fn new(awaits: Awaits, warmup: Time, world: &World<Never>) -> Watcher {
        let Awaits::Served { late } = awaits else {
            let clients = world.workloads.iter().map(|workload| workload.node).collect();
            return Watcher::Elections(Witness::new(awaits, warmup, clients));
        };
        let mut parts = vec![Part::Other; world.setup.nodes.len()];
        for (system, facts) in world.systems.iter().enumerate() {
            facts.plan.nodes.iter().for_each(|node| parts[node.index()] = Part::Instance(system));
        }
        for (workload, facts) in world.workloads.iter().enumerate() {
            parts[facts.node.index()] = Part::Clients(workload);
        }
        let paths: Vec<usize> = world.workloads.iter().map(|workload| workload.paths.len()).collect();
        Watcher::Services(Meter::new(warmup, late, parts, &paths))
    }

    fn is_done(&self) -> bool {
        match self {
            Watcher::Elections(witness) => witness.is_done(),
            Watcher::Services(_) => false,
        }
    }

    fn outcome(self, end: Time) -> Outcome {
        match self {
            Watcher::Elections(witness) => witness.outcome(end),
            Watcher::Services(meter) => Outcome { served: meter.served(end), ..Outcome::default() },
        }
    }
}

impl<X: Custom> Observer<Role<X>> for Watcher {
    #[inline]
    fn noted(&mut self, at: Time, node: NodeId, note: &Note<X::Note>) {
        match (self, note) {
            (Watcher::Services(meter), Note::Service(note)) => meter.service(at, node, note),
            (Watcher::Services(meter), Note::Client(note)) => meter.client(at, node, note),
            (Watcher::Elections(witness), Note::Consensus(note)) => witness.consensus(at, node, note),
            (Watcher::Elections(witness), Note::Client(note)) => witness.client(at, node, note),
            (Watcher::Services(_), Note::Consensus(_)) | (Watcher::Elections(_), Note::Service(_)) => {}
            (Watcher::Services(_) | Watcher::Elections(_), Note::Operator(_) | Note::Custom(_)) => {}
        }
    }

    fn changed(&mut self, at: Time, node: NodeId, change: Lifecycle) {
        match self {
            Watcher::Elections(witness) => witness.life(at, node, change),
            Watcher::Services(_) => {}
        }
    }
}
