//! What a command ends with: one table of exit codes, which `explain exit-codes` shows.

use std::process::ExitCode;

/// What a command ends with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Everything asked for was done, and every check held.
    Passed,
    /// A check was violated, one that should have been violated held, or something came to pass in no run.
    Violated,
    /// The command line or a scenario is not valid; nothing ran.
    Invalid,
    /// A check or a run reached one of its limits before a verdict.
    Inconclusive,
    /// Nothing was selected, so nothing was done.
    NothingSelected,
    /// A run that was to repeat another one differs from it.
    Diverged,
    /// A mistake of the program itself.
    Internal,
    /// A file or the output could not be read or written.
    InputOutput,
    /// The user interrupted the command; what was finished is kept.
    Interrupted,
}

/// What a person is told of an exit code.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which.
    pub exit: Exit,
    /// The code that the process ends with.
    pub code: u8,
    /// The word for it.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// Every exit code, ascending.
pub const TABLE: [Row; 9] = [
    row(Exit::Passed, 0, "passed", "everything asked for was done, and every check held"),
    row(
        Exit::Violated,
        1,
        "violated",
        "a check was violated, or one with expect = \"violated\" held, or what one with `sometimes` waits for came to pass in no run",
    ),
    row(Exit::Invalid, 2, "invalid", "the command line or a scenario is not valid; nothing ran"),
    row(Exit::Inconclusive, 3, "inconclusive", "a check or a run reached one of its limits before a verdict"),
    row(Exit::NothingSelected, 4, "nothing-selected", "nothing was selected, so nothing was done"),
    row(Exit::Diverged, 5, "diverged", "a run that was to repeat another one differs from it"),
    row(Exit::Internal, 70, "internal", "a mistake of the program itself: please report it"),
    row(Exit::InputOutput, 74, "input-output", "a file or the output could not be read or written"),
    row(Exit::Interrupted, 130, "interrupted", "interrupted by the user; what was finished is kept"),
];

const fn row(exit: Exit, code: u8, name: &'static str, doc: &'static str) -> Row {
    Row { exit, code, name, doc }
}

/// What a command may end with; without a name any.
pub fn of_command(command: &str) -> &'static [Exit] {
    const WRITES: [Exit; 4] = [Exit::Passed, Exit::Invalid, Exit::Internal, Exit::InputOutput];
    match command {
        "" => &PRECEDENCE,
        "run" | "hunt" => &[
            Exit::Passed,
            Exit::Violated,
            Exit::Invalid,
            Exit::Inconclusive,
            Exit::NothingSelected,
            Exit::Internal,
            Exit::InputOutput,
            Exit::Interrupted,
        ],
        "validate" => &[
            Exit::Passed,
            Exit::Violated,
            Exit::Invalid,
            Exit::Inconclusive,
            Exit::NothingSelected,
            Exit::Internal,
            Exit::InputOutput,
        ],
        "repro" => &[Exit::Passed, Exit::Invalid, Exit::Diverged, Exit::Internal, Exit::InputOutput],
        "list" => &[Exit::Passed, Exit::Invalid, Exit::NothingSelected, Exit::Internal, Exit::InputOutput],
        _ => &WRITES,
    }
}

/// Of several results the first of these is that of the whole. What is not valid or selects nothing ends a command
/// before it runs anything, so that their places matter to commands that only look at files.
const PRECEDENCE: [Exit; 9] = [
    Exit::Interrupted,
    Exit::Internal,
    Exit::InputOutput,
    Exit::Diverged,
    Exit::Invalid,
    Exit::Violated,
    Exit::Inconclusive,
    Exit::NothingSelected,
    Exit::Passed,
];

impl Exit {
    /// The code that the process ends with.
    pub fn code(self) -> u8 {
        let row = TABLE.iter().find(|row| row.exit == self);
        row.expect("every exit has a row: a test says so").code
    }

    /// The result of several: the gravest; of none [`Exit::Passed`].
    pub fn of_many(exits: impl IntoIterator<Item = Exit>) -> Exit {
        let gravity = |exit: &Exit| PRECEDENCE.iter().position(|other| other == exit);
        exits.into_iter().min_by_key(gravity).unwrap_or(Exit::Passed)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_has_its_documented_code_and_a_place() {
        let codes: Vec<u8> = TABLE.iter().map(|row| row.exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 70, 74, 130]);
        assert!(TABLE.iter().all(|row| PRECEDENCE.contains(&row.exit)));
    }

    #[test]
    fn the_gravest_of_many_runs_counts() {
        let of_many = |codes: &[u8]| {
            let exits =
                codes.iter().map(|code| TABLE.iter().find(|row| row.code == *code).expect("a code").exit);
            Exit::of_many(exits).code()
        };
        assert_eq!(of_many(&[]), 0);
        assert_eq!(of_many(&[0, 3, 0]), 3);
        assert_eq!(of_many(&[3, 1]), 1);
        assert_eq!(of_many(&[1, 5, 3]), 5);
        assert_eq!(of_many(&[5, 74]), 74);
        assert_eq!(of_many(&[74, 70]), 70);
        assert_eq!(of_many(&[0, 1, 3, 5, 74, 70, 130]), 130);
    }
}
