//! What a hunt came to, as text and as JSON.

use serde_json::{Value as Json, json};

use super::{Kept, MINIMAL, Prey, Took};
use crate::cli::Exit;
use crate::hunt::capsule::{StoredRun, StoredSize};
use crate::hunt::{Capsule, Searched};
use crate::kernel::{Duration, Time, counted};
use crate::run::outputs::CAPSULE;
use crate::run::page::grouped;
use crate::spec::quantity::duration_text;

/// For people.
pub(super) fn text(prey: &Prey, searched: &Searched, kept: Option<&Kept>, took: &Took) -> String {
    let name = &prey.name;
    let seeds = counted(searched.tried, "seed");
    let rate = searched.tried as f64 / took.search_s.max(1e-9);
    let tried =
        format!("{seeds} in {:.1} s ({rate:.1} a second, {} events)", took.search_s, grouped(took.events));
    let Some((seed, violations)) = &searched.found else {
        return format!("{name}  {tried}\nnothing failed\n");
    };
    let mut out = format!("{name}  seed {seed} fails, after {tried}\n");
    let Some(Kept { capsule, minimal, seed: own_seed, folder, page, others }) = kept else {
        for violation in violations {
            out += &format!("  violated  {} ({})\n", violation.wanted.check, violation.wanted.kind);
        }
        return out;
    };
    let check = &capsule.check;
    let at =
        |run: &StoredRun| run.failed_at_ns.map_or(String::new(), |at| format!(" at {}", Time(at).exact()));
    let message = |run: &StoredRun| match run.message.as_str() {
        "" => String::new(),
        message => format!("            {}\n", message.replace('\n', "\n            ")),
    };
    let (original, shrunk) = (&capsule.original, &capsule.shrunk);
    out += &format!("  violated  {} ({}) of {}{}\n", check.name, check.kind, check.about, at(original));
    out += &message(original);
    for other in others {
        out += &format!(
            "  also      {} ({}) of {}\n",
            other.wanted.check, other.wanted.kind, other.wanted.about
        );
    }
    let (before, after) = (&capsule.shrinking.before, &capsule.shrinking.after);
    let rows = [
        ("strikes", before.strikes, after.strikes),
        ("operations", before.operations, after.operations),
        ("nodes", before.nodes, after.nodes),
    ];
    for (what, before, after) in rows {
        out += &format!("  {what:<10} {:>8} -> {}\n", grouped(before), grouped(after));
    }
    let length = |size: &StoredSize| duration_text(Duration(size.duration_ns));
    out += &format!("  {:<10} {:>8} -> {}\n", "duration", length(before), length(after));
    out += &format!("  shrunk in {} runs and {:.1} s\n", capsule.shrinking.runs, took.wall_s - took.search_s);
    if own_seed != seed
        || (shrunk.failed_at_ns, &shrunk.message) != (original.failed_at_ns, &original.message)
    {
        let own = if own_seed == seed { String::new() } else { format!(" under seed {own_seed}") };
        out += &format!("  left      fails{}{own}\n{}", at(shrunk), message(shrunk));
    }
    out += &format!("\n{minimal}\n");
    for file in [&folder.join(MINIMAL), &folder.join(CAPSULE), page] {
        out += &format!("{}\n", file.display());
    }
    out
}

/// For programs.
pub(super) fn document(
    prey: &Prey,
    searched: &Searched,
    kept: Option<&Kept>,
    took: &Took,
    exit: Exit,
) -> Json {
    let failure = |kept: &Kept| {
        let Capsule { check, seed, shrinking, shrunk, original, .. } = &kept.capsule;
        let at_s = |run: &StoredRun| run.failed_at_ns.map(|at| Time(at).since(Time::ZERO).as_secs_f64());
        json!({
            "check": check.name,
            "kind": check.kind,
            "about": check.about,
            "seed": seed,
            "message": original.message,
            "at_s": at_s(original),
            "shrunk": { "seed": kept.seed, "message": shrunk.message, "at_s": at_s(shrunk) },
            "capsule": kept.folder.join(CAPSULE).display().to_string(),
            "minimal": kept.folder.join(MINIMAL).display().to_string(),
            "page": kept.page.display().to_string(),
            "digest": shrunk.digest,
            "seeds_tried": searched.tried,
            "cpu_s": took.wall_s,
            "steps_before": shrinking.before.strikes,
            "steps_after": shrinking.after.strikes,
            "before": shrinking.before,
            "after": shrinking.after,
            "shrink_runs": shrinking.runs,
            "is_cut": shrinking.is_cut,
            "is_forced": shrinking.is_forced,
        })
    };
    let found = searched.found.as_ref().filter(|_| kept.is_none());
    json!({
        "scenario": prey.name,
        "seeds_tried": searched.tried,
        "is_open": searched.is_open,
        "failures": kept.map(failure).into_iter().collect::<Vec<_>>(),
        "failing_seed_not_written": found.map(|(seed, _)| seed),
        "panicked_seeds": searched.panicked,
        "exit": exit.code(),
        "host": {
            "wall_s": took.wall_s,
            "search_s": took.search_s,
            "seeds_per_s": searched.tried as f64 / took.search_s.max(1e-9),
            "events": took.events,
        },
    })
}
