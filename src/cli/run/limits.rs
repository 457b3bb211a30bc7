//! What cuts a run short from outside: the user, the clock, the memory.

use std::cell::Cell;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::arguments::RunArgs;
use super::{Exit, Terminal};
use crate::cli::memory;
use crate::run::Cut;

/// Whether the user has interrupted the program.
pub(super) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on the first interrupt is remembered, and the second ends the program at once.
pub(super) fn watch_interrupts(terminal: &mut Terminal) {
    let handler = || {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        // Without stderr there is nobody to tell.
        let _ = writeln!(
            std::io::stderr(),
            "interrupted: keeping what was simulated; interrupt again to stop at once"
        );
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        terminal.warn(&format!("an interrupt will stop everything at once: {error}"));
    }
}

/// Whether the user has interrupted the program.
pub(super) fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// Looks at one run from outside, in the run's own thread.
pub(super) struct Watcher {
    wall: Option<Duration>,
    memory: Option<u64>,
    // How long a run takes, and what it holds, is for people and limits, and never enters a finished result.
    #[allow(clippy::disallowed_types)]
    started: std::time::Instant,
    holding: memory::Since,
    cut: Cell<Option<Cut>>,
    /// Set once the run is to stop.
    pub stop: AtomicBool,
}

impl Watcher {
    /// Starts the clock of a run.
    pub fn start(args: &RunArgs) -> Watcher {
        Watcher {
            wall: args.wall_limit,
            memory: args.max_memory,
            #[allow(clippy::disallowed_types)]
            started: std::time::Instant::now(),
            holding: memory::start(),
            cut: Cell::new(None),
            stop: AtomicBool::new(false),
        }
    }

    /// Takes note of what is to cut the run short, if anything is.
    pub fn look(&self) {
        let cut = if is_interrupted() {
            Cut::Interrupt
        } else if self.wall.is_some_and(|most| self.started.elapsed() >= most) {
            Cut::WallLimit
        } else if self.memory.is_some_and(|most| self.holding.held() > most) {
            Cut::MaxMemory
        } else {
            return;
        };
        self.cut.set(Some(cut));
        self.stop.store(true, Ordering::Relaxed);
    }

    /// What is to cut the run short.
    pub fn cut(&self) -> Option<Cut> {
        self.cut.get()
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// The most bytes that were in use at once.
    pub fn memory_bytes(&self) -> u64 {
        self.holding.most()
    }
}
