//! What is to come to pass in at least one of all runs of a scenario.

use serde::Serialize;

use super::summary::CheckSummary;
use crate::run::metrics::Verdict;

/// The kind of a check whose verdict takes all runs: [`CheckSummary::kind`].
pub const SOMETIMES: &str = "sometimes";

/// In how many runs something came to pass.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Sometimes {
    /// The check's name.
    pub check: String,
    /// What was to come to pass; where a swept variable names it, all that it was.
    pub happening: String,
    /// What all runs together say.
    pub verdict: Seen,
    /// Runs in which it came to pass.
    pub seen: usize,
    /// Runs of which it is known whether it came to pass.
    pub runs: usize,
    /// Further runs, of which it is not: they were over early, or are not finished.
    pub open: usize,
}

/// What all runs together say of what was to come to pass in one of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// It came to pass.
    Seen,
    /// It came to pass in none of all runs: a failure.
    Never,
    /// It came to pass in none so far, and there are other runs, or runs that were over early.
    NotSeen,
}

impl Seen {
    /// Every word.
    pub const ALL: [Seen; 3] = [Seen::Seen, Seen::Never, Seen::NotSeen];

    /// The word used in output.
    pub fn name(self) -> &'static str {
        match self {
            Seen::Seen => "seen",
            Seen::Never => "never",
            Seen::NotSeen => "not-seen",
        }
    }
}

impl Sometimes {
    /// Over the checks of runs, each with whether its run is finished, in the order in which they first appear. `are_all`
    /// says whether there are no other runs.
    pub fn over<'a>(checks: impl Iterator<Item = (&'a CheckSummary, bool)>, are_all: bool) -> Vec<Sometimes> {
        let mut all: Vec<(Sometimes, Vec<&str>)> = Vec::new();
        for (check, is_finished) in checks.filter(|(check, _)| check.kind == SOMETIMES) {
            let known = all.iter().position(|(one, _)| one.check == check.name);
            let index = known.unwrap_or_else(|| {
                all.push((Sometimes::none(&check.name), Vec::new()));
                all.len() - 1
            });
            let (one, happenings) = &mut all[index];
            if !happenings.contains(&check.target.as_str()) {
                happenings.push(&check.target);
            }
            if !is_finished || check.verdict == Verdict::Inconclusive.name() {
                one.open += 1;
            } else {
                one.runs += 1;
                one.seen += usize::from(check.verdict == Verdict::Held.name());
            }
        }
        let told = |(one, happenings): (Sometimes, Vec<&str>)| {
            let verdict = match (one.seen, one.open) {
                (0, 0) if are_all => Seen::Never,
                (0, _) => Seen::NotSeen,
                (_, _) => Seen::Seen,
            };
            Sometimes { verdict, happening: happenings.join(" or "), ..one }
        };
        all.into_iter().map(told).collect()
    }

    fn none(check: &str) -> Sometimes {
        let (check, happening) = (check.to_owned(), String::new());
        Sometimes { check, happening, verdict: Seen::NotSeen, seen: 0, runs: 0, open: 0 }
    }

    /// Whether it came to pass in none of all runs.
    pub fn is_never(&self) -> bool {
        self.verdict == Seen::Never
    }
}

impl std::fmt::Display for Sometimes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Sometimes { check, happening, seen, runs, open, .. } = self;
        match (seen, runs) {
            (0, 0) => write!(f, "`{check}`: {happening} came to pass in no run"),
            (0, 1) => write!(f, "`{check}`: {happening} did not come to pass in the one run"),
            (0, _) => write!(f, "`{check}`: {happening} came to pass in none of {runs} runs"),
            (_, _) => write!(f, "`{check}`: {happening} came to pass in {seen} of {runs} runs"),
        }?;
        match open {
            0 => Ok(()),
            1 => write!(f, "; one was over early"),
            _ => write!(f, "; {open} were over early"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, kind: &str, verdict: Verdict) -> CheckSummary {
        CheckSummary {
            name: name.to_owned(),
            kind: kind.to_owned(),
            target: "leader-lost(kv)".to_owned(),
            expect: "held".to_owned(),
            verdict: verdict.name().to_owned(),
            expected: String::new(),
            actual: None,
            unit: String::new(),
            at_ns: None,
            message: String::new(),
        }
    }

    /// The verdict and the sentence of each, over (name, verdict, whether the run is finished).
    fn over(rows: &[(&str, Verdict, bool)], are_all: bool) -> Vec<(&'static str, String)> {
        let checks: Vec<(CheckSummary, bool)> = rows
            .iter()
            .map(|(name, verdict, finished)| (check(name, SOMETIMES, *verdict), *finished))
            .collect();
        let all = Sometimes::over(checks.iter().map(|(check, finished)| (check, *finished)), are_all);
        all.iter().map(|one| (one.verdict.name(), one.to_string())).collect()
    }

    fn told(verdict: &'static str, text: &str) -> (&'static str, String) {
        (verdict, format!("`a`: leader-lost(kv) {text}"))
    }

    #[test]
    fn one_run_is_enough_and_only_all_runs_together_say_never() {
        let rows = [("a", Verdict::NotSeen, true), ("b", Verdict::NotSeen, true), ("a", Verdict::Held, true)];
        for are_all in [true, false] {
            let b = if are_all { "never" } else { "not-seen" };
            let b = (b, "`b`: leader-lost(kv) did not come to pass in the one run".to_owned());
            assert_eq!(over(&rows, are_all), [told("seen", "came to pass in 1 of 2 runs"), b]);
        }
        let none = [("a", Verdict::NotSeen, true); 3];
        assert_eq!(over(&none, true), [told("never", "came to pass in none of 3 runs")]);
        assert_eq!(over(&none, false), [told("not-seen", "came to pass in none of 3 runs")]);
        let other = check("a", "one-leader", Verdict::Held);
        assert_eq!(Sometimes::over([(&other, true)].into_iter(), true), []);
    }

    #[test]
    fn a_run_that_was_over_early_or_is_not_finished_leaves_it_open() {
        let early = [("a", Verdict::NotSeen, true), ("a", Verdict::Inconclusive, true)];
        let text = "did not come to pass in the one run; one was over early";
        assert_eq!(over(&early, true), [told("not-seen", text)]);
        // What an unfinished run showed, the one that is done in its place need not show.
        let cut = [("a", Verdict::Held, false), ("a", Verdict::NotSeen, false)];
        assert_eq!(over(&cut, true), [told("not-seen", "came to pass in no run; 2 were over early")]);
        let seen = [("a", Verdict::Held, true), ("a", Verdict::Held, false)];
        assert_eq!(over(&seen, true), [told("seen", "came to pass in 1 of 1 runs; one was over early")]);
    }

    #[test]
    fn what_a_swept_variable_names_is_one_check() {
        let of = |target: &str, verdict| CheckSummary {
            target: target.to_owned(),
            ..check("a", SOMETIMES, verdict)
        };
        let [one, two] = ["crashed(kv.1)", "crashed(kv.2)"];
        let all = [of(one, Verdict::NotSeen), of(two, Verdict::Held), of(one, Verdict::NotSeen)];
        let all = Sometimes::over(all.iter().map(|check| (check, true)), true);
        let texts: Vec<String> = all.iter().map(Sometimes::to_string).collect();
        assert_eq!(texts, ["`a`: crashed(kv.1) or crashed(kv.2) came to pass in 1 of 3 runs"]);
    }
}
