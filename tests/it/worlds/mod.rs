//! Whole worlds, from the text of a scenario to a verdict: queues held to their closed forms, stores under everything
//! that can go wrong held to their invariants.

mod judges;
mod nemesis;
mod queues;
mod raft;
mod services;
mod switches;

use seedbed::scenario::plan::World;
use seedbed::scenario::{LoadOptions, Scenario, Sweep, load_text, plan, render};
use seedbed::sim::Limits;
use seedbed::spec::{Decode, Decoder};

/// The world of a scenario that has no mistakes.
#[track_caller]
fn world(text: &str, seed: u64) -> World {
    let mut loaded = load_text("test.toml", text, &LoadOptions::default());
    let files = loaded.files();
    let scenario = loaded.document.as_ref().and_then(|document| {
        let point = Sweep::new(document, &mut loaded.diagnostics)?.point(0);
        Scenario::decode(&point.document, &mut Decoder::new(&mut loaded.diagnostics, &files))
    });
    let world = scenario
        .and_then(|scenario| plan::plan(&scenario, seed, Limits::default(), &mut loaded.diagnostics, &files));
    assert!(!loaded.diagnostics.has_errors(), "{}", render(&loaded.sources, &loaded.diagnostics, false));
    world.expect("a scenario without errors has a world")
}
