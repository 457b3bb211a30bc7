//! From a loaded scenario to its verdicts in one call, for programs that use the library.

use std::sync::atomic::AtomicBool;

use crate::scenario::{Loaded, Scenario, Sweep, render};
use crate::sim::Limits;
use crate::spec::{Decode, Decoder};
use crate::systems::Custom;

use super::execute::{Executed, execute};
use super::prepare::{Prepared, prepare};

/// The first combination of the scenario's sweep, or the one that it draws, under its own seed, planned.
///
/// # Errors
/// Every mistake in the scenario, as a person reads them.
pub fn first_run<X: Custom>(mut loaded: Loaded, limits: Limits) -> Result<Prepared<X>, String> {
    let files = loaded.files();
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let prepared = loaded.document.as_ref().and_then(|document| {
        let sweep = Sweep::new(document, &mut diagnostics)?;
        let mut decode = |point: usize| {
            Scenario::decode(&sweep.point(point).document, &mut Decoder::new(&mut diagnostics, &files))
        };
        let first = decode(0)?;
        let scenario = match sweep.drawn(first.seed) {
            None | Some(0) => first,
            Some(drawn) => decode(drawn)?,
        };
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
