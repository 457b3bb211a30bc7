//! The flags of `seedbed run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::run::trace::TRACE_EVENTS_MAX;
use crate::scenario::plan::SEED_MAX;

/// Runs scenario files and judges what happened.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// Scenario files.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The seed, in place of the scenario's.
    #[arg(long, conflicts_with = "seeds")]
    pub seed: Option<u64>,
    /// A range of seeds, both ends included: 1..100.
    #[arg(long, value_parser = seeds)]
    pub seeds: Option<(u64, u64)>,
    /// Sets a value of the scenario: system.kv.disk.fsync=1ms.
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Only runs with this value of a swept variable: nodes=5.
    #[arg(long, value_name = "NAME=VALUE")]
    pub only: Vec<String>,
    /// How many runs go side by side; all cores by default.
    #[arg(short, long)]
    pub jobs: Option<usize>,
    /// The folder for results.
    #[arg(short, long, default_value = "outputs")]
    pub out: PathBuf,
    /// The folder that no path in a scenario may leave.
    #[arg(long)]
    pub root: Option<PathBuf>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Charts and pages.
    #[arg(long, value_enum, default_value_t = Charts::Svg)]
    pub charts: Charts,
    /// What is written of single operations and events; ops for one run, none for many, unless told otherwise.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub trace: Option<Trace>,
    /// Most events of a trace; the run goes on beyond them.
    #[arg(long, value_name = "N", default_value_t = TRACE_EVENTS_MAX, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_trace_events: u64,
    /// Stops after the first run that fails.
    #[arg(long)]
    pub fail_fast: bool,
    /// Only lists the runs.
    #[arg(long)]
    pub dry_run: bool,
    /// Most events of a run.
    #[arg(long, value_name = "N")]
    pub max_events: Option<u64>,
    /// Prints nothing but errors.
    #[arg(short, long)]
    pub quiet: bool,
    /// Progress on stderr.
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub progress: When,
}

/// How a result is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// A short table.
    Text,
    /// One JSON document.
    Json,
}

/// Which charts are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Charts {
    /// SVG files and a page.
    Svg,
    /// None.
    None,
}

/// What is written of single operations and events.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Trace {
    /// Nothing.
    None,
    /// requests.csv and history.jsonl: every operation.
    Ops,
    /// trace.jsonl too: every event.
    Full,
}

impl RunArgs {
    /// What is written of single operations and events.
    pub fn trace(&self, is_single: bool) -> Trace {
        self.trace.unwrap_or(if is_single { Trace::Ops } else { Trace::None })
    }
}

/// When something is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum When {
    /// On a terminal.
    Auto,
    /// Not.
    Never,
}

fn seeds(text: &str) -> Result<(u64, u64), String> {
    let (first, last) = text.split_once("..").ok_or("write a range of seeds such as 1..100")?;
    let seed = |text: &str| text.parse::<u64>().ok().filter(|seed| *seed <= SEED_MAX);
    let (first, last) = (seed(first), seed(last));
    let (Some(first), Some(last)) = (first, last) else {
        return Err(format!("seeds are whole numbers from 0 to {SEED_MAX}"));
    };
    if first <= last { Ok((first, last)) } else { Err("the last seed is before the first".to_owned()) }
}
