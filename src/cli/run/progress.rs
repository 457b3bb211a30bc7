//! The progress on stderr: of one run its simulated time, of many how many are done.

use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Terminal;
use super::arguments::{RunArgs, When};
use crate::run::execute;
use crate::run::page::grouped;

/// What is drawn while runs go on.
pub(super) struct Progress {
    bar: ProgressBar,
    is_single: bool,
    failed: AtomicU64,
}

impl Progress {
    /// Of so many runs; hidden if nobody looks at it.
    pub fn new(args: &RunArgs, terminal: &Terminal, runs: usize, is_single: bool) -> Progress {
        let shown = args.progress == When::Auto && terminal.shows_progress();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let (length, template) = match is_single {
            true => (1000, "{bar:40} {msg}"),
            false => (runs as u64, "{bar:40} {pos}/{len} runs{msg}, {eta} left"),
        };
        let style = ProgressStyle::with_template(template).expect("the template is well-formed");
        let bar = ProgressBar::with_draw_target(Some(length), target).with_style(style);
        Progress { bar, is_single, failed: AtomicU64::new(0) }
    }

    /// How far a run has come, `seconds` after its start.
    pub fn simulated(&self, at: execute::Progress, seconds: f64) {
        if !self.is_single {
            return;
        }
        let share = at.now.0 as f64 / at.end.0.max(1) as f64;
        self.bar.set_position((share * 1000.0) as u64);
        let rate = grouped((at.events as f64 / seconds.max(1e-9)) as u64);
        self.bar.set_message(format!("{} of {}, {rate} events/s", at.now, at.end));
    }

    /// A run is over.
    pub fn ran(&self, failed: bool) {
        if self.is_single {
            return;
        }
        let failed = self.failed.fetch_add(u64::from(failed), Ordering::Relaxed) + u64::from(failed);
        if failed > 0 {
            self.bar.set_message(format!(", {failed} failed"));
        }
        self.bar.inc(1);
    }

    /// All runs are over.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
