//! From a decoded scenario to a run that is ready to start: the world, and what its run will be held to.

use std::ops::Range;

use crate::checks::consensus::{Invariant, InvariantSet};
use crate::faults::Happening;
use crate::kernel::{NodeId, SystemId, Time};
use crate::model::op::OpKind;
use crate::scenario::nouns::check::Expect;
use crate::scenario::plan::{AssertionPlan, CheckKind, CheckPlan};
use crate::scenario::{Scenario, World, plan};
use crate::sim::Limits;
use crate::spec::code::Code;
use crate::spec::diagnostic::{Diagnostic, Diagnostics, Problem};
use crate::spec::scalars::Located;
use crate::spec::suggest;
use crate::spec::{DataFile, DataFiles, units};
use crate::systems::{Custom, Never};

use super::cast::{Cast, CastNode, CastWorkload};
use super::metrics::{Aggregate, Assertion, CATALOGUE, Comparison, Entry, LabelError, Query, Unit, named};
use super::sought::Sought;

/// A run that is ready to start; `X` is a user's own protocol.
#[derive(Clone, Debug)]
pub struct Prepared<X: Custom = Never> {
    /// The scenario's name.
    pub name: String,
    /// The world.
    pub world: World<X>,
    /// What the run is held to, in the order of the scenario.
    pub checks: Vec<Check>,
    /// The data files that the scenario names.
    pub inputs: Vec<DataFile>,
}

/// What a run is held to.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name in the scenario.
    pub name: String,
    /// What is expected of it.
    pub expect: Expect,
    /// What it is.
    pub kind: Kind,
}

/// The kinds of checks.
#[derive(Clone, Debug)]
pub enum Kind {
    /// An invariant of a system's replicas.
    Invariant {
        /// The system.
        system: SystemId,
        /// Which.
        invariant: Invariant,
        /// Whether the system is one that the invariant speaks of.
        applies: bool,
    },
    /// Linearizability of a store.
    Linearizable {
        /// The store.
        system: SystemId,
        /// Most states that the search may explore.
        budget: u64,
    },
    /// Something that is to come to pass in at least one of all runs.
    Sometimes {
        /// What.
        happening: Happening,
        /// When: from the first of these to before the other.
        window: (Time, Time),
    },
    /// An assertion on a metric.
    Assertion {
        /// Which figure.
        query: Query,
        /// What it must be.
        assertion: Assertion,
        /// What it must be, as the scenario says it.
        text: String,
    },
}

/// Plans the run of `scenario`, which was decoded with the same `files`, under `seed`. `None` once every mistake has
/// been reported.
pub fn prepare<X: Custom>(
    name: &str,
    scenario: &Scenario,
    seed: u64,
    limits: Limits,
    diagnostics: &mut Diagnostics,
    files: &dyn DataFiles,
) -> Option<Prepared<X>> {
    let world = plan(scenario, seed, limits, diagnostics, files)?;
    let mut checks = Vec::new();
    let mut all = true;
    for plan in &world.checks {
        match kinds(plan, &world, diagnostics) {
            Some(kinds) => {
                let check = |kind| Check { name: plan.name.clone(), expect: plan.expect, kind };
                checks.extend(kinds.into_iter().map(check));
            }
            None => all = false,
        }
    }
    let name = scenario.name.clone().unwrap_or_else(|| name.to_owned());
    all.then(|| Prepared { name, world, checks, inputs: files.taken() })
}

/// The single checks that one check of a scenario stands for.
fn kinds<X: Custom>(plan: &CheckPlan, world: &World<X>, diagnostics: &mut Diagnostics) -> Option<Vec<Kind>> {
    Some(match &plan.kind {
        CheckKind::Invariants { systems, invariants } => {
            let of_system = |system: &SystemId| {
                let (system, applies) = (*system, world.systems[system.index()].kind.is_replicated_log());
                invariants.iter().map(move |invariant| Kind::Invariant {
                    system,
                    invariant: *invariant,
                    applies,
                })
            };
            systems.iter().flat_map(of_system).collect()
        }
        CheckKind::Linearizable { systems, budget } => {
            systems.iter().map(|system| Kind::Linearizable { system: *system, budget: *budget }).collect()
        }
        CheckKind::Sometimes { happening, window } => {
            vec![Kind::Sometimes { happening: happening.clone(), window: *window }]
        }
        CheckKind::Assertion(assertion) => vec![self::assertion(assertion, world, diagnostics)?],
    })
}

/// Reads an assertion by the catalogue of metrics.
fn assertion<X: Custom>(
    plan: &AssertionPlan,
    world: &World<X>,
    diagnostics: &mut Diagnostics,
) -> Option<Kind> {
    let Some(entry) = named(&plan.metric.value) else {
        let names = || CATALOGUE.iter().map(|entry| entry.name);
        let message = format!("there is no metric `{}`", plan.metric.value);
        let diagnostic = Diagnostic::error(Code::UnknownName, &plan.metric.origin, message)
            .did_you_mean(suggest::closest(&plan.metric.value, names()))
            .help("`seedbed list metrics` shows them");
        diagnostics.push(diagnostic);
        return None;
    };
    let query = query(plan, entry, world, diagnostics);
    let assertion = match parse(&plan.assert.value, entry) {
        Ok(assertion) => Some(assertion),
        Err(refused) => {
            let origin = plan.assert.place_of(refused.part);
            let diagnostic = Diagnostic::error(Code::BadAssertion, &origin, refused.message);
            diagnostics.push(diagnostic.did_you_mean(refused.near).help(refused.help));
            None
        }
    };
    Some(Kind::Assertion { query: query?, assertion: assertion?, text: plan.assert.value.trim().to_owned() })
}

fn query<X: Custom>(
    plan: &AssertionPlan,
    entry: &Entry,
    world: &World<X>,
    diagnostics: &mut Diagnostics,
) -> Option<Query> {
    let mut query = Query::of(entry.metric);
    let mut all = true;
    for (label, value) in &plan.labels {
        let narrowed = query.clone().with(&label.value, &value.value);
        let narrowed = narrowed.map_err(|error| Box::new(unknown(&error, label, value)));
        match narrowed.and_then(|narrowed| check_value(&label.value, value, world).map(|()| narrowed)) {
            Ok(narrowed) => query = narrowed,
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                all = false;
            }
        }
    }
    if let Some(system) = plan.target {
        let name = &world.systems[system.index()].plan.name;
        match query.clone().with("system", name) {
            Ok(narrowed) => query = narrowed,
            Err(error) => {
                let diagnostic = Diagnostic::error(Code::UnknownName, &plan.metric.origin, error.to_string());
                diagnostics.push(diagnostic.help("this metric has no `target`"));
                all = false;
            }
        }
    }
    if plan.window != (None, None) {
        let (from, to) = plan.window;
        query.window = Some((Time(from.unwrap_or(0)), to.map_or(world.setup.duration, Time)));
    }
    all.then_some(query)
}

/// The error at whichever of a label and its value is none.
fn unknown(error: &LabelError, label: &Located<String>, value: &Located<String>) -> Diagnostic {
    let (at, near) = match error {
        LabelError::Unknown { near, .. } => (&label.origin, near),
        LabelError::Value { near, .. } => (&value.origin, near),
    };
    Diagnostic::error(Code::UnknownName, at, error.to_string()).did_you_mean(*near)
}

/// Labels that name things of the scenario must name things that are there.
fn check_value<X: Custom>(
    label: &str,
    value: &Located<String>,
    world: &World<X>,
) -> Result<(), Box<Diagnostic>> {
    let Located { value, origin } = value;
    let known: Vec<&str> = match label {
        "workload" => world.workloads.iter().map(|workload| workload.name.as_str()).collect(),
        "system" => world.systems.iter().map(|system| system.plan.name.as_str()).collect(),
        "fault" => world.setup.faults.iter().map(|fault| fault.name.as_str()).collect(),
        "op" => OpKind::ALL.iter().map(|kind| kind.name()).collect(),
        "node" => world.setup.nodes.iter().map(|node| node.name.as_str()).collect(),
        _ => return Ok(()),
    };
    if known.contains(&value.as_str()) {
        return Ok(());
    }
    let near = suggest::closest(value, known.iter().copied());
    let error = Diagnostic::error(Code::UnknownName, origin, format!("there is no {label} `{value}`"));
    Err(Box::new(error.did_you_mean(near)))
}

/// Why an assertion cannot be read.
struct Refused {
    /// The bytes at fault.
    part: Range<usize>,
    message: String,
    near: Option<&'static str>,
    help: String,
}

/// Reads `p99 < 600ms`.
fn parse(text: &str, entry: &Entry) -> Result<Assertion, Refused> {
    let refused = |part, message, help| Refused { part, message, near: None, help };
    let example = || match entry.unit {
        Unit::Nanoseconds => format!("write for example \"{} < 600ms\"", entry.aggregates[0].name()),
        Unit::Ratio => format!("write for example \"{} < 5%\"", entry.aggregates[0].name()),
        Unit::OperationsPerSecond => format!("write for example \"{} > 100/s\"", entry.aggregates[0].name()),
        _ => format!("write for example \"{} < 10\"", entry.aggregates[0].name()),
    };
    // Two-character signs first: `<=` begins with `<`.
    let mut signs = Comparison::ALL;
    signs.sort_by_key(|comparison| std::cmp::Reverse(comparison.sign().len()));
    let found = signs.into_iter().find_map(|comparison| {
        text.find(comparison.sign()).map(|at| (at..at + comparison.sign().len(), comparison))
    });
    let Some((sign, comparison)) = found else {
        // The word in the middle was to be the sign.
        let part = match text.split_whitespace().collect::<Vec<_>>().as_slice() {
            [first, word, _] => {
                let after = text.find(first).expect("it is a part") + first.len();
                let start = after + text[after..].find(word).expect("it comes later");
                start..start + word.len()
            }
            _ => 0..text.len(),
        };
        let message = format!("`{text}` compares nothing: it has none of < <= > >= ==");
        return Err(refused(part, message, example()));
    };
    let (left_part, right_part) = (trimmed(text, 0..sign.start), trimmed(text, sign.end..text.len()));
    let (left, right) = (&text[left_part.clone()], &text[right_part.clone()]);
    if let Some(at) = [" and ", " or "].into_iter().filter_map(|link| right.find(link)).min() {
        let message = "an assertion is one comparison".to_owned();
        let help = "write a check of its own for each comparison".to_owned();
        let more = trimmed(text, right_part.start + at..right_part.end);
        return Err(refused(more, message, help));
    }
    let allowed = || suggest::one_of(entry.aggregates.iter().map(|aggregate| aggregate.name()));
    let aggregate = Aggregate::named(left).filter(|aggregate| entry.aggregates.contains(aggregate));
    let Some(aggregate) = aggregate else {
        let help = format!("`{}` has {}", entry.name, allowed());
        let near = suggest::closest(left, entry.aggregates.iter().map(|aggregate| aggregate.name()));
        let part = if left.is_empty() { sign } else { left_part };
        let message = format!("`{left}` is no aggregate of `{}`", entry.name);
        return Err(Refused { near, ..refused(part, message, help) });
    };
    let value = value(right, aggregate, entry.unit).map_err(|problem| {
        let help = problem.help.first().cloned().unwrap_or_else(example);
        let message = format!("`{right}` {}", problem.message);
        let Range { start, end } = problem.shifted(right_part.start).span;
        let part = if start < end { start..end } else { right_part.clone() };
        refused(part, message, help)
    })?;
    Ok(Assertion { aggregate, comparison, value })
}

/// The bytes of a part without the space around it.
fn trimmed(text: &str, part: Range<usize>) -> Range<usize> {
    let start = part.end - text[part.clone()].trim_start().len();
    start..start + text[part].trim().len()
}

/// The value that a figure is compared with, in the base unit of its metric.
fn value(text: &str, aggregate: Aggregate, unit: Unit) -> Result<f64, Problem> {
    let plain = |text: &str| {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| Problem::new(Code::BadAssertion, 0..text.len(), "is no number"))
    };
    // A count, and a coefficient of variation, have no unit whatever the metric's is.
    if matches!(aggregate, Aggregate::Count | Aggregate::Cv) {
        return plain(text);
    }
    match unit {
        Unit::Nanoseconds => units::duration(text).map(|length| length.0 as f64),
        Unit::OperationsPerSecond => units::rate(text).map(|rate| rate.per_second()),
        Unit::Ratio => match text.parse::<f64>() {
            Ok(_) => plain(text),
            Err(_) => units::ratio(text).map(|ratio| ratio.as_f64()),
        },
        Unit::Count
        | Unit::Operations
        | Unit::Requests
        | Unit::Elections
        | Unit::Messages
        | Unit::Syncs
        | Unit::Strikes => plain(text),
    }
}

impl<X: Custom> Prepared<X> {
    /// Who takes part, for the recording.
    pub(super) fn cast(&self) -> Cast {
        let world = &self.world;
        let node = |node: &crate::sim::NodeSetup<_>| CastNode {
            name: node.name.clone(),
            system: node.system,
            cores: node.processor.cores,
        };
        let workload = |workload: &crate::scenario::plan::WorkloadFacts| CastWorkload {
            system: workload.id,
            target: workload.target,
            paths: match world.systems[workload.target.index()].kind.is_store() {
                true => Vec::new(),
                false => vec!["call".to_owned()],
            },
        };
        Cast {
            systems: world.setup.systems.clone(),
            nodes: world.setup.nodes.iter().map(node).collect(),
            workloads: world.workloads.iter().map(workload).collect(),
            faults: world.setup.faults.iter().map(|fault| fault.name.clone()).collect(),
        }
    }

    /// The systems whose replicas are judged, their nodes, and the invariants asked of them.
    pub(super) fn judged(&self) -> Vec<(SystemId, Vec<NodeId>, InvariantSet)> {
        let mut judged: Vec<(SystemId, Vec<Invariant>)> = Vec::new();
        for check in &self.checks {
            let Kind::Invariant { system, invariant, applies: true } = check.kind else { continue };
            match judged.iter_mut().find(|(known, _)| *known == system) {
                Some((_, invariants)) => invariants.push(invariant),
                None => judged.push((system, vec![invariant])),
            }
        }
        let with_nodes = |(system, invariants): (SystemId, Vec<Invariant>)| {
            let nodes = self.world.systems[system.index()].plan.nodes.clone();
            (system, nodes, invariants.into_iter().collect())
        };
        judged.into_iter().map(with_nodes).collect()
    }

    /// What is to come to pass, by the position of its check.
    pub(super) fn sought(&self) -> Sought {
        let sought = self.checks.iter().enumerate().filter_map(|(check, of)| match &of.kind {
            Kind::Sometimes { happening, window } => Some((check, happening.clone(), *window)),
            Kind::Invariant { .. } | Kind::Linearizable { .. } | Kind::Assertion { .. } => None,
        });
        Sought::new(sought)
    }

    /// Whether a check reads histories.
    pub(super) fn needs_histories(&self) -> bool {
        let reads = |kind: &Kind| match kind {
            Kind::Linearizable { .. } => true,
            // What was acknowledged must have been applied: that takes the sessions' operations.
            Kind::Invariant { invariant, applies, .. } => *applies && *invariant == Invariant::Durability,
            Kind::Assertion { .. } | Kind::Sometimes { .. } => false,
        };
        self.checks.iter().any(|check| reads(&check.kind))
    }
}
