//! `seedbed completions SHELL`.

use clap::Args;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;

use super::{Exit, Failure, Terminal, command, explain, new};

/// Print a script that completes commands and flags in a shell
#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, program: &str, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut with_names(), program, &mut script);
        terminal.print(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Passed)
    }
}

/// The commands with the names that `explain` and `new` know. Only completions say them: in the help and in the manual
/// they would take pages, and whoever mistypes one is met with the nearest and not with all.
fn with_names() -> clap::Command {
    // Others have characters that shells take for their own.
    let is_plain = |name: &String| name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let explained: Vec<String> = explain::names().into_iter().filter(is_plain).collect();
    let templates = new::TEMPLATES.map(|template| template.name);
    let names = |argument: clap::Arg, names: PossibleValuesParser| argument.value_parser(names);
    command()
        .mut_subcommand("explain", |explain| explain.mut_arg("name", |arg| names(arg, explained.into())))
        .mut_subcommand("new", |new| new.mut_arg("template", |arg| names(arg, templates.into())))
}
