//! `seedbed completions SHELL`.

use clap::Args;
use clap_complete::Shell;

use super::{Exit, Failure, Terminal, command};

/// Print a script that completes commands and flags in a shell
#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, program: &str, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command(), program, &mut script);
        terminal.print(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Passed)
    }
}
