//! The one document of `--format json`.

use serde_json::{Value as Json, json};

use super::batch::Done;
use super::work::Report;
use super::{Exit, print};
use crate::run::outputs::RunVerdict;

/// That of the run, or all runs and their sweeps. Its verdict, exit code and reasons are those of the command: a run that
/// passed by itself may lack its files, or what was to come to pass in one run at least. `left_out` tells of files that
/// were not begun.
pub(super) fn document(all: &[Done<'_>], left_out: Option<String>, exit: Exit) -> Json {
    let single = match all {
        [Done { reports, sweep: None, .. }] => <&[Report; 1]>::try_from(reports.as_slice()).ok(),
        _ => None,
    };
    let mut document = single.map_or_else(|| of_many(all), |[report]| report.json());
    let reasons = all.iter().flat_map(|done| print::reasons(done).into_iter().chain(print::troubles(done)));
    document["verdict"] = json!(verdict(all, exit).name());
    document["exit"] = json!(exit.code());
    document["reasons"] = reasons.chain(left_out).collect();
    document
}

/// What the command comes to. Whatever else than a failure keeps it from its end leaves open what it would have come to.
fn verdict(all: &[Done<'_>], exit: Exit) -> RunVerdict {
    if all.iter().any(|done| done.verdict() == RunVerdict::Failed) {
        RunVerdict::Failed
    } else if exit == Exit::Passed {
        RunVerdict::Passed
    } else {
        RunVerdict::Inconclusive
    }
}

/// All runs of all files, and their sweeps.
fn of_many(all: &[Done<'_>]) -> Json {
    let runs: Vec<Json> = all.iter().flat_map(|done| &done.reports).map(Report::json).collect();
    let sweep = |done: &Done<'_>| {
        let folder = done.sweep.as_ref()?;
        Some(json!({
            "scenario": done.batch.name,
            "output": folder.display().to_string(),
            "complete": done.is_whole(),
            "skipped": done.skipped,
            "sometimes": done.sometimes,
        }))
    };
    json!({ "runs": runs, "sweeps": all.iter().filter_map(sweep).collect::<Vec<Json>>() })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;

    use super::*;
    use crate::cli::run::jobs;
    use crate::cli::run::work::Outcome;
    use crate::cli::{Cli, Command, Terminal};
    use crate::systems::Never;

    const SMALL: &str =
        "schema = 1\nname = \"small\"\nduration = \"1s\"\n[system.kv]\ntype = \"raft\"\nnodes = 3\n";

    /// The verdict, exit code and reasons of `seedbed run` with these flags, if every run panics.
    fn of_panics(flags: &[&str]) -> Json {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("small.toml");
        fs::write(&path, SMALL).expect("there is room");
        let words = ["seedbed", "run", path.to_str().expect("it is text")];
        let cli = Cli::try_parse_from(words.iter().chain(flags)).expect("they are flags");
        let Command::Run(args) = cli.command else { panic!("it is a run") };
        let args = args.of("seedbed");
        let mut terminal = Terminal::onto(Box::new(std::io::sink()), Box::new(std::io::sink()));
        let batches = jobs::plan::<Never>(&args, &mut terminal).ok().and_then(Result::ok);
        let batches = batches.expect("it is valid");
        let outcomes = batches[0].jobs.iter().map(|_| Outcome::Panicked).collect();
        let done = Done::of(&args, &batches[0], outcomes);
        let exit = done.exit;
        let document = document(&[done], None, exit);
        json!([document["verdict"], document["exit"], document["reasons"]])
    }

    #[test]
    fn a_mistake_of_ours_is_a_reason_and_no_verdict() {
        assert_eq!(of_panics(&[]), json!(["inconclusive", 70, ["small: the run met an internal error"]]));
        assert_eq!(
            of_panics(&["--seeds", "1..3"]),
            json!(["inconclusive", 70, ["small: 3 of 3 runs met an internal error"]])
        );
    }
}
