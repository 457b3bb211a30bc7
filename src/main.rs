//! The `seedbed` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(seedbed::cli::main().code())
}
