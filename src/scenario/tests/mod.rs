//! What users see when a scenario is wrong: the exact text of every kind of error.

mod documents;
mod options;
mod plan;
mod properties;
mod sources;
mod steps;
mod sweeps;

use std::fs;
use std::path::Path;

use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::scenario::{LoadOptions, Loaded, Sweep, load, load_text, render};
use crate::spec::options::Places;
use crate::spec::{Bandwidth, Bytes, Code, Decode, Decoder, Diagnostic, Named, Node, Ppm, Rate, Ratio};

crate::choices! {
    /// How a replica answers a read.
    pub enum Reads {
        /// Asks a quorum whether it still leads.
        ReadIndex = "read-index",
        /// Reads its own state at once; may be stale.
        Local = "local",
    }
}

crate::options! {
    /// Options of a protocol, for tests.
    /// They look like Raft's.
    pub struct ProtocolOptions {
        /// How long a follower waits for a leader before it campaigns.
        election_timeout: Distribution = "uniform(150ms, 300ms)",
        /// Time between two heartbeats.
        heartbeat: Duration [Duration(1)..=Duration::from_secs(60)] = "50ms",
        /// Asks before it campaigns.
        pre_vote: bool = true,
        /// Most entries of one message.
        max_batch: u32 [1..=10_000] = 64,
        /// How reads are answered.
        reads: Reads = "read-index",
        /// Entries after which a snapshot is taken.
        snapshot_every: Option<u64> [10..],
        /// Share of messages that are lost.
        loss: Ratio = 0.0,
        /// Factor on the speed of the node.
        speed: f64 [0.0..100.0] = 1.0,
        /// Bytes of a segment of the log.
        segment: Bytes = "64KiB",
        /// What the link carries.
        bandwidth: Bandwidth = "1Gbit/s",
        /// Requests let through.
        admit: Rate = "1000/s",
        /// Drift of the clock.
        drift: Ppm = "20ppm",
        /// Labels.
        labels: Vec<String> = vec![],
    }
    check heartbeat_fits;
}

fn heartbeat_fits(options: &ProtocolOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let timeout = options.election_timeout.quantile(0.0);
    if timeout <= options.heartbeat.0 as f64 {
        let message = "`heartbeat` must be shorter than every election timeout";
        decoder.report(
            Diagnostic::error(Code::Contradiction, places.of("heartbeat"), message)
                .related(places.of("election_timeout"), "election timeouts"),
        );
    }
}

crate::options! {
    /// A system, for tests.
    pub struct SystemOptions {
        /// What it runs.
        r#type: String,
        /// The protocol.
        raft: ProtocolOptions = {},
    }
}

crate::options! {
    /// A scenario, for tests.
    pub struct TestScenario {
        /// Its name.
        name: String,
        /// Its systems.
        system: Named<SystemOptions>,
    }
}

/// A folder with scenario files that goes away after the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("inside")).expect("writable");
        fs::write(path, bytes).expect("writable");
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn load(&self, name: &str) -> Loaded {
        load(&self.path().join(name), &LoadOptions::default())
    }

    /// The messages about a file, with the folder's own path left out.
    fn messages(&self, name: &str) -> String {
        let mut loaded = self.load(name);
        decode_all(&mut loaded);
        let shown = shown(&loaded).replace(&format!("{}/", self.path().display()), "");
        let real = self.path().canonicalize().expect("exists");
        shown.replace(&real.display().to_string(), "ROOT")
    }
}

/// Decodes every combination as a [`TestScenario`].
fn decode_all(loaded: &mut Loaded) -> Vec<TestScenario> {
    let files = loaded.files();
    let Some(document) = &loaded.document else { return Vec::new() };
    let Some(sweep) = Sweep::new(document, &mut loaded.diagnostics) else { return Vec::new() };
    let mut decoder = Decoder::new(&mut loaded.diagnostics, &files);
    sweep.points().filter_map(|point| TestScenario::decode(&point.document, &mut decoder)).collect()
}

fn shown(loaded: &Loaded) -> String {
    render(&loaded.sources, &loaded.diagnostics, false)
}

fn text(document: &str, set: &[&str]) -> Loaded {
    let set = set.iter().map(|text| text.to_string()).collect();
    load_text("test.toml", document, &LoadOptions { root: None, set })
}

/// The messages about a scenario with these `--set` texts.
fn messages(document: &str, set: &[&str]) -> String {
    let mut loaded = text(document, set);
    decode_all(&mut loaded);
    shown(&loaded)
}

/// The messages about the lines of `[system.kv.raft]`, which start at line 5 of the file.
fn raft_messages(lines: &str) -> String {
    messages(&raft(lines), &[])
}

fn raft(lines: &str) -> String {
    format!("schema = 1\nname = \"t\"\nsystem.kv.type = \"raft\"\n[system.kv.raft]\n{lines}\n")
}

/// The one decoded scenario of a document that has no errors.
fn decoded(document: &str, set: &[&str]) -> ProtocolOptions {
    let mut loaded = text(document, set);
    let scenarios = decode_all(&mut loaded);
    assert_eq!(shown(&loaded), "");
    scenarios.into_iter().next().expect("one").system.entries.remove(0).2.raft
}

fn node(loaded: &Loaded) -> &Node {
    loaded.document.as_ref().expect("no errors")
}

#[track_caller]
fn assert_shown(actual: &str, expected: &str) {
    let tidy = |text: &str| {
        text.lines().map(|line| line.trim_end().to_string()).collect::<Vec<_>>().join("\n").trim().to_string()
    };
    assert_eq!(tidy(actual), tidy(expected), "\n{actual}");
}
