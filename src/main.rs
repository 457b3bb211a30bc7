//! The `seedbed` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    seedbed::cli::main(std::env::args_os().collect()).into()
}
