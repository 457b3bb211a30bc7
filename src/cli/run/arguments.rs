//! The flags of `seedbed run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Format;
use crate::cli::input;
use crate::run::drawing;
use crate::run::trace::TRACE_EVENTS_MAX;
use crate::scenario::plan::SEED_MAX;
use crate::sim::{Limit, PENDING_CEILING};
use crate::spec::{Problem, units};

const LIMITS: &str = "Limits of each run";

/// The help after the flags.
const AFTER: &str = "\
A run that reaches a limit ends there: what it did so far is judged, and it is inconclusive unless a check is
violated for certain. One that a limit given here has cut is kept in <run id>.partial; one that a default limit
ends would end there everywhere, and is kept like any other. Time and memory are looked at every 65,536 events, so
that a run may go a little beyond. Both differ between machines: a run that they cut has no digest. `repro`
does a run that was cut again up to the same event.

Ctrl-C keeps what is finished, and the rest in <run id>.partial; a second one stops at once.

Of many runs the exit code is the first that occurs of 130, 70, 74, 1, 3, 0; `explain exit-codes` says what
each means.";

/// Run scenario files and judge what happened
#[derive(Args, Clone, Debug)]
#[command(after_help = AFTER)]
pub struct RunArgs {
    /// What the program is called in commands
    #[arg(skip)]
    program: String,
    /// Scenario files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Run this seed only, in place of the scenario's and its [sweep] repeat
    #[arg(long, value_name = "N", conflicts_with = "seeds", value_parser = seed)]
    pub seed: Option<u64>,
    /// Run these seeds, both ends included: 1..100
    #[arg(long, value_name = "A..B", value_parser = seeds)]
    pub seeds: Option<(u64, u64)>,
    /// Replace a value of the scenario, such as system.kv.disk.fsync=1ms; repeatable
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Run only combinations with this value of a swept variable: nodes=5; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = only)]
    pub only: Vec<(String, String)>,
    /// Run the k-th of n parts of all runs, dealt out by run id: hash:1/4
    #[arg(long, value_name = "hash:K/N", value_parser = partition)]
    pub partition: Option<Partition>,
    /// Keep the finished runs of an earlier attempt, and run the rest
    #[arg(long)]
    pub resume: bool,
    /// Stop after the first run that fails
    #[arg(long)]
    pub fail_fast: bool,
    /// List the runs and stop
    #[arg(long)]
    pub dry_run: bool,
    /// How many runs go side by side [default: one a core]
    #[arg(short, long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<usize>,
    /// The folder for results
    #[arg(short, long, value_name = "DIR", default_value = "outputs")]
    pub out: PathBuf,
    /// The folder that no path in a scenario may leave [default: the nearest folder named `scenarios`]
    #[arg(long, value_name = "DIR", value_parser = input::folder())]
    pub root: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
    /// Charts and pages; no other file depends on it
    #[arg(long, value_enum, default_value_t, value_name = "KIND")]
    pub charts: Charts,
    /// What is written of single operations and events [default: ops for one run, none for many]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub trace: Option<Trace>,
    /// Most events in a trace; the run goes on beyond them
    #[arg(long, value_name = "N", default_value_t = TRACE_EVENTS_MAX, help_heading = LIMITS,
          value_parser = clap::value_parser!(u64).range(1..))]
    pub max_trace_events: u64,
    /// Most wall-clock time: 90s, 10m
    #[arg(long, value_name = "DURATION", value_parser = wall_limit, help_heading = LIMITS)]
    pub wall_limit: Option<std::time::Duration>,
    /// Most memory that is in use at once: 2GiB
    #[arg(long, value_name = "BYTES", value_parser = max_memory, help_heading = LIMITS)]
    pub max_memory: Option<u64>,
    /// Most events; the digest is that of the events before [default: 2000000000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = LIMITS)]
    pub max_events: Option<u64>,
    /// Most events pending at once [default: 8000000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=PENDING_CEILING as u64), help_heading = LIMITS)]
    pub max_pending: Option<u64>,
    /// Most events within 10 ms of simulated time [default: 10000000]
    #[arg(long = "max-events-within-10ms", value_name = "N", value_parser = clap::value_parser!(u64).range(1..),
          help_heading = LIMITS)]
    pub max_events_within_10ms: Option<u64>,
    /// Print nothing but errors and, with --format json, the result
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print every run of a sweep, and what each took
    #[arg(short, long)]
    pub verbose: bool,
    /// Progress on stderr
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    pub progress: When,
}

/// Which charts are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Charts {
    /// SVG files, and pages that show them
    #[default]
    Svg,
    /// SVG files, pages, and PNG files too
    Png,
    /// None
    None,
}

impl From<Charts> for drawing::Charts {
    fn from(charts: Charts) -> drawing::Charts {
        match charts {
            Charts::Svg => drawing::Charts::Svg,
            Charts::Png => drawing::Charts::Png,
            Charts::None => drawing::Charts::None,
        }
    }
}

/// What is written of single operations and events.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Trace {
    /// Nothing
    None,
    /// requests.csv and history.jsonl: every operation
    Ops,
    /// trace.jsonl too: every event
    Full,
}

impl RunArgs {
    /// The same as a command of `program`.
    pub fn of(self, program: &str) -> RunArgs {
        RunArgs { program: program.to_owned(), ..self }
    }

    /// What the program is called in commands.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// What the command line sets for a limit that every run has.
    pub fn limit(&self, limit: Limit) -> Option<u64> {
        match limit {
            Limit::Events => self.max_events,
            Limit::Pending => self.max_pending,
            Limit::WithinAMoment => self.max_events_within_10ms,
            Limit::Impairments | Limit::Strikes => None,
        }
    }

    /// What is written of single operations and events.
    pub fn trace(&self, is_single: bool) -> Trace {
        self.trace.unwrap_or(if is_single { Trace::Ops } else { Trace::None })
    }
}

/// When progress is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum When {
    /// On a terminal
    #[default]
    Auto,
    /// Not
    Never,
}

/// One part of all runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Partition {
    /// Which, from 1.
    pub part: u32,
    /// Of how many.
    pub parts: u32,
}

impl Partition {
    /// Whether a run belongs to this part: its id is a number as good as random, and the same everywhere.
    pub fn holds(self, run_id: &str) -> bool {
        let number = u32::from_str_radix(run_id, 16).expect("a run's id is 8 hexadecimal digits");
        number % self.parts == self.part - 1
    }
}

fn seed(text: &str) -> Result<u64, String> {
    let seed = text.parse::<u64>().ok().filter(|seed| *seed <= SEED_MAX);
    seed.ok_or_else(|| format!("a seed is a whole number from 0 to {SEED_MAX}"))
}

pub(in crate::cli) fn seeds(text: &str) -> Result<(u64, u64), String> {
    let (first, last) = text.split_once("..").ok_or("write a range of seeds such as 1..100")?;
    let (first, last) = (seed(first)?, seed(last.strip_prefix('=').unwrap_or(last))?);
    if first <= last { Ok((first, last)) } else { Err("the last seed is before the first".to_owned()) }
}

pub(in crate::cli) fn only(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write a variable and its value, such as nodes=5")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

fn partition(text: &str) -> Result<Partition, String> {
    let parts = || {
        let (part, parts) = text.strip_prefix("hash:")?.split_once('/')?;
        Some((part.parse::<u32>().ok()?, parts.parse::<u32>().ok()?))
    };
    match parts().ok_or("write a part such as hash:1/4, the first of four")? {
        (part, parts) if (1..=parts).contains(&part) => Ok(Partition { part, parts }),
        (_, parts) => Err(format!("the parts are numbered from 1 to {parts}")),
    }
}

pub(in crate::cli) fn jobs(text: &str) -> Result<usize, String> {
    let jobs = text.parse::<usize>().ok().filter(|jobs| *jobs > 0);
    jobs.ok_or_else(|| "write how many runs may go side by side, at least 1".to_owned())
}

pub(in crate::cli) fn wall_limit(text: &str) -> Result<std::time::Duration, String> {
    let limit = units::duration(text).map_err(said)?;
    Ok(std::time::Duration::from_nanos(limit.0))
}

fn max_memory(text: &str) -> Result<u64, String> {
    units::bytes(text).map(|bytes| bytes.0).map_err(said)
}

pub(in crate::cli) fn said(problem: Problem) -> String {
    std::iter::once(problem.message).chain(problem.help).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_seeds_have_both_ends() {
        assert_eq!((seeds("1..20"), seeds("3..=3")), (Ok((1, 20)), Ok((3, 3))));
        for wrong in ["5", "5..1", "a..b", "..", "1..-1", "1..99999999999999999999"] {
            assert!(seeds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn parts_are_counted_from_one_and_share_all_runs() {
        let of = |text| partition(text).expect("it is well-formed");
        let parts = [of("hash:1/3"), of("hash:2/3"), of("hash:3/3")];
        for id in ["00000000", "00000001", "9f3c21ab", "ffffffff"] {
            assert_eq!(parts.iter().filter(|part| part.holds(id)).count(), 1, "{id}");
        }
        assert!(parts[0].holds("00000003") && parts[1].holds("00000001"));
        for wrong in ["1/3", "hash:0/3", "hash:4/3", "hash:1/0", "hash:1", "count:1/3"] {
            assert!(partition(wrong).is_err(), "{wrong}");
        }
    }
}
