//! The command line: one file a subcommand, each a struct of its flags and a function from them to an [`Exit`].
//!
//! stdout carries the result only, stderr everything else. A subcommand prints nothing itself: it hands its text to
//! a [`Terminal`], which knows about colours and closed pipes.

mod catalogue;
mod check;
mod compare;
mod completions;
pub mod exit;
mod explain;
mod hunt;
mod input;
mod internal;
mod list;
mod man;
pub mod memory;
mod merge;
mod new;
mod plot;
pub mod repro;
mod run;
mod schema;
mod signals;
mod table;
mod terminal;
#[cfg(test)]
mod tests;
mod validate;

use std::ffi::OsString;
use std::path::Path;

use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use crate::systems::{Custom, Never};

pub use exit::Exit;
pub use internal::{Doing, doing};
pub use memory::Counting;
pub use schema::scenario_schema;
pub use terminal::{ColorChoice, Terminal};

/// What the built-in program is called in the commands that it prints, whatever its file is called: they stand in pages,
/// and the same run has the same bytes everywhere.
const NAME: &str = "seedbed";

/// Grows a whole distributed system from one scenario file and one seed, and says what it did and whether it was
/// right.
#[derive(Parser, Debug)]
#[command(name = NAME, version)]
struct Cli {
    /// When text has colours
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    New(new::New),
    List(list::List),
    Explain(explain::Explain),
    Check(check::Check),
    Run(Box<run::RunArgs>),
    Compare(Box<compare::Compare>),
    Merge(merge::Merge),
    Plot(plot::Plot),
    Hunt(Box<hunt::Hunt>),
    Repro(repro::Repro),
    Validate(validate::Validate),
    Schema(schema::Schema),
    Completions(completions::Completions),
    Man(man::Manual),
}

/// How a result is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
}

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Failure {
    /// What the command ends with.
    pub exit: Exit,
    /// What went wrong, as a sentence without a full stop.
    pub message: String,
    /// What to do, if that is known.
    pub help: Option<String>,
}

impl Failure {
    /// A failure without advice.
    pub fn new(exit: Exit, message: impl Into<String>) -> Failure {
        Failure { exit, message: message.into(), help: None }
    }

    /// Adds an advice.
    pub fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }
}

/// Runs the command that the arguments ask for; the first argument is the name of the program.
///
/// A panic anywhere is reported as an internal error.
pub fn main(arguments: Vec<OsString>) -> Exit {
    start::<Never>(NAME, &arguments)
}

/// The same for a program with a protocol of its own: scenarios may have systems of `type = "custom"`, on whose nodes
/// `X` runs. The commands that it prints, and those in its pages, name it by its file: no other program could do its
/// runs again.
pub fn main_with<X: Custom>(arguments: Vec<OsString>) -> Exit {
    start::<X>(&called(&arguments), &arguments)
}

/// The name of a user's own program: the last part of the path that it was called by, wherever that is, without the
/// ending that the platform gives to programs.
fn called(arguments: &[OsString]) -> String {
    let file = arguments.first().and_then(|path| Path::new(path).file_name());
    let name = file.map_or(String::new(), |file| file.to_string_lossy().into_owned());
    let name = name.strip_suffix(std::env::consts::EXE_SUFFIX).unwrap_or(&name);
    if name.is_empty() { NAME.to_owned() } else { name.to_owned() }
}

fn start<X: Custom>(program: &str, arguments: &[OsString]) -> Exit {
    signals::fail_beyond_the_file_size_limit();
    internal::report_panics(program, arguments);
    internal::catch(|| run::<X>(program, arguments))
}

fn run<X: Custom>(program: &str, arguments: &[OsString]) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, &mut Terminal::new(color_of(arguments))),
    };
    let mut terminal = Terminal::new(cli.color);
    let result = match cli.command {
        Command::New(new) => new.run(program, &mut terminal),
        Command::List(list) => list.run(&mut terminal),
        Command::Explain(explain) => explain.run(&mut terminal),
        Command::Check(check) => check.run::<X>(&mut terminal),
        Command::Run(run) => run.of(program).run::<X>(&mut terminal),
        Command::Compare(compare) => compare.run::<X>(program, &mut terminal),
        Command::Merge(merge) => merge.run(&mut terminal),
        Command::Plot(plot) => plot.run(&mut terminal),
        Command::Hunt(hunt) => hunt.of(program).run::<X>(&mut terminal),
        Command::Repro(repro) => repro.run::<X>(&mut terminal),
        Command::Validate(validate) => validate.run(program, &mut terminal),
        Command::Schema(schema) => schema.run(&mut terminal),
        Command::Completions(completions) => completions.run(program, &mut terminal),
        Command::Man(man) => man.run(program, &mut terminal),
    };
    result.unwrap_or_else(|failure| {
        terminal.error(&failure.message);
        if let Some(help) = &failure.help {
            terminal.say(&format!("  help: {help}"));
        }
        failure.exit
    })
}

/// Prints what clap has to say: help and the version are results, everything else is a mistake in the usage.
fn refuse(error: &clap::Error, terminal: &mut Terminal) -> Exit {
    let text = error.render();
    if error.use_stderr() {
        let text = if terminal.color_stderr() { text.ansi().to_string() } else { text.to_string() };
        terminal.say(text.trim_end());
        return Exit::Invalid;
    }
    let text = if terminal.color_stdout() { text.ansi().to_string() } else { text.to_string() };
    match terminal.print(&text) {
        Ok(()) => Exit::Passed,
        Err(failure) => failure.exit,
    }
}

/// The `--color` of arguments that as a whole cannot be parsed.
fn color_of(arguments: &[OsString]) -> ColorChoice {
    let texts: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let separate = texts.windows(2).filter(|pair| pair[0] == "--color").map(|pair| pair[1]);
    let joined = texts.iter().filter_map(|text| text.strip_prefix("--color="));
    let choice = separate.chain(joined).find_map(|word| ColorChoice::from_str(word, false).ok());
    choice.unwrap_or_default()
}

/// The whole command line, for completions and manual pages.
fn command() -> clap::Command {
    Cli::command()
}
