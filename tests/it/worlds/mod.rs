//! Whole worlds, from the text of a scenario to a verdict: queues held to their closed forms, stores under everything
//! that can go wrong held to their invariants.

mod accounts;
mod calls;
mod discovery;
mod judges;
mod kinds;
mod nemesis;
mod queues;
mod raft;
mod saturation;
mod services;
mod switches;
mod views;

use std::path::Path;

use seedbed::scenario::plan::World;
use seedbed::scenario::{LoadOptions, Loaded, Scenario, Sweep, load, load_text, plan, render};
use seedbed::sim::Limits;
use seedbed::spec::{Decode, Decoder};

/// The world of a scenario that has no mistakes.
#[track_caller]
fn world(text: &str, seed: u64) -> World {
    planned(load_text("test.toml", text, &LoadOptions::default()), seed)
}

/// The world of a scenario in a folder, where the files are that it names.
#[track_caller]
fn world_in(folder: &Path, text: &str, seed: u64) -> World {
    let file = folder.join("test.toml");
    std::fs::write(&file, text).expect("the folder is the test's own");
    planned(load(&file, &LoadOptions::default()), seed)
}

#[track_caller]
fn planned(mut loaded: Loaded, seed: u64) -> World {
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
