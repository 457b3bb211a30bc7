//! What users see when a scenario is well-formed and cannot be: names, counts, targets and options that do not fit.

mod calls;
mod discovery;
mod domains;
mod faults;
mod in_vain;
mod links;
mod liveness;
mod loads;
mod misplaced;
mod nemesis;
mod network;
mod operations;
mod prospects;
mod services;
mod systems;
mod targets;
mod time_left;
mod types;
mod varied;
mod waiting;
mod workloads;

use super::*;
use crate::scenario::{check, plan};
use crate::sim::Limits;
use crate::systems::Never;

/// The messages about a scenario of ten seconds; its own lines start at line 3.
fn planned(lines: &str) -> String {
    let lines = lines.strip_prefix('\n').unwrap_or(lines);
    let mut loaded = text(&format!("schema = 1\nduration = \"10s\"\n{lines}"), &[]);
    check_all(&mut loaded);
    shown(&loaded)
}

/// The world of a scenario without mistakes.
#[track_caller]
fn world(lines: &str) -> crate::scenario::plan::World {
    let mut loaded = text(&format!("schema = 1\nduration = \"10s\"\n{lines}"), &[]);
    let checked = check(&mut loaded, |scenario, diagnostics, files| {
        plan::<Never>(scenario, scenario.seed, Limits::default(), diagnostics, files)
    });
    checked.unwrap_or_else(|| panic!("{}", shown(&loaded))).world
}

fn check_all(loaded: &mut Loaded) -> bool {
    let checked = check(loaded, |scenario, diagnostics, files| {
        plan::<Never>(scenario, scenario.seed, Limits::default(), diagnostics, files)
    });
    assert_eq!(checked.is_none(), loaded.diagnostics.has_errors());
    checked.is_some()
}
