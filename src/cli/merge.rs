//! `seedbed merge`: joins the parts of a sweep that ran with `--partition`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::run::arguments::Charts;
use super::{Exit, Failure, Format, Terminal};
use crate::kernel::counted;
use crate::run::outputs::{Disk, Finished, RunVerdict, Sometimes};
use crate::run::parts::{MergeError, Merged, Part, merge};
use crate::run::product;

/// The help after the flags.
const AFTER: &str = "\
DIR is the folder of a part, outputs/<scenario>/sweep-<id>, as `run --partition hash:1/3` and so on leave it, here or on other machines.
The whole that they make is the same, byte for byte, as if it had been run at once.";

/// Join the parts of a sweep that ran with --partition
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct Merge {
    /// Folders of all parts
    #[arg(required = true, value_name = "DIR")]
    parts: Vec<PathBuf>,
    /// The folder for results
    #[arg(short, long, value_name = "DIR", default_value = "outputs")]
    out: PathBuf,
    /// Charts and a page of the sweep; those of single runs are as the parts have them
    #[arg(long, value_enum, default_value_t, value_name = "KIND")]
    charts: Charts,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

impl Merge {
    pub(super) fn run(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let parts = self.parts.iter().map(|folder| Part::read(folder)).collect::<Result<Vec<_>, _>>();
        let parts = parts.map_err(refusal)?;
        let merged = merge(&Disk, &self.out, &parts, self.charts.into()).map_err(refusal)?;
        let folder = match &merged.finished {
            Finished::Written { folder }
            | Finished::Verified { folder, .. }
            | Finished::Partial { folder } => folder.clone(),
            Finished::Differs { folder, other, files } => {
                let (folder, other, files) = (folder.display(), other.display(), files.join(", "));
                let message = format!(
                    "{folder} was there already and differs in {files}; what was joined is in {other}"
                );
                return Err(Failure::new(Exit::InputOutput, message));
            }
        };
        merged.warnings.iter().for_each(|warning| terminal.warn(warning));
        product::latest(&Disk, &self.out, &folder)
            .map_err(|error| Failure::new(Exit::InputOutput, error.to_string()))?;
        let exit = exit(&merged);
        let never = || merged.sometimes.iter().filter(|one| one.is_never()).map(Sometimes::to_string);
        match self.format {
            Format::Json => {
                let count = |verdict| merged.runs.iter().filter(|run| run.verdict == verdict).count();
                terminal.print_json(&json!({
                    "scenario": merged.scenario,
                    "parts": parts.len(),
                    "runs": merged.runs.len(),
                    "passed": count(RunVerdict::Passed),
                    "failed": count(RunVerdict::Failed),
                    "inconclusive": count(RunVerdict::Inconclusive),
                    "never": never().collect::<Vec<_>>(),
                    "output": folder.display().to_string(),
                    "exit": exit.code(),
                }))?;
            }
            Format::Text => {
                let mut text = format!("{}  {}", merged.scenario, counted(merged.runs.len() as u64, "run"));
                text += &format!(" of {}: {}\n", counted(parts.len() as u64, "part"), verdicts(&merged));
                never().for_each(|sentence| text += &format!("  never  {sentence}\n"));
                text += &format!("{}\n", folder.display());
                terminal.print(&text)?;
            }
        }
        Ok(exit)
    }
}

fn verdicts(merged: &Merged) -> String {
    let counts = RunVerdict::ALL.map(|verdict| {
        let runs = merged.runs.iter().filter(|run| run.verdict == verdict).count();
        (runs > 0).then(|| format!("{runs} {}", verdict.name()))
    });
    counts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn exit(merged: &Merged) -> Exit {
    let never = merged.sometimes.iter().filter(|one| one.is_never()).map(|_| Exit::Violated);
    let runs = merged.runs.iter().map(|run| match run.verdict {
        RunVerdict::Passed => Exit::Passed,
        RunVerdict::Failed => Exit::Violated,
        RunVerdict::Inconclusive => Exit::Inconclusive,
    });
    Exit::of_many(runs.chain(never))
}

fn refusal(error: MergeError) -> Failure {
    let message = error.to_string();
    match error {
        MergeError::NoPart(..) => Failure::new(Exit::Invalid, message)
            .help("name the folders outputs/<scenario>/sweep-<id> that `run --partition` made; one named .partial is not finished: run --resume"),
        MergeError::Different(..) => Failure::new(Exit::Invalid, message)
            .help("run all parts with the same scenario, the same --set and --seeds, and the same version"),
        MergeError::OtherVersion(..) => {
            Failure::new(Exit::Invalid, message).help("merge with the version that ran the parts, or run them again")
        }
        MergeError::Twice(..) => Failure::new(Exit::Invalid, message).help("name each part once"),
        MergeError::Missing { .. } => Failure::new(Exit::Invalid, message).help("nothing is written; name all parts"),
        MergeError::Damaged(..) => {
            Failure::new(Exit::InputOutput, message).help("run that part again with --resume, which does its damaged runs again")
        }
        MergeError::Output(_) => Failure::new(Exit::InputOutput, message),
    }
}
