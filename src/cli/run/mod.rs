//! `seedbed run`: runs scenario files, expanding their sweeps.

mod arguments;
mod jobs;
mod print;
mod reproduce;
mod sweep;
mod work;

use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::Exit;
use crate::systems::Custom;
use jobs::{Job, list_jobs, plan_jobs};
use work::run_batch;

pub use arguments::RunArgs;

/// Runs the command.
pub fn run<X: Custom>(args: &RunArgs) -> Exit {
    let Some((batches, jobs)) = plan_jobs::<X>(args) else { return Exit::Invalid };
    if jobs.is_empty() {
        eprintln!("nothing selected: no run has the values that --only asks for");
        return Exit::NothingSelected;
    }
    if args.dry_run {
        return list_jobs(&batches, &jobs);
    }
    let interrupt: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
    if let Err(error) = ctrlc::set_handler(|| interrupt.store(true, Ordering::Relaxed)) {
        eprintln!("warning: an interrupt will not be handled: {error}");
    }
    let mut exits = Vec::new();
    for (index, batch) in batches.iter().enumerate() {
        let of_batch: Vec<&Job> = jobs.iter().filter(|job| job.file == index).collect();
        if !of_batch.is_empty() {
            exits.push(run_batch::<X>(args, batch, &of_batch, interrupt));
        }
        if interrupt.load(Ordering::Relaxed) {
            break;
        }
    }
    Exit::of_many(exits)
}
