//! `seedbed repro`: the same run again, or where it parts.

use std::path::Path;

use serde_json::{Value, json};

use super::trace::{SMALL, folder, manifest, only};
use super::*;

/// Makes a run with these arguments more and gives its folder, relative to the other.
fn made(folder: &Folder, arguments: &[&str]) -> PathBuf {
    folder.run(&[&["run", "small.toml"][..], arguments].concat());
    only(&folder.path("outputs/small"))
}

fn repro(folder: &Folder, run: &Path, arguments: &[&str]) -> Done {
    let run = run.to_str().expect("the path is text");
    folder.run(&[&["repro", run][..], arguments].concat())
}

/// Changes a run's manifest.
fn tamper(run: &Path, change: impl FnOnce(&mut Value)) {
    tamper_with(&run.join("manifest.json"), change);
}

fn tamper_with(file: &Path, change: impl FnOnce(&mut Value)) {
    let text = std::fs::read_to_string(file).expect("it is there");
    let mut document = serde_json::from_str(&text).expect("it is JSON");
    change(&mut document);
    std::fs::write(file, document.to_string()).expect("writable");
}

/// Makes it as if another build had made the run, one that parts from this one in what event `number` noted, or was.
/// Every digest from there on is another one, in the trace as in the manifest.
fn alter(run: &Path, number: u64, change: impl FnOnce(&mut Value)) {
    let trace = std::fs::read_to_string(run.join("trace.jsonl")).expect("it was traced");
    let mut lines: Vec<Value> =
        trace.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    change(&mut lines[number as usize - 1]);
    let other = |digest: &mut Value| {
        let value = u64::from_str_radix(digest.as_str().expect("digits"), 16).expect("hexadecimal");
        *digest = json!(format!("{:016x}", value ^ 1));
    };
    let events = lines.len() - 1;
    lines[number as usize - 1..events].iter_mut().for_each(|line| other(&mut line["digest"]));
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(run.join("trace.jsonl"), &text).expect("writable");
    tamper(run, |manifest| {
        other(&mut manifest["digest"]);
        let checkpoints = manifest["checkpoints"].as_array_mut().expect("a list");
        // A checkpoint covers its event, but not what it noted.
        checkpoints.iter_mut().skip((number / 4096) as usize).for_each(other);
        manifest["files"]["trace.jsonl"] =
            json!({ "bytes": text.len(), "blake3": blake3::hash(text.as_bytes()).to_hex().as_str() });
    });
}

#[test]
fn an_unaltered_run_is_the_same() {
    let folder = folder();
    let run = made(&folder, &["--trace", "none"]);
    let (manifest, id) = (manifest(&run), run.file_name().expect("a name").to_string_lossy().into_owned());
    let digest = manifest["digest"].as_str().expect("digits");
    let done = repro(&folder, &run, &[]).exits(0);
    assert_eq!(done.stderr, "");
    assert!(done.stdout.starts_with(&format!("small  seed 3  run {id}\nsame: ")), "{}", done.stdout);
    assert!(done.stdout.ends_with(&format!(" events, digest {digest}\n")), "{}", done.stdout);

    let document = repro(&folder, &run, &["--format", "json"]).exits(0).json();
    assert_eq!(document["verdict"], "same");
    assert_eq!(document["parted"], Value::Null);
    assert_eq!((&document["run_id"], &document["seed"]), (&json!(id), &json!(3)));
    for side in ["stored", "replayed"] {
        let found = (&document[side]["digest"], &document[side]["events"]);
        assert_eq!(found, (&manifest["digest"], &manifest["events"]));
    }
    // The link to the last run is as good.
    #[cfg(unix)]
    folder.run(&["repro", "outputs/latest"]).exits(0);
}

#[test]
fn a_run_with_another_seed_or_a_set_value_is_replayed_with_them() {
    for arguments in [&["--seed", "11"][..], &["--set", "system.kv.disk.fsync=3ms"]] {
        let folder = folder();
        let run = made(&folder, arguments);
        repro(&folder, &run, &[]).exits(0);
    }
    let folder = folder();
    folder.run(&["run", "sweep.toml", "--trace", "ops"]).exits(0);
    let runs = only(&folder.path("outputs/swept")).join("runs");
    for run in std::fs::read_dir(runs).expect("it is there") {
        repro(&folder, &run.expect("readable").path(), &[]).exits(0);
    }
}

#[test]
fn a_run_that_another_build_made_parts_in_an_interval() {
    let folder = folder();
    let run = made(&folder, &[]);
    tamper(&run, |manifest| {
        manifest["digest"] = json!("0000000000000001");
        manifest["checkpoints"][1] = json!("0000000000000002");
    });
    let done = repro(&folder, &run, &[]).exits(5);
    for part in [
        "\ndiverged among events 4,096..8,192 (",
        "\n  which event was the first is not known: the run has no trace.jsonl, which `run --trace full` writes; \
         here the interval begins with\n    event 4,096 at ",
        "\n    event 4,100 at ",
        " events, digest 0000000000000001\n",
    ] {
        assert!(done.stdout.contains(part), "{part}\nis not in\n{}", done.stdout);
    }
    let parted = &repro(&folder, &run, &["--format", "json"]).exits(5).json()["parted"];
    assert_eq!((&parted["first_event"], &parted["last_event"]), (&json!(4096), &json!(8192)));
    assert_eq!(parted["event"], Value::Null);
    let (from, to) = (&parted["from_ns"], &parted["to_ns"]);
    assert!(from.as_u64() > Some(0) && to.as_u64() > from.as_u64(), "{from} {to}");
    let shown = parted["replayed_events"].as_array().expect("a list");
    assert_eq!((shown.len(), &shown[0]["event"], &shown[0]["at_ns"]), (5, &json!(4096), from));
}

#[test]
fn a_traced_run_names_the_event_what_it_was_and_what_it_is() {
    let folder = folder();
    let traced = made(&folder, &["--trace", "full"]);
    let trace = std::fs::read_to_string(traced.join("trace.jsonl")).expect("it is written");
    let lines: Vec<Value> =
        trace.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let copy = |name: &str| {
        let to = folder.path(name);
        std::fs::create_dir(&to).expect("writable");
        for file in ["manifest.json", "trace.jsonl", "scenario.resolved.toml", "summary.json"] {
            std::fs::copy(traced.join(file), to.join(file)).expect("writable");
        }
        to
    };
    let is = |line: &&Value, kind: &str| line["kind"] == kind && line["event"].as_u64() > Some(5_000);

    let message = lines.iter().find(|line| is(line, "message")).expect("there are messages");
    let number = message["event"].as_u64().expect("a number");
    let run = copy("message");
    alter(&run, number, |line| line["name"] = json!("pigeon"));
    let done = repro(&folder, &run, &[]).exits(5);
    let name = message["name"].as_str().expect("a name");
    assert!(done.stdout.contains(": message pigeon from "), "{}", done.stdout);
    assert!(done.stdout.contains(&format!(": message {name} from ")), "{}", done.stdout);
    let parted = &repro(&folder, &run, &["--format", "json"]).exits(5).json()["parted"];
    assert_eq!(parted["event"]["number"], number);
    assert_eq!(parted["event"]["replayed"], *message);
    assert_eq!(parted["event"]["stored"]["name"], "pigeon");

    // Only a note differs: it is the note that is shown.
    let noted = |line: &&Value| is(line, "message") && line["notes"][0]["note"] == "committed";
    let noting = lines.iter().find(noted).expect("something is committed");
    let run = copy("note");
    alter(&run, noting["event"].as_u64().expect("a number"), |line| line["notes"][0]["index"] = json!(7));
    let done = repro(&folder, &run, &[]).exits(5);
    assert!(done.stdout.contains("; it noted: committed index 7, "), "{}", done.stdout);

    // The event of a checkpoint is covered by it, but what it noted is not.
    let run = copy("checkpoint");
    alter(&run, 4096, |line| line["notes"] = json!([{ "note": "sneezed" }]));
    let done = repro(&folder, &run, &[]).exits(5);
    assert!(done.stdout.contains("\n  first at event 4,096\n"), "{}", done.stdout);
}

#[test]
fn a_run_is_named_by_its_folder_a_file_in_it_or_its_id() {
    let folder = folder();
    let run = made(&folder, &[]);
    let id = run.file_name().expect("a name").to_string_lossy().into_owned();
    let paths = [format!("outputs/small/{id}/manifest.json"), format!("outputs/small/{id}/report.html")];
    let short = [id.clone(), format!("small/{id}"), "latest".to_owned()];
    for named in paths.iter().chain(&short).filter(|named| cfg!(unix) || *named != "latest") {
        let done = folder.run(&["repro", named]).exits(0);
        assert!(done.stdout.starts_with(&format!("small  seed 3  run {id}\nsame: ")), "{}", done.stdout);
    }
    run_in(&run, &["repro", "manifest.json"]).exits(0);
    std::fs::rename(folder.path("outputs"), folder.path("elsewhere")).expect("writable");
    folder.run(&["repro", &id, "--out", "elsewhere"]).exits(0);
    folder.run(&["repro", &id]).exits(2);
    // One that was cut short is found too, and one in a sweep.
    let cut =
        folder.run(&["run", "small.toml", "--seed", "4", "--max-events", "500", "--format", "json"]).exits(3);
    let done = folder.run(&["repro", cut.json()["run_id"].as_str().expect("an id")]).exits(0);
    assert!(done.stdout.contains("same up to where it was cut (max-events)"), "{}", done.stdout);
    let swept = folder.run(&["run", "sweep.toml", "--format", "json"]).exits(0).json();
    folder.run(&["repro", swept["runs"][1]["run_id"].as_str().expect("an id")]).exits(0);
}

#[test]
fn who_names_no_run_is_told_which_there_are() {
    let folder = folder();
    let run = made(&folder, &[]);
    let id = run.file_name().expect("a name").to_string_lossy().into_owned();
    // One digit of it is wrong.
    let other = if id.starts_with('0') { '1' } else { '0' };
    let slip = format!("{other}{}", &id[1..]);
    let help = |named: &str| {
        let done = folder.run(&["repro", named]).exits(2);
        done.stderr.lines().last().expect("a line").trim().to_owned()
    };
    let meant = format!("help: did you mean `outputs/small/{id}`?");
    for named in [&slip, "outputs/small", &format!("outputs/smal/{id}"), &format!("{id}.partial")] {
        assert_eq!(help(named), meant, "{named}");
    }
    folder.run(&["run", "small.toml", "--seeds", "21..27"]).exits(0);
    let done = folder.run(&["repro", "outputs"]).exits(2);
    assert!(
        done.stderr.starts_with("error: outputs holds runs and is none\n  help: name a run: `"),
        "{}",
        done.stderr
    );
    assert!(done.stderr.ends_with("`, or one of 3 more\n"), "{}", done.stderr);
}

#[test]
fn what_is_no_finished_run_is_refused() {
    let folder = folder();
    let run = made(&folder, &[]);
    folder.run(&["run", "sweep.toml"]).exits(0);
    let sweep = only(&folder.path("outputs/swept"));
    let text = std::fs::read_to_string(run.join("manifest.json")).expect("it is written");
    let with = |name: &str, manifest: &str| {
        let to = folder.path(name);
        std::fs::create_dir(&to).expect("writable");
        std::fs::write(to.join("manifest.json"), manifest).expect("writable");
        for file in ["scenario.resolved.toml", "summary.json"] {
            std::fs::copy(run.join(file), to.join(file)).expect("writable");
        }
        to
    };
    std::fs::create_dir(folder.path("empty")).expect("writable");
    let half = folder.path("half.json");
    std::fs::write(&half, &text[..text.len() / 2]).expect("writable");
    let changed = with("changed", &text);
    std::fs::write(changed.join("scenario.resolved.toml"), "schema = 1\n").expect("writable");
    let bare = with("bare", &text);
    std::fs::remove_file(bare.join("scenario.resolved.toml")).expect("it is there");
    let unsaid = with("unsaid", &text);
    std::fs::remove_file(unsaid.join("summary.json")).expect("it is there");
    for (path, code, message) in [
        (folder.path("absent"), 2, "absent is no run\n"),
        (folder.path("empty"), 2, "empty holds no run\n"),
        (half, 74, "half.json is no capsule: EOF while parsing"),
        (folder.path("small.toml"), 2, "small.toml is a file of no run\n"),
        (
            with("cut", &text[..text.len() / 2]),
            74,
            "manifest.json is no manifest of a run: EOF while parsing",
        ),
        (with("binary", "\u{0}\u{1}"), 74, "manifest.json is no manifest of a run: expected value"),
        (with("other", "{}"), 74, "manifest.json is no manifest of a run: it has no `schema`"),
        (
            with("few", "{\"schema\": 1}"),
            74,
            "manifest.json is no manifest of a run: missing field `scenario`",
        ),
        (
            with("digits", &text.replacen("\"checkpoints\": [\n    \"", "\"checkpoints\": [\n    \"x", 1)),
            74,
            "is no digest",
        ),
        (
            with("newer", &text.replace("\"schema\": 1", "\"schema\": 2")),
            2,
            "newer is a folder of schema 2; this version reads schema 1\n",
        ),
        (with("run.partial", &text), 2, "run.partial is what is left of a run that was not finished\n"),
        (sweep, 2, " is a sweep of many runs\n  help: name one of them: the folders in its `runs`"),
        (changed, 74, "scenario.resolved.toml was changed since the run wrote it\n"),
        (bare, 74, "scenario.resolved.toml: does not exist"),
        (unsaid, 74, "summary.json: does not exist"),
    ] {
        let done = repro(&folder, &path, &["--color", "never"]).exits(code);
        assert_eq!(done.stdout, "");
        assert!(done.stderr.starts_with("error: "), "{}", done.stderr);
        assert!(done.stderr.contains(message), "{message}\nis not in\n{}", done.stderr);
        assert!(done.stderr.contains("\n  help: "), "{}", done.stderr);
    }
    let colored = repro(&folder, &folder.path("absent"), &["--color", "always"]).exits(2);
    assert!(colored.stderr.starts_with("\u{1b}["), "{}", colored.stderr);
}

#[test]
fn a_run_that_was_cut_is_replayed_up_to_the_event_where_it_was_cut() {
    // 10 ms hold more arrivals than are allowed, and the run would go on for hours.
    let dense = SMALL.replace("6s", "1000000s").replace("poisson(150/s)", "constant(1000000/s)");
    for (flag, most) in [
        ("--max-events", "5000"),
        ("--max-pending", "300"),
        ("--max-events-within-10ms", "5000"),
        ("--wall-limit", "100ms"),
        ("--max-memory", "3MiB"),
    ] {
        let folder = Folder::new(&[("dense.toml", &dense)]);
        let result = folder.run(&["run", "dense.toml", flag, most, "--format", "json"]).exits(3).json();
        let run = only(&folder.path("outputs/small"));
        assert!(run.to_string_lossy().ends_with(".partial"), "{}", run.display());
        let done = repro(&folder, &run, &[]).exits(0);
        let word = flag.trim_start_matches("--");
        assert!(
            done.stdout.contains(&format!("\nsame up to where it was cut ({word}): ")),
            "{}",
            done.stdout
        );
        let document = repro(&folder, &run, &["--format", "json"]).exits(0).json();
        assert_eq!((&document["verdict"], &document["stored"]["stopped"]), (&json!("same"), &json!(word)));
        for side in ["stored", "replayed"] {
            assert_eq!(document[side]["events"], result["events"]);
        }
        let digest = &document["replayed"]["digest"];
        assert!(digest == &result["digest"] || result["digest"].is_null(), "{flag}: {digest}");
        // The digest is held, wherever the machine cut the run.
        tamper_with(&run.join("partial.json"), |marker| marker["digest_at_cut"] = json!("0000000000000001"));
        let done = repro(&folder, &run, &[]).exits(5);
        assert!(done.stdout.contains("\ndiverged among events "), "{}", done.stdout);
    }
}

#[test]
fn a_cut_run_of_a_sweep_keeps_what_its_replay_needs() {
    let swept = SMALL.replace("nodes = 3", "nodes = 3\ndisk = { fsync = \"empirical(file=fsync.csv)\" }");
    let folder = Folder::new(&[("swept.toml", &swept), ("fsync.csv", "1ms\n2ms\n")]);
    let flags = ["run", "swept.toml", "--seeds", "1..2", "--max-events", "5000", "--trace", "full"];
    folder.run(&flags).exits(3);
    std::fs::remove_file(folder.path("fsync.csv")).expect("it is there");
    let sweep = only(&folder.path("outputs/small"));
    let runs: Vec<PathBuf> = std::fs::read_dir(sweep.join("runs"))
        .expect("it is there")
        .map(|run| run.expect("readable").path())
        .collect();
    assert_eq!(runs.len(), 2);
    for run in runs {
        repro(&folder, &run, &[]).exits(0);
        // As for a whole run, a trace tells the event.
        tamper_with(&run.join("partial.json"), |marker| marker["checkpoints"][0] = json!("0000000000000001"));
        let done = repro(&folder, &run, &[]).exits(5);
        assert!(done.stdout.contains("trace.jsonl is the same as the replay's"), "{}", done.stdout);
    }
    let done = repro(&folder, &sweep, &[]).exits(2);
    assert!(done.stderr.contains(" is a sweep of many runs\n"), "{}", done.stderr);
}

#[test]
fn a_run_keeps_the_data_files_that_it_read() {
    let base =
        SMALL.replace("nodes = 3", "nodes = 3\ndisk = { fsync = \"empirical(file=\\\"fsync.csv\\\")\" }");
    let folder = Folder::new(&[
        ("scenarios/a/small.toml", "schema = 1\nextends = \"../base/base.toml\"\n"),
        ("scenarios/base/base.toml", &base),
        ("scenarios/base/fsync.csv", "1ms\n2ms\n5ms\n"),
    ]);
    folder.run(&["run", "scenarios/a/small.toml"]).exits(0);
    let run = only(&folder.path("outputs/small"));
    let kept = &manifest(&run)["inputs"];
    assert_eq!((&kept[0]["path"], &kept[0]["file"]), (&json!("fsync.csv"), &json!("inputs/1-fsync.csv")));
    std::fs::write(folder.path("scenarios/base/fsync.csv"), "1ms\n2ms\n6ms\n").expect("writable");
    folder.run(&["run", "scenarios/a/small.toml", "-o", "other"]).exits(0);
    assert_ne!(only(&folder.path("other/small")).file_name(), run.file_name(), "it is another run");
    std::fs::remove_dir_all(folder.path("scenarios")).expect("writable");
    repro(&folder, &run, &[]).exits(0);
    std::fs::write(run.join("inputs/1-fsync.csv"), "1ms\n2ms\n6ms\n").expect("writable");
    let done = repro(&folder, &run, &[]).exits(2);
    assert!(done.stderr.contains("1-fsync.csv was changed since the run wrote it"), "{}", done.stderr);
}

#[test]
fn data_files_of_one_name_in_folders_that_are_extended_are_kept_apart() {
    let system = |name: &str, file: &str| {
        format!("[system.{name}]\ntype = \"raft\"\ndisk = {{ fsync = \"empirical(file={file})\" }}\n")
    };
    let extends = |path: &str| format!("schema = 1\nextends = \"{path}\"\n");
    let base = SMALL.replace("nodes = 3", "nodes = 3\ndisk = { fsync = \"empirical(file=fsync.csv)\" }");
    let middle = extends("../x/base.toml") + &system("second", "fsync.csv");
    // Its third system reads a file of the first's folder again; or of the second's. Neither text differs.
    let last = system("third", "fsync.csv") + &system("fourth", "deep/fsync.csv");
    let folder = Folder::new(&[
        ("scenarios/x/base.toml", &base),
        ("scenarios/x/fsync.csv", "1ms\n"),
        ("scenarios/y/middle.toml", &middle),
        ("scenarios/y/fsync.csv", "2ms\n"),
        ("scenarios/x/top.toml", &(extends("../y/middle.toml") + &last)),
        ("scenarios/x/deep/fsync.csv", "3ms\n"),
        ("scenarios/y/top.toml", &(extends("middle.toml") + &last)),
        ("scenarios/y/deep/fsync.csv", "3ms\n"),
    ]);
    for out in ["x", "y"] {
        folder.run(&["run", &format!("scenarios/{out}/top.toml"), "-o", out]).exits(0);
    }
    std::fs::remove_dir_all(folder.path("scenarios")).expect("writable");
    let runs = ["x", "y"].map(|out| only(&folder.path(out).join("small")));
    let resolved = |run: &Path| std::fs::read(run.join("scenario.resolved.toml")).expect("it is there");
    assert!(resolved(&runs[0]) == resolved(&runs[1]), "only what the paths mean differs");
    assert_ne!(runs[0].file_name(), runs[1].file_name(), "they are different runs");
    let kept = runs.each_ref().map(|run| manifest(run)["inputs"].clone());
    let readings = |kept: &Value| [0, 1, 2].map(|input| kept[input]["readings"].clone());
    assert_eq!(readings(&kept[0]), [json!([0, 2]), json!([1]), Value::Null]);
    assert_eq!(readings(&kept[1]), [json!([0]), json!([1, 2]), Value::Null]);
    let files = [0, 1, 2].map(|input| kept[0][input]["file"].clone());
    assert_eq!(files, ["inputs/1-fsync.csv", "inputs/2-fsync.csv", "inputs/3-fsync.csv"]);
    runs.iter().for_each(|run| drop(repro(&folder, run, &[]).exits(0)));
}

#[test]
fn runs_of_a_sweep_over_data_files_keep_their_own() {
    let swept = SMALL.replace("nodes = 3", "nodes = 3\ndisk = { fsync = \"empirical(file=${file})\" }");
    let folder = Folder::new(&[
        ("swept.toml", &(swept + "[sweep]\nvars.file = [\"one.csv\", \"two.csv\"]\n")),
        ("one.csv", "1ms\n"),
        ("two.csv", "2ms\n"),
    ]);
    let done = folder.run(&["run", "swept.toml", "--format", "json"]).exits(0);
    for file in ["one.csv", "two.csv"] {
        std::fs::remove_file(folder.path(file)).expect("it is there");
    }
    let runs = done.json()["runs"].as_array().expect("a list").clone();
    assert_eq!(runs.len(), 2);
    for (run, file) in runs.iter().zip(["one.csv", "two.csv"]) {
        let path = folder.path(run["output"].as_str().expect("a path"));
        assert!(path.join("inputs").join(format!("1-{file}")).exists(), "{}", path.display());
        let sweep = path.ancestors().nth(2).expect("it lies in the runs of a sweep");
        let planned = manifest(sweep)["runs"].as_array().expect("a list").clone();
        let id = path.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(planned.iter().any(|run| run["run_id"] == id), "{id} is none of {planned:?}");
        repro(&folder, &path, &[]).exits(0);
    }
}

#[test]
fn a_run_of_another_version_is_replayed_with_a_warning() {
    let folder = folder();
    let run = made(&folder, &[]);
    tamper(&run, |manifest| manifest["model_version"] = json!(99));
    let done = repro(&folder, &run, &[]).exits(0);
    assert!(done.stderr.starts_with("warning: the run was made by seedbed "), "{}", done.stderr);
    assert!(done.stderr.contains("(model 99)"), "{}", done.stderr);
}
