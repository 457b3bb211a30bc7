//! What is to come to pass in at least one of all runs of a scenario, over the runs that are finished.

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
    /// What was to come to pass.
    pub happening: String,
    /// Runs in which it did.
    pub seen: usize,
    /// Runs that had the check.
    pub runs: usize,
    /// Runs that were over before it did.
    #[serde(skip)]
    open: usize,
}

impl Sometimes {
    /// Over the checks of all runs, in the order in which they first appear.
    pub fn over<'a>(checks: impl Iterator<Item = &'a CheckSummary>) -> Vec<Sometimes> {
        let mut all: Vec<Sometimes> = Vec::new();
        for check in checks.filter(|check| check.kind == SOMETIMES) {
            let known = all.iter().position(|one| one.check == check.name && one.happening == check.target);
            let one = known.unwrap_or_else(|| {
                let (name, happening) = (check.name.clone(), check.target.clone());
                all.push(Sometimes { check: name, happening, seen: 0, runs: 0, open: 0 });
                all.len() - 1
            });
            let one = &mut all[one];
            one.runs += 1;
            one.seen += usize::from(check.verdict == Verdict::Held.name());
            one.open += usize::from(check.verdict == Verdict::Inconclusive.name());
        }
        all
    }

    /// Whether every run is over and it came to pass in none.
    pub fn is_never(&self) -> bool {
        self.seen == 0 && self.open == 0
    }
}

impl std::fmt::Display for Sometimes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Sometimes { check, happening, seen, runs, .. } = self;
        match (seen, runs) {
            (0, 1) => write!(f, "`{check}`: {happening} did not come to pass in the one run"),
            (0, _) => write!(f, "`{check}`: {happening} came to pass in none of {runs} runs"),
            (_, _) => write!(f, "`{check}`: {happening} came to pass in {seen} of {runs} runs"),
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

    #[test]
    fn one_run_is_enough_and_an_unfinished_one_leaves_it_open() {
        let over = |rows: &[(&str, Verdict)]| {
            let checks: Vec<CheckSummary> =
                rows.iter().map(|(name, verdict)| check(name, SOMETIMES, *verdict)).collect();
            let all = Sometimes::over(checks.iter());
            all.into_iter().map(|one| (one.to_string(), one.is_never())).collect::<Vec<_>>()
        };
        let told = |text: &str, is_never| (text.to_owned(), is_never);
        assert_eq!(
            over(&[
                ("a", Verdict::NotSeen),
                ("b", Verdict::NotSeen),
                ("a", Verdict::Held),
                ("b", Verdict::NotSeen)
            ]),
            [
                told("`a`: leader-lost(kv) came to pass in 1 of 2 runs", false),
                told("`b`: leader-lost(kv) came to pass in none of 2 runs", true)
            ]
        );
        let open = [("a", Verdict::NotSeen), ("a", Verdict::Inconclusive)];
        assert_eq!(over(&open), [told("`a`: leader-lost(kv) came to pass in none of 2 runs", false)]);
        let one = [("a", Verdict::NotSeen)];
        assert_eq!(over(&one), [told("`a`: leader-lost(kv) did not come to pass in the one run", true)]);
        assert_eq!(Sometimes::over([check("a", "one-leader", Verdict::Held)].iter()), []);
    }
}
