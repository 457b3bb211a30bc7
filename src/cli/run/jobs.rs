//! What is to run: every file loaded, every sweep expanded, every run checked before any starts.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use crate::compare::check_asked;
use crate::run::outputs::{PlannedRun, StoredInput, run_id};
use crate::run::prepare::{Prepared, prepare};
use crate::scenario::check::{ERRORS_FOUND_MAX, NODES_PLANNED_MAX, POINTS_MAX};
use crate::scenario::plan::SEED_MAX;
use crate::scenario::source::ScenarioFiles;
use crate::scenario::sweep::{Comparison, RUNS_MAX};
use crate::scenario::{LoadOptions, Loaded, Point, Scenario, Sweep, read, render, resolved};
use crate::sim::Limits;
use crate::spec::value::Entry;
use crate::spec::{Decode, Decoder, Diagnostics, Node, Sources, Value, suggest};
use crate::systems::Custom;

use super::arguments::RunArgs;
use super::{Exit, Failure, Terminal};
use crate::cli::input;

/// A file, and what of it is to run.
pub(in crate::cli) struct Batch {
    /// The file as it was named.
    pub path: PathBuf,
    /// The scenario's name.
    pub name: String,
    /// What `--set` comes to in it.
    pub overrides: Vec<String>,
    /// The runs, in order.
    pub jobs: Vec<Job>,
    /// Whether the command line leaves some runs of the file to others.
    pub is_part: bool,
    /// How many runs there are with those that `--partition` leaves to others.
    pub of: usize,
    /// For each swept variable whether it takes its value to tell one combination from another.
    pub telling: Vec<bool>,
    /// If the runs are a step of a search: of what.
    pub step: Option<Step>,
    /// The document with its `[sweep]`.
    document: Node,
    sweep: Sweep,
    sources: Sources,
    root: Option<PathBuf>,
}

/// A step of a search: values of a variable that are tried side by side, which `--set` gives it.
pub(in crate::cli) struct Step {
    /// The variable.
    pub variable: String,
    /// For each value what `--set` gives it alone.
    pub alone: BTreeMap<String, String>,
    /// The command of the whole search.
    pub command: String,
}

/// One run of one file.
pub(in crate::cli) struct Job {
    pub run: PlannedRun,
    /// Its place among all runs, those included that `--partition` leaves to others.
    pub place: usize,
    point: usize,
}

/// Loads every file and checks every run before any starts.
///
/// # Errors
/// If a file is not valid, which has been said then, or nothing is selected.
pub(in crate::cli) fn plan<X: Custom>(
    args: &RunArgs,
    terminal: &mut Terminal,
) -> Result<Result<Vec<Batch>, Exit>, Failure> {
    let mut batches = Vec::new();
    let mut loaded_files = Vec::new();
    let options = LoadOptions { root: args.root.clone(), set: args.set.clone() };
    for path in &args.files {
        let mut loaded = input::load(path, &options);
        let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
        let sweep = loaded.document.as_ref().and_then(|document| Sweep::new(document, &mut diagnostics));
        if let Some(sweep) = &sweep {
            // What is wrong with it has been said then.
            let _ = check_asked(sweep.comparison(), &mut diagnostics);
        }
        loaded_files.push((path, loaded, sweep, diagnostics));
    }
    let sweeps: Vec<&Sweep> = loaded_files.iter().filter_map(|(_, _, sweep, _)| sweep.as_ref()).collect();
    if sweeps.len() == args.files.len() {
        check_names(args, &sweeps)?;
    }
    let mut all_valid = true;
    for (path, loaded, sweep, mut diagnostics) in loaded_files {
        let selected =
            sweep.as_ref().map(|sweep| select::<X>(args, path, &loaded, sweep, &mut diagnostics)).transpose();
        if diagnostics.has_errors() || !terminal.is_quiet() {
            terminal.say_block(&render(&loaded.sources, &diagnostics, terminal.color_stderr()));
        }
        match (sweep.zip(loaded.document), selected?.flatten()) {
            (Some((sweep, document)), Some(Selected { name, jobs, is_part, of }))
                if !diagnostics.has_errors() =>
            {
                batches.push(Batch {
                    path: path.clone(),
                    name,
                    overrides: of_runs(loaded.overrides),
                    jobs,
                    is_part,
                    of,
                    telling: telling(&sweep),
                    step: None,
                    document: of_sweep(document),
                    sweep,
                    sources: loaded.sources,
                    root: loaded.root,
                })
            }
            (Some(_) | None, Some(_) | None) => all_valid = false,
        }
    }
    if !all_valid {
        return Ok(Err(Exit::Invalid));
    }
    if batches.iter().all(|batch| batch.jobs.is_empty()) {
        return Err(nothing_selected(args, &batches));
    }
    batches.retain(|batch| !batch.jobs.is_empty());
    Ok(Ok(batches))
}

/// The document without `[compare]`, on which neither runs nor their sweep depend.
fn of_sweep(mut document: Node) -> Node {
    if let Value::Table(table) = &mut document.value {
        table.remove("compare");
    }
    document
}

/// Those of the values that `--set` gives that runs depend on: `[compare]` speaks of what is done with them.
fn of_runs(mut overrides: Vec<String>) -> Vec<String> {
    overrides.retain(|set| !set.starts_with("compare.") && !set.starts_with("compare="));
    overrides
}

/// What is to run of a file.
struct Selected {
    /// The scenario's name.
    name: String,
    jobs: Vec<Job>,
    /// Whether `--only` or `--partition` left any run out.
    is_part: bool,
    /// How many there are with those that `--partition` leaves out.
    of: usize,
}

/// The selected runs of a file; `None` once its mistakes have been reported.
///
/// # Errors
/// If the seeds of a combination go too far; what else is wrong with any has been reported then, too.
fn select<X: Custom>(
    args: &RunArgs,
    path: &Path,
    loaded: &Loaded,
    sweep: &Sweep,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Selected>, Failure> {
    let (mut jobs, mut name, mut is_part) = (Vec::new(), String::new(), false);
    let (mut findings, mut refused) = (sweep.findings(), None);
    let (mut invalid, mut nodes_in_vain, mut errors) = (0, 0, 0);
    let drawn = if sweep.draws() { Some(drawn(args, loaded, sweep)?) } else { None };
    // Where seeds draw them there may be a thousand million combinations, of which a few are met.
    let indices: Box<dyn Iterator<Item = usize>> = match &drawn {
        Some(drawn) => Box::new(drawn.keys().copied()),
        None => Box::new(0..sweep.len()),
    };
    for index in indices {
        let point = sweep.point(index);
        let params = params(&point);
        if !is_selected(&args.only, &params) {
            is_part = true;
            continue;
        }
        // Each run keeps, and is named by, the data files that it reads itself.
        let files = loaded.files();
        let mut found = Diagnostics::default();
        let scenario = read(&point.document, &mut found, &files);
        let nodes = scenario.as_ref().map_or(0, Scenario::nodes_asked);
        let prepared = scenario.and_then(|scenario| {
            let seeds: Vec<u64> = match &drawn {
                Some(drawn) => drawn[&index].clone(),
                None => {
                    let range = seeds(args, scenario.seed, sweep.repeat);
                    range.map_err(|failure| refused.get_or_insert(failure)).ok()?.collect()
                }
            };
            let name = scenario.name_or_file(input::shown(path));
            let prepared = prepare::<X>(&name, &scenario, seeds[0], limits(args), &mut found, &files)?;
            Some((prepared, seeds))
        });
        errors += found.error_count();
        findings.add(index, found);
        let Some((prepared, seeds)) = prepared else {
            invalid += 1;
            nodes_in_vain += nodes;
            let is_enough =
                invalid == POINTS_MAX || nodes_in_vain > NODES_PLANNED_MAX || errors > ERRORS_FOUND_MAX;
            if findings.is_full() || is_enough {
                break;
            }
            continue;
        };
        name = prepared.name;
        let (resolved, inputs) = (resolved(&point.document, None), StoredInput::of(&prepared.inputs));
        let run =
            |seed| PlannedRun { run_id: run_id(&resolved, seed, &inputs), seed, params: params.clone() };
        jobs.extend(seeds.into_iter().map(run).map(|run| Job { run, place: 0, point: index }));
    }
    if drawn.is_some() {
        jobs.sort_by_key(|job: &Job| job.run.seed);
    }
    jobs.iter_mut().enumerate().for_each(|(place, job)| job.place = place);
    if refused.is_none() && invalid == 0 {
        check_apart(&jobs)?;
    }
    let of = jobs.len();
    jobs.retain(|job| args.partition.is_none_or(|part| part.holds(&job.run.run_id)));
    is_part |= jobs.len() < of;
    findings.tell(diagnostics);
    if let Some(failure) = refused {
        return Err(failure);
    }
    Ok((invalid == 0).then_some(Selected { name, jobs, is_part, of }))
}

/// Holds that no two combinations are one and the same run, which would be kept under both names.
fn check_apart(jobs: &[Job]) -> Result<(), Failure> {
    let mut known: BTreeMap<(&str, u64), &Job> = BTreeMap::new();
    for job in jobs {
        let Some(other) = known.insert((&job.run.run_id, job.run.seed), job) else { continue };
        let pairs = other.run.params.iter().zip(&job.run.params).filter(|(one, two)| one != two);
        let (ones, others): (Vec<String>, Vec<String>) =
            pairs.map(|((name, one), (_, two))| (format!("{name}={one}"), format!("{name}={two}"))).unzip();
        let message = format!(
            "{} and {} are the same run: nothing in it hangs on that",
            ones.join(", "),
            others.join(", ")
        );
        let help = format!(
            "write the variable where its values belong, or run one of them: --only {}",
            ones.join(" --only ")
        );
        return Err(Failure::new(Exit::Invalid, message).help(help));
    }
    Ok(())
}

/// The seeds that draw each combination, in order; combinations that none draws are left out.
fn drawn(args: &RunArgs, loaded: &Loaded, sweep: &Sweep) -> Result<BTreeMap<usize, Vec<u64>>, Failure> {
    // A seed draws a combination, and not the other way round: the scenario's own is that of any.
    let first = read(&sweep.point(0).document, &mut Diagnostics::default(), &loaded.files());
    let own = first.map_or(1, |scenario| scenario.seed);
    let mut drawn: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    for seed in seeds(args, own, sweep.repeat)? {
        drawn.entry(sweep.drawn(seed).expect("the sweep draws")).or_default().push(seed);
    }
    Ok(drawn)
}

/// What `--only` names must be a variable of some file.
fn check_names(args: &RunArgs, sweeps: &[&Sweep]) -> Result<(), Failure> {
    let names: Vec<&str> = sweeps.iter().flat_map(|sweep| sweep.names()).collect();
    let Some((name, _)) = args.only.iter().find(|(name, _)| !names.contains(&name.as_str())) else {
        return Ok(());
    };
    let failure = Failure::new(Exit::Invalid, format!("--only {name}: no [sweep] varies `{name}`"));
    Err(match suggest::closest(name, names.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => failure.help("the scenario has no [sweep]; --set replaces a value"),
        None => failure.help(format!("it varies {}", suggest::one_of(names.iter().copied()))),
    })
}

fn nothing_selected(args: &RunArgs, batches: &[Batch]) -> Failure {
    let asked: Vec<String> = args.only.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let Some(partition) = args.partition.filter(|_| asked.is_empty()) else {
        let failure = Failure::new(
            Exit::NothingSelected,
            format!("nothing selected: no combination has {}", asked.join(" and ")),
        );
        let name = &args.only.first().expect("without --only and --partition every run is selected").0;
        let mut values: Vec<String> = Vec::new();
        for value in batches.iter().flat_map(|batch| batch.values(name)) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        return failure.help(format!("`{name}` is {}", suggest::one_of(values.iter().map(String::as_str))));
    };
    let (part, parts) = (partition.part, partition.parts);
    Failure::new(Exit::NothingSelected, format!("nothing selected: no run falls into part {part} of {parts}"))
}

impl Batch {
    /// Whether a system may run a protocol of a user's own, of which no id of a run tells the version.
    pub fn is_of_own_code(&self) -> bool {
        let is_own = |system: &Entry| match system.node.as_table()?.get("type")?.value {
            Value::String(ref text) => Some(text.as_str() == "custom" || text.as_str().contains("${")),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_) | Value::Table(_) => None,
        };
        let systems = self.document.as_table().and_then(|table| table.get("system")).and_then(Node::as_table);
        systems.is_some_and(|systems| systems.iter().any(|system| is_own(system).unwrap_or(false)))
    }

    /// What its runs are compared by.
    pub fn comparison(&self) -> &Comparison {
        self.sweep.comparison()
    }

    /// The values of a variable, in order.
    fn values(&self, name: &str) -> Vec<String> {
        let mut values: Vec<String> = Vec::new();
        // Every value occurs in the sample.
        let points = self.sweep.sample(POINTS_MAX).into_iter().map(|index| self.sweep.point(index));
        for (_, value) in points.flat_map(|point| params(&point)).filter(|(one, _)| one == name) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }

    /// Leaves all runs out but some.
    pub fn keep(&mut self, is_kept: impl Fn(&PlannedRun) -> bool) {
        let before = self.jobs.len();
        self.jobs.retain(|job| is_kept(&job.run));
        self.jobs.iter_mut().enumerate().for_each(|(place, job)| job.place = place);
        self.of = self.jobs.len();
        self.is_part |= self.of < before;
    }

    /// What `--set` comes to in a run alone: of a step of a search its own value.
    pub fn overrides_of(&self, job: &Job) -> Vec<String> {
        let mut overrides = self.overrides.clone();
        if let Some(step) = &self.step {
            let path = format!("sweep.vars.{}", step.variable);
            let is_other =
                |set: &String| set.strip_prefix(&path).is_none_or(|rest| !rest.starts_with(['=', '.']));
            overrides.retain(is_other);
            let value = job.run.params.iter().find(|(name, _)| *name == step.variable);
            overrides.extend(value.and_then(|(_, value)| step.alone.get(value)).cloned());
        }
        overrides
    }

    /// The resolved scenario of a run, as TOML.
    pub fn resolved(&self, job: &Job) -> String {
        resolved(&self.sweep.point(job.point).document, None)
    }

    /// The scenario with its sweep, as TOML.
    pub fn document(&self) -> String {
        resolved(&self.document, None)
    }

    /// Decodes and plans one run: worlds are built in the thread that runs them.
    pub fn prepare<X: Custom>(&self, args: &RunArgs, job: &Job) -> Prepared<X> {
        let files = ScenarioFiles::new(&self.sources, self.root.clone());
        let mut diagnostics = Diagnostics::default();
        let document = self.sweep.point(job.point).document;
        let scenario = Scenario::decode(&document, &mut Decoder::new(&mut diagnostics, &files));
        let scenario = scenario.expect("it was decoded before the runs began");
        let prepared = prepare(&self.name, &scenario, job.run.seed, limits(args), &mut diagnostics, &files);
        prepared.expect("it was planned before the runs began")
    }
}

fn params(point: &Point) -> Vec<(String, String)> {
    point.parameters.iter().map(|one| (one.name.clone(), one.written.clone())).collect()
}

/// Whether every variable that `--only` names has one of the values it gives.
fn is_selected(only: &[(String, String)], params: &[(String, String)]) -> bool {
    only.iter().all(|(name, _)| params.iter().any(|param| param.0 == *name && only.contains(param)))
}

/// The seeds of every combination.
fn seeds(args: &RunArgs, own: u64, repeat: u32) -> Result<RangeInclusive<u64>, Failure> {
    let chosen = args.seeds.or(args.seed.map(|seed| (seed, seed)));
    let (first, last) = chosen.unwrap_or((own, own.saturating_add(u64::from(repeat) - 1)));
    if last > SEED_MAX {
        let message = format!("seed {own} repeated {repeat} times goes beyond {SEED_MAX}, the greatest seed");
        return Err(Failure::new(Exit::Invalid, message));
    }
    if last - first >= RUNS_MAX {
        let message = format!("{first}..{last} are more than {RUNS_MAX} seeds");
        return Err(Failure::new(Exit::Invalid, message).help("run them in parts: --seeds A..B"));
    }
    Ok(first..=last)
}

fn limits(args: &RunArgs) -> Limits {
    let usual = Limits::default();
    Limits {
        events: args.max_events.unwrap_or(usual.events),
        pending: args.max_pending.map_or(usual.pending, |most| most as usize),
        within_a_moment: args.max_events_within_10ms.unwrap_or(usual.within_a_moment),
    }
}

/// The variables without which combinations could not be told apart, the first ones dropped where others do. Where seeds draw
/// them, the seed tells.
fn telling(sweep: &Sweep) -> Vec<bool> {
    if sweep.draws() {
        return vec![false; sweep.names().count()];
    }
    let points: Vec<Vec<String>> =
        sweep.points().map(|point| params(&point).into_iter().map(|(_, value)| value).collect()).collect();
    let mut telling = vec![true; sweep.names().count()];
    for variable in 0..telling.len() {
        telling[variable] = false;
        let shown = |point: &Vec<String>| -> Vec<String> {
            point.iter().zip(&telling).filter(|(_, tells)| **tells).map(|(value, _)| value.clone()).collect()
        };
        let mut seen: Vec<Vec<String>> = points.iter().map(shown).collect();
        seen.sort();
        telling[variable] = seen.windows(2).any(|pair| pair[0] == pair[1]);
    }
    telling
}
