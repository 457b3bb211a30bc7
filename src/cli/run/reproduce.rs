//! The commands that do a run again.

use super::arguments::RunArgs;
use super::jobs::{Batch, Job};

/// The command that does the same run again.
pub(super) fn reproduce(args: &RunArgs, batch: &Batch, job: &Job) -> String {
    let mut command =
        format!("seedbed run {} --seed {}", quoted(&batch.path.display().to_string()), job.seed);
    for set in &args.set {
        command += &format!(" --set {}", quoted(set));
    }
    for (name, value) in &job.params {
        command += &format!(" --only {}", quoted(&format!("{name}={value}")));
    }
    if !job.params.is_empty() {
        command += " --set sweep.repeat=1";
    }
    command
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+%@".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}
