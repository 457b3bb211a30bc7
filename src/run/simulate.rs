//! From a loaded scenario to its verdicts in one call, for programs that use the library.

use std::sync::atomic::AtomicBool;

use crate::scenario::{Loaded, Scenario, Sweep, render};
use crate::sim::Limits;
use crate::spec::{Decode, Decoder};
use crate::systems::Custom;

use super::execute::{Executed, execute};
use super::prepare::{Prepared, prepare};

/// The first combination of the scenario's sweep under its own seed, planned.
///
/// # Errors
/// Every mistake in the scenario, as a person reads them.
pub fn first_run<X: Custom>(mut loaded: Loaded, limits: Limits) -> Result<Prepared<X>, String> {
    let files = loaded.files();
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let prepared = loaded.document.as_ref().and_then(|document| {
        let point = Sweep::new(document, &mut diagnostics)?.point(0);
        let scenario = Scenario::decode(&point.document, &mut Decoder::new(&mut diagnostics, &files))?;
        prepare("scenario", &scenario, scenario.seed, limits, &mut diagnostics, &files)
    });
    prepared.ok_or_else(|| render(&loaded.sources, &diagnostics, false))
}

/// Runs [`first_run`] to its end, and judges it.
///
/// # Errors
/// Every mistake in the scenario, as a person reads them.
pub fn simulate<X: Custom>(loaded: Loaded) -> Result<Executed<X>, String> {
    let prepared = first_run(loaded, Limits::default())?;
    Ok(execute(prepared, &AtomicBool::new(false), &mut |_| {}))
}
