//! The files of an executed run: data, charts, page, manifest.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use crate::report::html::{self, run_page};
use crate::report::stored::StoredChart;
use crate::systems::Custom;

use super::drawing::{Charts, write_charts};
use super::execute::Executed;
use super::figures;
use super::metrics::{self, Figure};
use super::outputs::{
    CheckRow, Finished, Folder, OutputError, PlannedFault, REPORT, RunFacts, Sink, StoredInput, TRACE,
    finish_run, point_latest, write_run,
};
use super::page;
use super::spacetime::{self, Violated};
use super::stopped::{Cut, Stopped};
use super::trace;

/// What a run is told for its files beside what was executed.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The resolved scenario, as TOML.
    pub resolved: String,
    /// What the command line set in it.
    pub overrides: Vec<String>,
    /// The names and values of swept variables.
    pub params: Vec<(String, String)>,
    /// The command that does the same run again.
    pub reproduce: String,
    /// What cut the run short, if anything did.
    pub cut: Option<Cut>,
    /// Facts of the machine and wall-clock times; never digested.
    pub host: serde_json::Value,
}

/// Which files are wanted, and where.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The folder that gets the run's own folder.
    pub parent: &'a Path,
    /// Charts and the page.
    pub charts: Charts,
    /// Files with a row an operation.
    pub per_request: bool,
    /// A file with a line an event.
    pub trace: Option<WantedTrace<'a>>,
}

/// The trace that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct WantedTrace<'a> {
    /// Most events in it (`max-trace-events`): [`TRACE_EVENTS_MAX`](super::trace::TRACE_EVENTS_MAX) unless told
    /// otherwise.
    pub events_max: u64,
    /// Set when it is wanted no longer.
    pub interrupt: &'a AtomicBool,
}

impl WantedTrace<'_> {
    /// What a person should know of the trace of a run of so many events.
    pub fn warning(&self, events: u64) -> Option<String> {
        (events > self.events_max).then(|| {
            format!(
                "`max-trace-events` was reached: trace.jsonl holds the first {} of {} events",
                page::grouped(self.events_max),
                page::grouped(events)
            )
        })
    }
}

impl<X: Custom> Executed<X> {
    /// What the run's files are told beside its recording.
    ///
    /// # Panics
    /// If the run was interrupted, and `origin` does not say that it was cut short.
    pub fn facts(&self, origin: &Origin) -> RunFacts {
        let planned = |fault: &crate::faults::Planned| PlannedFault {
            name: fault.name.clone(),
            kind: fault.kind.to_owned(),
            intent: fault.intent.clone(),
        };
        let stop = match origin.cut {
            Some(cut) => Stopped::Cut(cut),
            None => self.stop.expect("only a run that was cut short has not stopped").into(),
        };
        RunFacts {
            scenario: self.prepared.name.clone(),
            seed: self.prepared.world.setup.seed,
            resolved: origin.resolved.clone(),
            overrides: origin.overrides.clone(),
            params: origin.params.clone(),
            digest: self.digest,
            checkpoints: self.checkpoints.clone(),
            events: self.events,
            duration: self.prepared.world.setup.duration,
            stop,
            planned: self.prepared.world.setup.faults.iter().map(planned).collect(),
            inputs: StoredInput::of(&self.prepared.inputs),
            checks: self.verdicts.iter().map(|verdict| verdict.row()).collect(),
            host: origin.host.clone(),
        }
    }
}

impl super::execute::CheckVerdict {
    /// The check's row in files.
    pub fn row(&self) -> CheckRow {
        CheckRow {
            name: self.check.clone(),
            kind: self.kind.clone(),
            target: self.about.clone(),
            expect_violated: self.expect_violated,
            verdict: self.verdict,
            expected: self.expected.clone(),
            actual: self.figure.and_then(|figure| figure.actual),
            unit: self.figure.map_or(String::new(), |figure| figure.unit.name().to_owned()),
            at: self.at,
            message: self.message.clone(),
        }
    }
}

/// What became of a run's files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Product {
    /// What became of its folder.
    pub finished: Finished,
    /// Whether its trace was wanted no longer before it was whole, so that the folder is without.
    pub lacks_trace: bool,
    /// What a person should know of its charts.
    pub warnings: Vec<String>,
}

/// Writes the folder of an executed run: a partial one if it was cut short, and without its trace if that is interrupted.
///
/// # Errors
/// If the file system fails: nothing is left half-written but a folder whose name ends with `.partial`.
pub fn write<X: Custom>(
    executed: &Executed<X>,
    facts: &RunFacts,
    origin: &Origin,
    usual: &[Figure],
    wanted: Wanted<'_>,
    sink: &dyn Sink,
) -> Result<Product, OutputError> {
    let recording = &executed.recording;
    let mut folder = Folder::begin(sink, wanted.parent, &facts.run_id())?;
    write_run(&mut folder, facts, recording, usual, wanted.per_request)?;
    for (input, stored) in executed.prepared.inputs.iter().zip(&facts.inputs) {
        folder.write(&stored.file, |out| out.write_all(input.text.as_bytes()))?;
    }
    let mut lacks_trace = false;
    if let Some(WantedTrace { events_max, interrupt }) = wanted.trace {
        let fill = |out: &mut dyn Write| trace::write(out, executed, events_max, interrupt);
        // The run is whole without it.
        lacks_trace = folder.write_unless(TRACE, fill)?.is_break();
    }
    let mut warnings = Vec::new();
    if wanted.charts != Charts::None {
        let charts = charts(executed, &facts.run_id());
        let (figures, found) = write_charts(&mut folder, &charts, wanted.charts)?;
        warnings = found;
        let page = page::page(executed, facts, origin, usual, figures);
        folder.write(REPORT, |out| out.write_all(run_page(&page).as_bytes()))?;
    }
    Ok(Product { finished: finish_run(folder, facts, recording)?, lacks_trace, warnings })
}

/// Every chart of an executed run, in the order of the catalogue.
pub fn charts<X: Custom>(executed: &Executed<X>, run_id: &str) -> Vec<StoredChart> {
    let mut charts = figures::figures(&executed.prepared, &executed.recording);
    charts.extend(last_moments(executed, run_id));
    charts
}

/// The diagram of what led to the first violation, if one is of a moment.
fn last_moments<X: Custom>(executed: &Executed<X>, run_id: &str) -> Option<StoredChart> {
    let violated = executed.verdicts.iter().filter(|verdict| verdict.verdict == metrics::Verdict::Violated);
    let of_moment = violated.filter_map(|verdict| Some((verdict.at?, verdict)));
    let (at, verdict) = of_moment.min_by_key(|(at, _)| *at)?;
    let (what, message) = (format!("{} ({})", verdict.check, verdict.kind), verdict.message.as_str());
    let subject = verdict.subject.clone();
    spacetime::diagram(&executed.prepared, &Violated { at, what, message, subject, run: run_id.to_owned() })
}

/// The usual figures of an executed run.
pub fn usual<X: Custom>(executed: &Executed<X>) -> Vec<Figure> {
    metrics::figures(&executed.recording)
}

/// Points `outputs/latest` to `target`.
///
/// # Errors
/// If the file system fails.
pub fn latest(sink: &dyn Sink, outputs: &Path, target: &Path) -> Result<(), OutputError> {
    point_latest(sink, outputs, target)
}

/// The page's word for a verdict.
pub(super) fn page_verdict(verdict: super::outputs::RunVerdict) -> html::RunVerdict {
    match verdict {
        super::outputs::RunVerdict::Passed => html::RunVerdict::Passed,
        super::outputs::RunVerdict::Failed => html::RunVerdict::Failed,
        super::outputs::RunVerdict::Inconclusive => html::RunVerdict::Inconclusive,
    }
}
