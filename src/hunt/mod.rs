//! Hunts: from a failing seed to a cause.
//!
//! [`search`] tries seeds until a check fails; [`shrink()`] finds the least scenario that still fails by the same check, by
//! delta debugging ([`ddmin`]) over what the run's faults came to ([`heard`], [`force`]), its operations, its settings and its
//! time; [`capsule`] is what a person keeps of it. Every step on the way is a scenario and a run of it, as any other.

pub mod capsule;
mod ddmin;
mod document;
mod force;
mod heard;
mod orders;
mod passes;
pub mod search;
mod settings;
pub mod shrink;
mod subject;
mod trial;

pub use capsule::{Capsule, FailedCheck, Shrinking, StoredRun};
pub use ddmin::ddmin;
pub use search::{Search, Searched};
pub use shrink::{Shrunk, Size};
pub use subject::{Files, Subject, Violation, Wanted, run, violations};
pub use trial::Trials;

use crate::run::execute::Executed;
use crate::run::prepare::Prepared;
use crate::scenario::resolved;
use crate::spec::Node;
use crate::systems::Custom;

/// How a failure is shrunk.
#[derive(Clone, Copy)]
pub struct Effort<'a> {
    /// Most runs; 0 to leave the scenario as large as it is.
    pub runs_max: u64,
    /// How many other seeds, from the failing one on, a candidate is tried under before it counts as holding.
    pub reseed: u64,
    /// Whether there is no more time.
    pub is_over: &'a dyn Fn() -> bool,
    /// Hears how many runs there were.
    pub tell: &'a dyn Fn(u64),
}

/// A failure that was shrunk, and proved to fail by itself.
pub struct Pursued<X: Custom> {
    /// What is kept of it.
    pub capsule: Capsule,
    /// The least scenario, as a file.
    pub minimal: String,
    /// Its run.
    pub run: Executed<X>,
    /// The scenario of that run, without the comments.
    pub resolved: String,
    /// Its seed: less may be left under another than under the one that failed first.
    pub seed: u64,
}

/// Shrinks what fails under `seed` and puts it into a capsule; `None` if there was no time for even its two runs.
///
/// # Panics
/// If the run goes another way than when it was found, or what was shrunk does not fail by itself: mistakes of ours.
pub fn pursue<X: Custom>(
    subject: Subject<'_>,
    document: &Node,
    seed: u64,
    wanted: &Wanted,
    effort: Effort<'_>,
) -> Option<Pursued<X>> {
    let seeded = i64::try_from(seed).expect("the greatest seed is one");
    let whole = document::with(document, &["seed"], document::integer(seeded));
    let never = || false;
    let (original, inputs) = {
        let prepared = subject.prepare::<X>(&whole).expect("it was run before");
        let inputs: Vec<capsule::Input> = prepared.inputs.iter().cloned().map(Into::into).collect();
        (run(prepared, effort.is_over)?, inputs)
    };
    let found = failed(&original, wanted).expect("the same run fails again");
    let alone = shrink::isolate(document, seed, wanted, subject.name);
    let trials = Trials::<X>::new(subject, wanted, effort);
    let shrunk = shrink::shrink(alone.clone(), trials);
    let shrunk = shrunk.unwrap_or_else(|| shrink::unshrunk::<X>(subject, alone));
    let toml = resolved(&shrunk.document, None);
    // What is handed over is the text: it is what has to fail, by itself.
    let prepared: Prepared<X> = capsule::prepare_text(&toml, &inputs).unwrap_or_else(|error| {
        panic!("what was shrunk is a scenario:\n{error}\n{toml}");
    });
    let own_seed = prepared.world.setup.seed;
    let again = run(prepared, &never).expect("nothing interrupts it");
    let left = failed(&again, wanted).unwrap_or_else(|| panic!("what was shrunk fails by itself:\n{toml}"));
    let minimal = format!("{}{toml}", heading(subject.name, (seed, own_seed), wanted, &left, &shrunk));
    let (schema, what, crate_version, model_version) = Capsule::header();
    let capsule = Capsule {
        schema,
        what,
        crate_version,
        model_version,
        scenario: subject.name.to_owned(),
        seed,
        check: FailedCheck {
            name: wanted.check.clone(),
            kind: wanted.kind.clone(),
            about: wanted.about.clone(),
        },
        shrunk: StoredRun::of(&again, &left, &minimal),
        original: StoredRun::of(&original, &found, &resolved(&whole, None)),
        shrinking: Shrinking {
            runs: shrunk.runs,
            is_cut: shrunk.is_cut,
            is_forced: shrunk.is_forced,
            before: shrunk.before.into(),
            after: shrunk.after.into(),
        },
        inputs,
    };
    Some(Pursued { capsule, minimal, run: again, resolved: toml, seed: own_seed })
}

fn failed<X: Custom>(executed: &Executed<X>, wanted: &Wanted) -> Option<Violation> {
    violations(executed).into_iter().find(|violation| violation.wanted == *wanted)
}

/// What stands above the least scenario. Of the seeds the first failed first, the other is the least scenario's own.
fn heading(name: &str, seeds: (u64, u64), wanted: &Wanted, violation: &Violation, shrunk: &Shrunk) -> String {
    let Shrunk { before, after, runs, .. } = shrunk;
    let (seed, own_seed) = seeds;
    let own = match own_seed == seed {
        true => String::new(),
        false => format!(" under seed {own_seed}, of which less was left"),
    };
    let at = violation.at.map_or(String::new(), |at| format!(" at {}", at.exact()));
    let message = violation.message.replace(char::is_control, " ");
    let lines = [
        format!(
            "Shrunk from `{name}`, seed {seed}: check `{}` ({}) fails{at}{own}.",
            wanted.check, wanted.kind
        ),
        message,
        format!(
            "Strikes {} -> {}, operations {} -> {}, nodes {} -> {}, in {runs} runs.",
            before.strikes, after.strikes, before.operations, after.operations, before.nodes, after.nodes
        ),
    ];
    lines.iter().filter(|line| !line.is_empty()).map(|line| format!("# {line}\n")).collect()
}
