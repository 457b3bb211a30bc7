//! Events per second of a whole scenario: the world alone, and with everything that listens to it and judges it.
//!
//! `cargo bench --bench scenario -- --json [FILE...]`; without a file `scenarios/consensus/raft-3-regions.toml`.
//! "bare" is the event loop with the protocol, clients, network, disks and faults, and nobody listening; "judged" adds
//! the recorder, the histories, every check after every event, and the judging at the end. Reading the file, writing
//! the results and drawing charts are in neither.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use seedbed::run::execute::execute;
use seedbed::run::first_run;
use seedbed::run::prepare::Prepared;
use seedbed::scenario::{LoadOptions, load};
use seedbed::sim::{Limits, Sim};
use seedbed::systems::Role;

const ROUNDS: usize = 15;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let mut files: Vec<PathBuf> =
        arguments.iter().filter(|argument| !argument.starts_with("--")).map(PathBuf::from).collect();
    if files.is_empty() {
        files.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/consensus/raft-3-regions.toml"));
    }
    let rows: Vec<Measured> = files.iter().map(|file| measure(file)).collect();
    if json {
        let row = |row: &Measured| {
            serde_json::json!({
                "scenario": row.name,
                "events": row.events,
                "bare_events_per_second": row.rate(row.bare_s[ROUNDS / 2]).round(),
                "judged_events_per_second": row.rate(row.judged_s[ROUNDS / 2]).round(),
            })
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        println!("{}", serde_json::json!({ "bench": "scenario", "rounds": ROUNDS, "scenarios": rows }));
        return;
    }
    for row in &rows {
        println!(
            "{}  {} events  bare {}  judged {}",
            row.name,
            row.events,
            row.words(&row.bare_s),
            row.words(&row.judged_s),
        );
    }
}

/// What the rounds took, the shortest first.
struct Measured {
    name: String,
    events: u64,
    bare_s: Vec<f64>,
    judged_s: Vec<f64>,
}

impl Measured {
    fn rate(&self, seconds: f64) -> f64 {
        self.events as f64 / seconds
    }

    fn words(&self, seconds: &[f64]) -> String {
        let [median, best] = [seconds[ROUNDS / 2], seconds[0]].map(|seconds| self.rate(seconds));
        format!("{:.2} M events/s (best {:.2}, {:.0} ns)", median / 1e6, best / 1e6, 1e9 / best)
    }
}

fn measure(file: &Path) -> Measured {
    let loaded = load(file, &LoadOptions::default());
    let prepared: Prepared =
        first_run(loaded, Limits::default()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let mut events = 0;
    let (mut bare, mut judged) = (Vec::new(), Vec::new());
    // In turns, so that a busy moment of the machine strikes both.
    for _ in 0..ROUNDS {
        bare.push(timed(|| {
            let mut sim: Sim<Role, ()> = Sim::new(prepared.world.setup.clone(), ());
            while sim.run(u64::MAX).is_none() {}
            events = sim.events();
        }));
        let fresh = prepared.clone();
        judged.push(timed(|| {
            let executed = execute(fresh, &AtomicBool::new(false), &mut |_| {});
            assert_eq!(executed.events, events, "who listens changes nothing");
        }));
    }
    bare.sort_by(f64::total_cmp);
    judged.sort_by(f64::total_cmp);
    Measured { name: prepared.name, events, bare_s: bare, judged_s: judged }
}

fn timed(body: impl FnOnce()) -> f64 {
    // A benchmark is the one place where the wall clock is the result.
    #[allow(clippy::disallowed_types)]
    let start = std::time::Instant::now();
    body();
    start.elapsed().as_secs_f64()
}
