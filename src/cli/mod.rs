//! The command line: one file a subcommand.

pub mod exit;
pub mod run;

use clap::{Parser, Subcommand};

use exit::Exit;

/// Grows a distributed system from a scenario file and a seed, and says what it did and whether it was right.
#[derive(Parser, Debug)]
#[command(name = "seedbed", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Runs scenario files and judges what happened.
    Run(Box<run::RunArgs>),
}

/// Runs the command line of this process.
pub fn main() -> Exit {
    match Cli::parse().command {
        Command::Run(args) => run::run(&args),
    }
}
