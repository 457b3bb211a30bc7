//! The progress of a hunt on stderr.

use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::Terminal;
use crate::cli::run::arguments::When;

/// The progress on stderr.
pub(super) struct Bar {
    bar: ProgressBar,
    said: Mutex<()>,
}

impl Bar {
    pub fn new(when: When, terminal: &Terminal) -> Bar {
        let shown = when == When::Auto && terminal.shows_progress();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Bar { bar: ProgressBar::with_draw_target(None, target), said: Mutex::new(()) }
    }

    pub fn searching(&self, seeds: u64) {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} seeds, {per_sec}, {eta} left");
        self.bar.set_style(style.expect("the template is well-formed"));
        self.bar.set_length(seeds);
    }

    pub fn ran(&self) {
        self.bar.inc(1);
    }

    pub fn shrinking(&self, seed: u64, runs: u64) {
        let _one_at_a_time = self.said.lock().expect("nothing panics while it is held");
        if runs == 1 {
            let style = ProgressStyle::with_template("{spinner} {msg}").expect("the template is well-formed");
            self.bar.set_style(style);
        }
        self.bar.set_message(format!("seed {seed} fails; shrinking, {runs} runs"));
        self.bar.tick();
    }

    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
