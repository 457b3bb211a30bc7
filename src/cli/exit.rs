//! Exit codes: what a command came to, for scripts.

/// What a command came to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Exit {
    /// Everything was as expected.
    Passed = 0,
    /// A check was violated, or one that was expected to be violated held.
    Violated = 1,
    /// Wrong usage, or an invalid scenario.
    Invalid = 2,
    /// A limit was reached before it could be told.
    Inconclusive = 3,
    /// Nothing was selected.
    NothingSelected = 4,
    /// A replay went another way than the run.
    Diverged = 5,
    /// An error of our own.
    Internal = 70,
    /// Input or output failed.
    InputOutput = 74,
    /// Interrupted; what was finished is kept.
    Interrupted = 130,
}

/// Which of several counts: the first that occurs.
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
    /// The number that the process returns.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// What many came to together.
    pub fn of_many(exits: impl IntoIterator<Item = Exit>) -> Exit {
        let rank =
            |exit: &Exit| PRECEDENCE.iter().position(|known| known == exit).expect("every exit has a rank");
        exits.into_iter().min_by_key(rank).unwrap_or(Exit::Passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_of_many_counts() {
        use Exit::*;
        assert_eq!(Exit::of_many([Passed, Inconclusive, Violated, Passed]), Violated);
        assert_eq!(Exit::of_many([Violated, Interrupted, InputOutput]), Interrupted);
        assert_eq!(Exit::of_many([]), Passed);
    }
}
