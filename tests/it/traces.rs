//! Traces and replays: what a trace holds, and that a replay which goes another way is caught where it does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use seedbed::run::drawing::Charts;
use seedbed::run::execute::execute;
use seedbed::run::outputs::{Column, Disk, Finished, TRACE};
use seedbed::run::prepare::{Prepared, prepare};
use seedbed::run::product::{self, Origin, Wanted, WantedTrace};
use seedbed::run::repro::{Recorded, Untold, locate};
use seedbed::run::trace::{NOTE_FIELDS, TRACE_EVENTS_MAX, TRACE_FIELDS, pass, trace};
use seedbed::scenario::{LoadOptions, Scenario, Sweep, load_text, render, resolved};
use seedbed::sim::Limits;
use seedbed::spec::{Decode, Decoder};
use serde_json::Value;

static NEVER: AtomicBool = AtomicBool::new(false);

/// A store on a bad network, with everything that can happen to its nodes; `more` stands in the store's tables.
fn hostile(more: &str) -> String {
    format!(
        r#"
        schema = 1
        name = "hostile"
        duration = "15s"
        [network.default]
        loss = "2%"
        jitter = "exp(5ms)"
        [workload.clients]
        target = "kv"
        arrival = "poisson(200/s)"
        keys = "uniform(n=3)"
        mix = {{ read = 0.4, write = 0.2, cas = 0.2, append = 0.2 }}
        timeout = "250ms"
        [fault.crash]
        every = "exp(3s)"
        do = "crash"
        target = "leader(kv)"
        for = "1s"
        [fault.pause]
        every = "exp(2s)"
        do = "pause"
        target = "any(kv)"
        for = "uniform(10ms, 400ms)"
        [fault.again]
        every = "exp(1s)"
        do = "partition"
        groups = ["leader(kv)", "rest"]
        for = "200ms"
        [system.kv]
        type = "raft"
        nodes = 3
        {more}
        "#
    )
}

const SNAPSHOTS: &str = "[system.kv.raft]\nsnapshot_every = 100\nsnapshot_trailing = 20\n";

/// A service over a store, overloaded.
const SERVICE: &str = r#"
    schema = 1
    name = "service"
    duration = "5s"
    [system.kv]
    type = "raft"
    nodes = 3
    [system.shop]
    type = "service"
    nodes = 2
    cores = 1
    queue = { limit = 5 }
    steps = [
        { work = "exp(20ms)" },
        { parallel = [{ call = "stock" }, { call = "stock", timeout = "50ms", retry = { attempts = 2 } }] },
        { call = "kv", op = "read", timeout = "200ms", attempts = 2 },
    ]
    [system.stock]
    type = "service"
    nodes = 2
    work = "exp(2ms)"
    [fault.crash]
    at = "2s"
    do = "crash"
    target = "stock.1"
    for = "1s"
    [workload.users]
    target = "shop"
    arrival = "poisson(150/s)"
    timeout = "300ms"
"#;

/// The run of a scenario, and its resolved text.
#[track_caller]
fn run_of(text: &str, seed: u64) -> (Prepared, String) {
    let mut loaded = load_text("test.toml", text, &LoadOptions::default());
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let files = loaded.files();
    let run = loaded.document.as_ref().and_then(|document| {
        let point = Sweep::new(document, &mut diagnostics)?.point(0);
        let scenario = Scenario::decode(&point.document, &mut Decoder::new(&mut diagnostics, &files))?;
        let prepared = prepare("test", &scenario, seed, Limits::default(), &mut diagnostics, &files)?;
        Some((prepared, resolved(&point.document, None)))
    });
    assert!(!diagnostics.has_errors(), "{}", render(&loaded.sources, &diagnostics, false));
    run.expect("a scenario without errors can be run")
}

/// The lines of the events in a window.
fn lines(prepared: &Prepared, first: u64, last: u64) -> Vec<(u64, Value)> {
    let mut lines = Vec::new();
    trace(prepared, first..=last, |number, line| {
        lines.push((number, serde_json::from_slice(line).expect("a line is JSON")));
        Ok(())
    })
    .expect("nothing can fail");
    lines
}

/// Makes the run's folder below `outputs`.
fn keep(outputs: &Path, text: &str, seed: u64, events_max: Option<u64>) -> PathBuf {
    write(outputs, text, seed, events_max.map(|events_max| WantedTrace { events_max, interrupt: &NEVER }))
}

fn write(outputs: &Path, text: &str, seed: u64, trace: Option<WantedTrace<'_>>) -> PathBuf {
    let (prepared, resolved) = run_of(text, seed);
    let executed = execute(prepared, &NEVER, &mut |_| {});
    let origin = Origin {
        resolved,
        overrides: Vec::new(),
        params: Vec::new(),
        reproduce: String::new(),
        cut: None,
        host: Value::Null,
    };
    let wanted = Wanted { parent: outputs, charts: Charts::None, per_request: false, trace };
    let (facts, usual) = (executed.facts(&origin), product::usual(&executed));
    let written = product::write(&executed, &facts, &origin, &usual, wanted, &Disk).expect("the disk works");
    let is_interrupted = trace.is_some_and(|trace| trace.interrupt.load(Ordering::Relaxed));
    assert_eq!(written.lacks_trace, is_interrupted);
    match written.finished {
        Finished::Written { folder } | Finished::Verified { folder, .. } => folder,
        Finished::Partial { folder } => panic!("{} was cut short", folder.display()),
        Finished::Differs { files, .. } => panic!("it was there, and {files:?} differ"),
    }
}

#[test]
fn a_trace_has_a_line_an_event_and_ends_in_the_runs_digest() {
    for text in [hostile(SNAPSHOTS), SERVICE.to_owned()] {
        let (prepared, _) = run_of(&text, 1);
        let passed = pass(&prepared, u64::MAX);
        let lines = lines(&prepared, 1, u64::MAX);
        assert_eq!(lines.len() as u64, passed.events);
        assert!(passed.events > 5_000, "{} events", passed.events);
        for (position, (number, line)) in lines.iter().enumerate() {
            assert_eq!((*number, &line["event"]), (position as u64 + 1, &Value::from(*number)));
        }
        let last = &lines[lines.len() - 1].1;
        assert_eq!(last["digest"], format!("{:016x}", passed.digest));
    }
}

#[test]
fn a_window_of_a_trace_is_a_piece_of_the_whole() {
    let (prepared, _) = run_of(&hostile(SNAPSHOTS), 2);
    let whole = lines(&prepared, 1, u64::MAX);
    let events = whole.len() as u64;
    // Many ends, so that some fall among what a resumed node handles at once.
    let windows = (1..events).step_by(97).map(|last| (last.saturating_sub(30).max(1), last));
    for (first, last) in windows.chain([(1, 1), (events - 3, events + 9)]) {
        let window = lines(&prepared, first, last);
        assert!(window == whole[first as usize - 1..last.min(events) as usize], "{first}..{last}");
    }
}

#[test]
fn every_field_of_a_trace_is_documented_and_occurs() {
    let outputs = tempfile::tempdir().expect("there is room");
    let (mut fields, mut of_notes, mut words) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let full = hostile(
        "[fault.full]\nat = \"10s\"\ndo = \"disk-full\"\ntarget = \"kv.1\"\n\
         [fault.roll]\nat = \"5s\"\ndo = \"crash-loop\"\ntarget = \"kv.2\"\nfor = \"4s\"\n",
    );
    let changing = hostile(
        "voters = 3\n[operation.replace]\nat = \"3s\"\ndo = \"replace-node\"\n\
         target = \"kv.2\"\nby = \"kv.4\"\n[fault.lost]\nat = \"8s\"\ndo = \"crash\"\n\
         disk = \"lost\"\ntarget = \"kv.3\"\nfor = \"500ms\"\n",
    )
    .replace("nodes = 3", "nodes = 4");
    let service = SERVICE.to_owned();
    for (text, seeds) in [(hostile(SNAPSHOTS), 0..6), (full, 0..1), (changing, 0..1), (service, 0..1)] {
        for seed in seeds {
            let folder = keep(outputs.path(), &text, seed, Some(TRACE_EVENTS_MAX));
            let text = std::fs::read_to_string(folder.join(TRACE)).expect("it is written");
            for line in text.lines() {
                let line: Value = serde_json::from_str(line).expect("a line is JSON");
                fields.extend(line.as_object().expect("an object").keys().cloned());
                words.extend(line["kind"].as_str().map(str::to_owned));
                for note in line["notes"].as_array().into_iter().flatten() {
                    of_notes.extend(note.as_object().expect("an object").keys().cloned());
                    words.extend(note["note"].as_str().map(str::to_owned));
                }
            }
        }
    }
    let names =
        |columns: &[Column]| columns.iter().map(|column| column.name.to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(fields, names(TRACE_FIELDS));
    assert_eq!(of_notes, names(NOTE_FIELDS));
    let text_of = |columns: &[Column], name| {
        columns.iter().find(|column| column.name == name).expect("it is a field").meaning
    };
    let documented = [text_of(TRACE_FIELDS, "kind"), text_of(NOTE_FIELDS, "note")].concat();
    for word in &words {
        assert!(documented.contains(&format!("`{word}`")), "`{word}` is not documented");
    }
    assert_eq!(words.len(), 10 + 33, "some kind of event or note did not occur: {words:?}");
}

/// What a store does, and ways to change it that show only after a while.
const STORE: &str = "[system.kv.raft]\nsnapshot_every = 500\nsnapshot_trailing = 20\n";
const ALTERATIONS: [&str; 4] = [
    "[system.kv.raft]\nsnapshot_every = 501\nsnapshot_trailing = 20\n",
    "[system.kv.raft]\nsnapshot_every = 500\nsnapshot_trailing = 21\n",
    "bugs = [\"raft-truncate-always\"]\n[system.kv.raft]\nsnapshot_every = 500\nsnapshot_trailing = 20\n",
    "bugs = [\"client-sessions-off\"]\n[system.kv.raft]\nsnapshot_every = 500\nsnapshot_trailing = 20\n",
];

#[test]
fn the_event_where_a_replay_parts_is_the_first_that_two_whole_traces_differ_in() {
    let mut beyond_a_checkpoint = 0;
    for (seed, altered) in (1..).zip(ALTERATIONS) {
        let outputs = tempfile::tempdir().expect("there is room");
        let folder = keep(outputs.path(), &hostile(STORE), seed, Some(TRACE_EVENTS_MAX));
        let recorded = Recorded::read(&folder).expect("it is a run");
        let (prepared, _) = run_of(&hostile(altered), seed);
        let replay = pass(&prepared, u64::MAX);
        let interval = recorded.interval(&replay).expect("the replay goes another way");
        let parting = locate(&recorded, &prepared, interval.clone()).expect("the folder can be read");
        let found = parting.first.expect("the run was traced");

        // By hand: line for line.
        let text = std::fs::read_to_string(folder.join(TRACE)).expect("it is written");
        let stored: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
        let replayed: Vec<Value> = lines(&prepared, 1, u64::MAX).into_iter().map(|(_, line)| line).collect();
        let first = stored.iter().zip(&replayed).position(|(one, other)| one != other);
        let first = first.expect("the traces differ before either ends");
        assert_eq!(found.number, first as u64 + 1, "{altered}");
        println!("event {} of {}: {altered}", found.number, recorded.events);
        assert!(interval.contains(&found.number), "{altered}: {} of {interval:?}", found.number);
        assert_eq!(found.stored.expect("the run was not over").json(), &stored[first]);
        assert_eq!(found.replayed.expect("the replay was not over").json(), &replayed[first]);
        beyond_a_checkpoint += usize::from(found.number > seedbed::kernel::digest::CHECKPOINT_INTERVAL);

        // Without a trace the interval is known all the same, and what happens in it now.
        std::fs::remove_file(folder.join(TRACE)).expect("it can be removed");
        let untraced = locate(&recorded, &prepared, interval.clone()).expect("the folder can be read");
        assert_eq!(untraced.first, Err(Untold::NoTrace));
        let shown: Vec<&Value> = untraced.replayed.iter().map(|event| event.json()).collect();
        let expected = &replayed[*interval.start() as usize - 1..*interval.end() as usize];
        assert_eq!(shown, expected.iter().collect::<Vec<_>>());
    }
    assert!(beyond_a_checkpoint >= 2, "only {beyond_a_checkpoint} alterations show late");
}

#[test]
fn a_replay_that_only_goes_on_or_ends_before_is_caught_at_the_end() {
    let outputs = tempfile::tempdir().expect("there is room");
    let text = hostile("");
    let longer = text.replace("\"15s\"", "\"16s\"");
    for (stored, replayed) in [(&text, &longer), (&longer, &text)] {
        let folder = keep(outputs.path(), stored, 7, Some(TRACE_EVENTS_MAX));
        let recorded = Recorded::read(&folder).expect("it is a run");
        let (prepared, _) = run_of(replayed, 7);
        let replay = pass(&prepared, u64::MAX);
        let interval = recorded.interval(&replay).expect("one has more events");
        let end = recorded.events.min(replay.events) + 1;
        assert_eq!(*interval.end(), end);
        let parting = locate(&recorded, &prepared, interval).expect("the folder can be read");
        let found = parting.first.expect("the run was traced");
        assert_eq!(found.number, end);
        assert_eq!(
            (found.stored.is_none(), found.replayed.is_none()),
            (recorded.events < replay.events, replay.events < recorded.events)
        );
    }
}

#[test]
fn what_a_stored_trace_cannot_tell_is_said() {
    let outputs = tempfile::tempdir().expect("there is room");
    let folder = keep(outputs.path(), &hostile(STORE), 1, Some(100));
    let recorded = Recorded::read(&folder).expect("it is a run");
    let text = std::fs::read_to_string(folder.join(TRACE)).expect("it is written");
    let end = format!("{{\"end\":\"max-trace-events\",\"events\":100,\"of\":{}}}", recorded.events);
    assert_eq!((text.lines().count(), text.lines().last()), (101, Some(end.as_str())));

    let (prepared, _) = run_of(&hostile(ALTERATIONS[0]), 1);
    let interval = recorded.interval(&pass(&prepared, u64::MAX)).expect("the replay goes another way");
    let first = |folder: &Path| {
        let recorded = Recorded::read(folder).expect("it is a run");
        locate(&recorded, &prepared, interval.clone()).expect("the folder can be read").first
    };
    assert_eq!(first(&folder), Err(Untold::Capped));
    std::fs::write(folder.join(TRACE), text.replace("kv.1", "kv.9")).expect("it can be written");
    assert_eq!(first(&folder), Err(Untold::Altered));

    // The same build, against checkpoints that are not the run's.
    let (own, _) = run_of(&hostile(STORE), 0);
    let whole = keep(&outputs.path().join("whole"), &hostile(STORE), 0, Some(TRACE_EVENTS_MAX));
    let mut recorded = Recorded::read(&whole).expect("it is a run");
    recorded.checkpoints[1] ^= 1;
    let interval = recorded.interval(&pass(&own, u64::MAX)).expect("a checkpoint differs");
    let parting = locate(&recorded, &own, interval).expect("the folder can be read");
    assert_eq!(parting.first, Err(Untold::Contradicted));
}

#[test]
fn a_run_whose_trace_is_interrupted_is_whole_without_it() {
    let outputs = tempfile::tempdir().expect("there is room");
    let interrupt = AtomicBool::new(true);
    let trace = WantedTrace { events_max: TRACE_EVENTS_MAX, interrupt: &interrupt };
    let folder = write(outputs.path(), SERVICE, 1, Some(trace));
    assert!(Recorded::read(&folder).is_ok(), "it is a finished run");
    assert!(!folder.join(TRACE).exists());
    let again = keep(outputs.path(), SERVICE, 1, Some(TRACE_EVENTS_MAX));
    assert!(again == folder && folder.join(TRACE).exists());
}
