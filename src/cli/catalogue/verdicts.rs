//! Pages on the words of verdicts, and on why a run is over.

use super::{Page, sentence};
use crate::run::metrics::Verdict;
use crate::run::outputs::{RunVerdict, Seen};
use crate::run::{Cut, Stopped};
use crate::sim::Limit;

/// What a word says, and of what.
struct Use {
    word: &'static str,
    of: &'static str,
    doc: String,
}

/// A page on each word, with all that it says: of a check, of a run, of all runs.
pub(super) fn pages() -> Vec<Page> {
    let uses = |of: &'static str, word, doc: &str| Use { word, of, doc: doc.to_owned() };
    let mut all: Vec<Use> =
        Verdict::ALL.into_iter().map(|one| uses("of a check", one.name(), of_check(one))).collect();
    all.extend(RunVerdict::ALL.map(|one| uses("of a run", one.name(), of_run(one))));
    all.extend(Seen::ALL.map(|one| uses("of `sometimes`, over all runs", one.name(), of_all(one))));
    all.push(uses("of `repro`", "same", "the run went again as it was stored, event for event"));
    all.push(uses(
        "of `repro`",
        "diverged",
        "the run went another way: the events among which it parts are told",
    ));
    let end = uses("of the end of a run", Stopped::End.name(), "its duration is over");
    let cuts = [Cut::Interrupt, Cut::WallLimit, Cut::MaxMemory].map(Stopped::Cut);
    let stops = cuts.into_iter().chain(Limit::ALL.map(Stopped::Limit));
    let stop = |stop: Stopped| {
        let doc = stop.reason().expect("only its end has none");
        Use { word: stop.name(), of: "of the end of a run", doc }
    };
    all.push(end);
    all.extend(stops.map(stop));
    let mut docs: Vec<(&str, Vec<String>)> = Vec::new();
    for Use { word, of, doc } in all {
        let said = sentence(&format!("{of}: {doc}"));
        match docs.iter_mut().find(|(known, _)| *known == word) {
            Some((_, docs)) => docs.push(said),
            None => docs.push((word, vec![said])),
        }
    }
    docs.into_iter().map(|(word, docs)| Page::new(word, docs.join(" "))).collect()
}

fn of_check(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Held => "what was to hold did",
        Verdict::Violated => {
            "what was to hold did not; the run fails, unless the check has expect = \"violated\""
        }
        Verdict::Inconclusive => "it could not be told: there is no figure, or a limit was reached first",
        Verdict::NotApplicable => "it does not apply to what ran, such as an invariant of Raft to a service",
        Verdict::NotSeen => {
            "what a check with `sometimes` waits for did not come to pass in this run; it need not in every run, and the \
             command fails only if it did in none"
        }
    }
}

fn of_run(verdict: RunVerdict) -> &'static str {
    match verdict {
        RunVerdict::Passed => "it went to its end, and every check that applies came out as expected",
        RunVerdict::Failed => "some check did not come out as expected",
        RunVerdict::Inconclusive => "no check failed, but some could not be told, or the run was cut short",
    }
}

fn of_all(seen: Seen) -> &'static str {
    match seen {
        Seen::Seen => "it came to pass in one run at least",
        Seen::Never => "it came to pass in none of all runs: the command fails",
        Seen::NotSeen => "it came to pass in none so far, but there are other runs, or some were over early",
    }
}
