//! The `seedbed` command.

use std::process::ExitCode;

/// Counts what each run holds, for `--max-memory`.
#[global_allocator]
static ALLOCATOR: seedbed::cli::Counting = seedbed::cli::Counting;

fn main() -> ExitCode {
    seedbed::cli::main(std::env::args_os().collect()).into()
}
