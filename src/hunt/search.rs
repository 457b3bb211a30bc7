//! The search: seeds side by side until a check fails. Which seed is found hangs on no number of threads: the lowest that
//! fails, unless the time is up before all below it are done.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::spec::Node;
use crate::systems::Custom;

use super::subject::{Subject, Violation, run, violations};

/// What runs under a seed: a document, and a number that those of the same document share.
pub type Documents<'a> = dyn Fn(u64) -> (usize, Cow<'a, Node>) + Sync + 'a;

/// Which seeds are tried, and how.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// The first and the last seed.
    pub seeds: (u64, u64),
    /// How many runs go side by side.
    pub jobs: usize,
    /// Whether this violation is what is looked for.
    pub is_wanted: &'a (dyn Fn(&Violation) -> bool + Sync),
    /// Whether the search is to end before it has found anything.
    pub is_over: &'a (dyn Fn() -> bool + Sync),
    /// Told before each run, with its seed; what it gives lives as long as the run.
    pub begins: &'a (dyn Fn(u64) -> Box<dyn std::any::Any> + Sync),
    /// Told after each run, with the number of events that it had.
    pub ran: &'a (dyn Fn(u64) + Sync),
}

/// What a search came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Searched {
    /// The lowest seed that fails and what fails there; `None` if none of those that were tried does.
    pub found: Option<(u64, Vec<Violation>)>,
    /// How many seeds, from the first on, have all been tried: if one fails, those up to it.
    pub tried: u64,
    /// Whether some seed below the one that was found, or any if none was, is not known: the time was up.
    pub is_open: bool,
    /// Seeds that met a mistake of ours, which has been said.
    pub panicked: Vec<u64>,
    /// The lowest seed whose document is not a valid scenario, if it is below the one that was found.
    pub invalid: Option<u64>,
}

impl Search<'_> {
    /// Tries the seeds of the range, each in the document that is its own, up to one that fails or is not valid.
    pub fn run<X: Custom>(&self, subject: Subject<'_>, documents: &Documents<'_>) -> Searched {
        let (first, last) = self.seeds;
        let next = AtomicU64::new(first);
        let lowest = AtomicU64::new(u64::MAX);
        let done: Mutex<Vec<(u64, Vec<Violation>)>> = Mutex::default();
        let invalid = AtomicU64::new(u64::MAX);
        let (open, panicked): (Mutex<Vec<u64>>, Mutex<Vec<u64>>) = Default::default();
        std::thread::scope(|scope| {
            for _ in 0..self.jobs {
                scope.spawn(|| {
                    // Seeds that share a document decode it once.
                    let mut decoded = None;
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed > last || seed > lowest.load(Ordering::Relaxed) {
                            break;
                        }
                        let is_over = || (self.is_over)() || seed > lowest.load(Ordering::Relaxed);
                        let attempt = || {
                            let _begun = (self.begins)(seed);
                            let (number, document) = documents(seed);
                            if decoded.as_ref().is_none_or(|(known, _)| *known != number) {
                                decoded = Some((number, subject.decode(&document)));
                            }
                            let decoded = decoded.as_ref().and_then(|(_, decoded)| decoded.as_ref());
                            let (scenario, files) = decoded?;
                            let prepared = subject.prepare_under::<X>(scenario, seed, &**files)?;
                            Some(run(prepared, &is_over))
                        };
                        match catch_unwind(AssertUnwindSafe(attempt)) {
                            Ok(None) => {
                                lowest.fetch_min(seed, Ordering::Relaxed);
                                invalid.fetch_min(seed, Ordering::Relaxed);
                            }
                            Ok(Some(Some(executed))) => {
                                (self.ran)(executed.events);
                                let violations = violations(&executed);
                                if violations.iter().any(self.is_wanted) {
                                    lowest.fetch_min(seed, Ordering::Relaxed);
                                    done.lock()
                                        .expect("nothing panics while it is held")
                                        .push((seed, violations));
                                }
                            }
                            Ok(Some(None)) => {
                                open.lock().expect("nothing panics while it is held").push(seed)
                            }
                            Err(_) => panicked.lock().expect("nothing panics while it is held").push(seed),
                        }
                        if (self.is_over)() {
                            break;
                        }
                    }
                });
            }
        });
        let found = done
            .into_inner()
            .expect("nothing panics while it is held")
            .into_iter()
            .min_by_key(|found| found.0);
        let mut panicked = panicked.into_inner().expect("nothing panics while it is held");
        panicked.sort_unstable();
        let invalid = Some(invalid.into_inner()).filter(|seed| *seed < u64::MAX);
        let found = found.filter(|(seed, _)| invalid.is_none_or(|invalid| *seed < invalid));
        let invalid = invalid.filter(|_| found.is_none());
        let end =
            found.as_ref().map(|(seed, _)| *seed).or(invalid).map_or(last.saturating_add(1), |seed| seed + 1);
        let begun = next.into_inner().min(end);
        let open = open.into_inner().expect("nothing panics while it is held");
        let first_open = open.into_iter().filter(|seed| *seed < end).min();
        let through = first_open.unwrap_or(begun);
        Searched { tried: through - first, is_open: through < end, found, panicked, invalid }
    }
}
