//! Traces: the course of a run, one JSON line an event.
//!
//! A run is a function of its set-up, and no observer can change it. So a trace is made by going through the run once
//! more with nothing but a tracer listening: a run that is not traced pays nothing, a trace is streamed whatever
//! its length, and any window of any run can be traced later. That it was the same run is held against the digest.

mod fields;
mod line;
mod notes;
mod tracer;

use std::io::{self, Write};
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::sim::Sim;
use crate::systems::{Custom, Role};

use super::execute::Executed;
use super::prepare::Prepared;
use line::Line;
use tracer::Tracer;

pub use fields::{NOTE_FIELDS, TRACE_FIELDS};

/// The usual cap on the events of a trace (`max-trace-events`): about 200 bytes each.
pub const TRACE_EVENTS_MAX: u64 = 10_000_000;

/// Events between two looks at the interrupt.
const SLICE: u64 = 1 << 16;

/// A run gone through once more, to its end or as far as it was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Passed {
    /// Events handled.
    pub events: u64,
    /// The digest over all of them.
    pub digest: u64,
    /// The digest at every checkpoint.
    pub checkpoints: Vec<u64>,
}

/// Goes through the run, up to the last event of `window`, and hands every line of the window to `emit`, together with
/// the number of its event.
///
/// # Errors
/// Of `emit`.
pub fn trace<X: Custom>(
    prepared: &Prepared<X>,
    window: RangeInclusive<u64>,
    emit: impl FnMut(u64, &[u8]) -> io::Result<()>,
) -> io::Result<Passed> {
    let passed = trace_until(prepared, window, &AtomicBool::new(false), emit)?;
    Ok(passed.expect("nobody sets the interrupt"))
}

/// The same; `None` once `interrupt` is set, which is no error of any kind: a system call may well end with one that is
/// called [`io::ErrorKind::Interrupted`].
fn trace_until<X: Custom>(
    prepared: &Prepared<X>,
    window: RangeInclusive<u64>,
    interrupt: &AtomicBool,
    emit: impl FnMut(u64, &[u8]) -> io::Result<()>,
) -> io::Result<Option<Passed>> {
    let last = *window.end();
    let tracer = Tracer::new(&prepared.world, window, emit);
    let mut sim: Sim<Role<X>, _> = Sim::new(prepared.world.setup.clone(), tracer);
    let mut stop = None;
    while stop.is_none() && sim.events() < last && !sim.observer_mut().has_failed() {
        if interrupt.load(Ordering::Relaxed) {
            return Ok(None);
        }
        stop = sim.run(SLICE.min(last - sim.events()));
    }
    let passed =
        Passed { events: sim.events(), digest: sim.digest(), checkpoints: sim.checkpoints().to_vec() };
    sim.into_observer().finish(passed.digest)?;
    Ok(Some(passed))
}

/// Goes through the run with nobody listening: to its end, or up to the last of so many `events`.
pub fn pass<X: Custom>(prepared: &Prepared<X>, events: u64) -> Passed {
    let mut sim: Sim<Role<X>, ()> = Sim::new(prepared.world.setup.clone(), ());
    while sim.events() < events && sim.run(events - sim.events()).is_none() {}
    Passed { events: sim.events(), digest: sim.digest(), checkpoints: sim.checkpoints().to_vec() }
}

/// Writes trace.jsonl of an executed run: a line an event, up to the `events_max`-th, and a last line that says whether
/// these are all. Breaks off once `interrupt` is set.
///
/// # Errors
/// If `out` fails.
///
/// # Panics
/// If the run does not go the same way again.
pub fn write<X: Custom>(
    out: &mut dyn Write,
    executed: &Executed<X>,
    events_max: u64,
    interrupt: &AtomicBool,
) -> io::Result<ControlFlow<()>> {
    let is_complete = executed.events <= events_max;
    let last = executed.events.min(events_max).max(1);
    let passed = trace_until(&executed.prepared, 1..=last, interrupt, |_, line| out.write_all(line))?;
    let Some(passed) = passed else { return Ok(ControlFlow::Break(())) };
    assert!(executed.checkpoints.starts_with(&passed.checkpoints), "a run goes the same way again");
    if is_complete {
        let ends = [(passed.events, passed.digest), (executed.events, executed.digest)];
        assert_eq!(ends[0], ends[1], "a run goes the same way again");
    }
    let mut line = Line::default();
    line.begin();
    line.text("end", if is_complete { "complete" } else { "max-trace-events" });
    line.integer("events", last);
    line.integer("of", executed.events);
    out.write_all(line.end())?;
    Ok(ControlFlow::Continue(()))
}
