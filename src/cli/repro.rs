//! `seedbed repro`: does a run again from its folder, and says where it parts.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use clap::Args;

use crate::run::execute::execute;
use crate::run::prepare::prepare;
use crate::run::repro::{Comparison, Recorded};
use crate::scenario::{LoadOptions, Scenario, Sweep, load, render};
use crate::sim::Limits;
use crate::spec::{Decode, Decoder};

use super::{Exit, Failure, Terminal};

/// Does a run again and compares every event
#[derive(Args, Debug)]
pub struct Repro {
    /// The folder of a run: outputs/NAME/RUN
    run: PathBuf,
}

impl Repro {
    pub(super) fn run(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let recorded = Recorded::read(&self.run).map_err(|error| {
            Failure::new(Exit::InputOutput, error.to_string()).help("name the folder of a finished run")
        })?;
        if !recorded.is_of_this_version() {
            let (program, model) = &recorded.versions;
            terminal.say(&format!(
                "warning: the run was made by seedbed {program} (model {model}): it may go another way here"
            ));
        }
        let mut loaded = load(&recorded.scenario, &LoadOptions::default());
        let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
        let files = loaded.files();
        let prepared = loaded.document.as_ref().and_then(|document| {
            let point = Sweep::new(document, &mut diagnostics)?.point(0);
            let scenario = Scenario::decode(&point.document, &mut Decoder::new(&mut diagnostics, &files))?;
            prepare(&recorded.name, &scenario, recorded.seed, Limits::default(), &mut diagnostics, &files)
        });
        let Some(prepared) = prepared else {
            terminal.say(render(&loaded.sources, &diagnostics, terminal.color_stderr()).trim_end());
            return Ok(Exit::Invalid);
        };
        let replay = execute(prepared, &AtomicBool::new(false), &mut |_| {});
        match recorded.compare(&replay) {
            Comparison::Same => {
                let events = crate::run::page::grouped(replay.events);
                terminal.print(&format!("same: {events} events, digest {:016x}\n", replay.digest))?;
                Ok(Exit::Passed)
            }
            Comparison::Parts { after, by } => {
                terminal.print(&format!(
                    "diverged: the first {after} events are the same; by event {by} the replay has gone another way\n\
                     recorded {} events, digest {}; replayed {} events, digest {:016x}\n",
                    recorded.events, recorded.digest, replay.events, replay.digest
                ))?;
                Ok(Exit::Diverged)
            }
        }
    }
}
