//! `seedbed run`: runs scenario files, expanding their sweeps.
//!
//! [`jobs`] loads and checks everything before anything runs; [`batch`] does the runs of a file side by side, each in
//! [`work`]; [`limits`] says when one is to be cut short; [`print`] and the documents of `--format json` say what came
//! of it.

pub(super) mod arguments;
pub(super) mod batch;
mod document;
#[cfg(test)]
mod failures;
pub(super) mod jobs;
pub(super) mod limits;
mod print;
mod progress;
pub(super) mod reproduce;
mod work;

use std::sync::atomic::AtomicUsize;

use serde_json::{Value as Json, json};

use super::{Exit, Failure, Format, Terminal};
use crate::kernel::counted;
use crate::run::outputs::{Disk, OutputError, Sink};
use crate::run::product;
use crate::systems::Custom;
use batch::{Done, FAILED_FAST, INTERRUPTED, check_writable, run_batch};
use jobs::Batch;
use limits::{is_interrupted, wait_until_told, watch_interrupts};
use reproduce::Reader;
use work::{Verified, is_over};

pub use arguments::RunArgs;

impl RunArgs {
    pub(super) fn run<X: Custom>(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        if self.quiet {
            terminal.be_quiet();
        }
        let batches = match jobs::plan::<X>(self, terminal)? {
            Ok(batches) => batches,
            Err(exit) => return Ok(exit),
        };
        if self.dry_run {
            return self.list(&batches, terminal);
        }
        watch_interrupts(terminal);
        self.do_all::<X>(&batches, &Disk, terminal)
    }

    /// Does all runs, and says what came of them.
    fn do_all<X: Custom>(
        &self,
        batches: &[Batch],
        sink: &dyn Sink,
        terminal: &mut Terminal,
    ) -> Result<Exit, Failure> {
        batches.iter().try_for_each(|batch| check_writable(self, batch, sink))?;
        let failed = AtomicUsize::new(0);
        let mut all = Vec::new();
        for batch in batches {
            if is_over(self, &failed) {
                break;
            }
            let mut done = run_batch::<X>(self, batch, &failed, sink, terminal)?;
            wait_until_told();
            if let Err(error) = self.point_latest(&done, sink) {
                done.failed(&error);
            }
            if self.format == Format::Text && !self.quiet {
                terminal.print(&print::text(&done, self.verbose, terminal))?;
            } else {
                // An exit code that nothing explains helps nobody. A document says which runs failed, and why.
                let reasons = if self.quiet { print::reasons(&done) } else { print::never(&done) };
                reasons.iter().for_each(|reason| terminal.say(reason));
            }
            say(&done, terminal);
            all.push(done);
        }
        let interrupted = is_interrupted();
        wait_until_told();
        let left_out = match batches.len() - all.len() {
            0 => None,
            left => {
                let why = if interrupted { INTERRUPTED } else { FAILED_FAST };
                Some(format!("{why}: {left} of {} files are not begun", batches.len()))
            }
        };
        let was_cut = interrupted && left_out.is_some();
        let exits = all.iter().map(|done| done.exit).chain(was_cut.then_some(Exit::Interrupted));
        let exit = Exit::of_many(exits);
        left_out.iter().for_each(|sentence| terminal.warn(sentence));
        if self.format == Format::Json {
            terminal.print_json(&document::document(&all, left_out, exit))?;
        }
        for done in all.iter().filter(|done| done.sweep.is_some() && !done.is_whole()) {
            terminal.say(&format!("resume: {}", reproduce::to_resume(self, done.batch)));
        }
        let of_exit = |done: &&Done<'_>| done.exit == exit && done.reproduce.is_some();
        let gravest = all.iter().find(of_exit).or(all.iter().find(|done| done.reproduce.is_some()));
        if let Some(command) = gravest.and_then(|done| done.reproduce.as_ref()) {
            terminal.say(&format!("reproduce: {command}"));
        }
        Ok(exit)
    }

    /// Prints the runs without running them.
    pub(super) fn list(&self, batches: &[Batch], terminal: &mut Terminal) -> Result<Exit, Failure> {
        let jobs = || batches.iter().flat_map(|batch| batch.jobs.iter().map(move |job| (batch, job)));
        if self.format == Format::Json {
            let run = |(batch, job): (&Batch, &jobs::Job)| {
                let command = reproduce::of_run(self, batch, job, None, Reader::Here);
                let params: serde_json::Map<String, Json> =
                    job.run.params.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
                json!({
                    "scenario": batch.name, "seed": job.run.seed, "run_id": job.run.run_id,
                    "params": params, "command": command,
                })
            };
            terminal.print_json(&json!({ "runs": jobs().map(run).collect::<Vec<_>>() }))?;
            return Ok(Exit::Passed);
        }
        let mut text = String::new();
        for (batch, job) in jobs() {
            let params: Vec<String> =
                job.run.params.iter().map(|(name, value)| format!("  {name}={value}")).collect();
            let (name, run) = (&batch.name, &job.run);
            text += &format!("{name}  seed {}  run {}{}\n", run.seed, run.run_id, params.concat());
        }
        terminal.print(&text)?;
        let count = counted(jobs().count() as u64, "run");
        if !self.quiet {
            terminal.say(&format!(
                "{count}; without --dry-run {} would start",
                if jobs().count() == 1 { "it" } else { "they" }
            ));
        }
        Ok(Exit::Passed)
    }

    /// Makes `latest` lead to what was made.
    fn point_latest(&self, done: &Done<'_>, sink: &dyn Sink) -> Result<(), OutputError> {
        let folder = done.sweep.as_ref().or(done.reports.first().and_then(|report| report.folder.as_ref()));
        folder.map_or(Ok(()), |folder| product::latest(sink, &self.out, folder))
    }
}

/// Says what a person should know of the runs of a file: what is true of many of them once.
pub(super) fn say(done: &Done<'_>, terminal: &mut Terminal) {
    let mut said: Vec<(&str, usize)> = Vec::new();
    for warning in done.reports.iter().flat_map(|report| &report.warnings).chain(&done.warnings) {
        match said.iter_mut().find(|(text, _)| text == warning) {
            Some((_, times)) => *times += 1,
            None => said.push((warning, 1)),
        }
    }
    for (warning, times) in said {
        let times = if times > 1 { format!(" ({times} runs)") } else { String::new() };
        terminal.warn(&format!("{}: {warning}{times}", done.batch.name));
    }
    let verified: Vec<&Verified> =
        done.reports.iter().filter_map(|report| report.verified.as_ref()).collect();
    // All runs of a file lack the same files.
    let added = verified.iter().map(|one| &one.added).find(|added| !added.is_empty());
    let mut added = added.map_or(String::new(), |added| format!("; new in it: {}", added.join(", ")));
    if verified.iter().any(|one| one.keeps_page) {
        added.push_str("; its page still names the command that it was made by");
    }
    match (verified.len(), done.batch.jobs.len()) {
        (0, _) => {}
        (_, 1) => {
            terminal.note(&format!("the run was there already, and is the same byte for byte{added}"));
        }
        (same, _) => {
            let (runs, name) = (counted(same as u64, "run"), &done.batch.name);
            terminal.note(&format!("{runs} of {name} there already, the same byte for byte{added}"));
        }
    }
    for error in done.reports.iter().filter_map(|report| report.error.as_ref()).chain(&done.errors) {
        terminal.error(error);
    }
    if !done.is_whole() && done.batch.jobs.len() > 1 {
        terminal.warn(&format!("{}: {}", done.batch.name, done.why_partial().1));
    }
}
