//! What cuts a run short from outside: the user, the clock, the memory.

use std::cell::Cell;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::arguments::RunArgs;
use super::{Exit, Terminal};
use crate::cli::memory;
use crate::run::Cut;

/// Whether the user has interrupted the program.
pub(super) static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// What tells the user that the interrupt was noticed.
static TELLING: Mutex<Option<JoinHandle<()>>> = Mutex::new(None);

/// From now on the first interrupt is remembered, and the second ends the program at once.
pub(in crate::cli) fn watch_interrupts(terminal: &mut Terminal) {
    let tell = || {
        // Without stderr there is nobody to tell.
        let _ = writeln!(
            std::io::stderr(),
            "interrupted: keeping what was simulated; interrupt again to stop at once"
        );
    };
    let handler = move || {
        if INTERRUPTED.load(Ordering::Relaxed) {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
        // In a thread of its own: nobody may be reading stderr, and the second interrupt must not wait for that. It is
        // known before the interrupt is, so that whoever learns of the interrupt can wait for it.
        *TELLING.lock().expect("nothing panics while it is held") = thread::Builder::new().spawn(tell).ok();
        INTERRUPTED.store(true, Ordering::Release);
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        terminal.warn(&format!("an interrupt will stop everything at once: {error}"));
    }
}

/// Whether the user has interrupted the program.
pub(in crate::cli) fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::Acquire)
}

/// Waits until the user who has interrupted the program has been told, so that what is said next comes after.
pub(in crate::cli) fn wait_until_told() {
    let telling = TELLING.lock().expect("nothing panics while it is held").take();
    if let Some(telling) = telling {
        telling.join().expect("telling cannot panic");
    }
}

/// Measures wall-clock time, for people and budgets: it never enters a result that others are held to.
#[derive(Clone, Copy)]
#[allow(clippy::disallowed_types)]
pub(in crate::cli) struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts it.
    pub fn start() -> Stopwatch {
        #[allow(clippy::disallowed_types)]
        let now = std::time::Instant::now();
        Stopwatch(now)
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
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
