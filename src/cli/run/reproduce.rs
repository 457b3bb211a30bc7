//! The commands that do a run, or a whole sweep, again.

use std::path::Path;

use super::arguments::RunArgs;
use super::jobs::{Batch, Job};
use crate::cli::input::is_stdin;
use crate::cli::internal::quoted;
use crate::run::Cut;

/// For whom a command is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// Who typed the one that runs: paths are as they were typed.
    Here,
    /// Who finds it in a file, on any machine: paths start where the scenarios lie.
    Anywhere,
}

/// The command that does a run again that has come to an end, in this folder if its results could be written: of what came
/// from standard input nothing else is left. The runs of a sweep lie elsewhere once all are finished.
pub(super) fn of_ended(
    args: &RunArgs,
    batch: &Batch,
    job: &Job,
    cut: Option<Cut>,
    folder: Option<&Path>,
) -> String {
    match folder.filter(|_| is_stdin(&batch.path) && batch.jobs.len() == 1) {
        Some(folder) => format!("{} repro {}", quoted(args.program()), quoted(&folder.display().to_string())),
        None => of_run(args, batch, job, cut, Reader::Here),
    }
}

/// The command that does one run of a file again, and nothing else.
pub(super) fn of_run(args: &RunArgs, batch: &Batch, job: &Job, cut: Option<Cut>, reader: Reader) -> String {
    let mut command = of_file(args, batch, &batch.overrides_of(job), reader);
    for ((name, value), tells) in job.run.params.iter().zip(&batch.telling) {
        if *tells {
            command += &format!(" --only {}", quoted(&format!("{name}={value}")));
        }
    }
    command += &format!(" --seed {}", job.run.seed);
    if let Some(Cut::Limit(limit)) = cut
        && let Some(most) = args.limit(limit)
    {
        command += &format!(" --{} {most}", limit.name());
    }
    command
}

/// The command that does all selected runs of a file again; of a step of a search, the whole search.
pub(super) fn of_sweep(args: &RunArgs, batch: &Batch, reader: Reader) -> String {
    if let Some(step) = &batch.step {
        return step.command.clone();
    }
    let mut command = of_file(args, batch, &batch.overrides, reader);
    for (name, value) in &args.only {
        command += &format!(" --only {}", quoted(&format!("{name}={value}")));
    }
    if let Some((first, last)) = args.seeds {
        command += &format!(" --seeds {first}..{last}");
    }
    if let Some(seed) = args.seed {
        command += &format!(" --seed {seed}");
    }
    if let Some(partition) = args.partition {
        command += &format!(" --partition hash:{}/{}", partition.part, partition.parts);
    }
    command
}

/// The command that goes on with a sweep.
pub(super) fn to_resume(args: &RunArgs, batch: &Batch) -> String {
    let mut command = of_sweep(args, batch, Reader::Here);
    if args.out != Path::new("outputs") {
        command += &format!(" --out {}", quoted(&args.out.display().to_string()));
    }
    command + " --resume"
}

fn of_file(args: &RunArgs, batch: &Batch, overrides: &[String], reader: Reader) -> String {
    let path = match reader {
        Reader::Here => batch.path.display().to_string(),
        Reader::Anywhere => from_scenarios(&batch.path),
    };
    let mut command = format!("{} run {}", quoted(args.program()), quoted(&path));
    if is_stdin(&batch.path) {
        command += " < FILE";
    }
    if let (Some(root), Reader::Here) = (&args.root, reader) {
        command += &format!(" --root {}", quoted(&root.display().to_string()));
    }
    for set in overrides {
        command += &format!(" --set {}", quoted(set));
    }
    command
}

/// The path of a scenario from the folder that holds the nearest `scenarios` around it; without one, its name.
pub(in crate::cli) fn from_scenarios(path: &Path) -> String {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let named = |folder: &&Path| folder.file_name().is_some_and(|name| name == "scenarios");
    let top = real.ancestors().skip(1).find(named).and_then(Path::parent).or(real.parent());
    let inside = top.and_then(|top| real.strip_prefix(top).ok()).unwrap_or(&real);
    inside.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_in_files_start_at_the_scenarios() {
        let top = tempfile::tempdir().expect("a temporary folder");
        let folder = top.path().join("scenarios/consensus");
        std::fs::create_dir_all(&folder).expect("writable");
        for path in [folder.join("a.toml"), top.path().join("b.toml")] {
            std::fs::write(path, "").expect("writable");
        }
        assert_eq!(from_scenarios(&folder.join("a.toml")), "scenarios/consensus/a.toml");
        assert_eq!(from_scenarios(&folder.join("../consensus/./a.toml")), "scenarios/consensus/a.toml");
        assert_eq!(from_scenarios(&top.path().join("b.toml")), "b.toml");
    }
}
