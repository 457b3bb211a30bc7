//! What the files hold, byte for byte.

use std::path::PathBuf;

use super::*;
use crate::run::Cut;
use crate::run::metrics::{Aggregate, Figure, Label, Labels, Metric};

/// Compares a text with the one in the repository, or puts it there.
fn hold(path: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("SEEDBED_BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a file lies in a folder"))
            .expect("the repository can be written");
        return fs::write(&path, text).expect("the repository can be written");
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "{} is not what the code makes: SEEDBED_BLESS=1 writes it anew", path.display());
}

fn golden(name: &str) -> String {
    format!("src/run/outputs/tests/golden/{name}")
}

fn finished_folder() -> (tempfile::TempDir, PathBuf) {
    let outputs = tempfile::tempdir().expect("there is room");
    match make(&Disk, outputs.path(), &facts()).expect("the disk works") {
        Finished::Written { folder } => (outputs, folder),
        other => panic!("the folder is new: {other:?}"),
    }
}

#[test]
fn every_file_of_a_run_is_as_it_was() {
    let (_outputs, folder) = finished_folder();
    for (name, bytes) in files_below(&folder) {
        hold(&golden(&name), &String::from_utf8(bytes).expect("files are UTF-8"));
    }
}

#[test]
fn docs_are_current() {
    hold("docs/file-formats.md", &document());
}

#[test]
fn every_table_has_the_columns_that_the_docs_list() {
    let (_outputs, folder) = finished_folder();
    // Those of many runs are not in the folder of one.
    let of_many = ["runs.csv", "compare.csv", "search.csv", "scaling.csv", "fits.csv", "validate.csv"];
    for format in FORMATS.iter().filter(|format| !of_many.contains(&format.file)) {
        let text = fs::read_to_string(folder.join(format.file)).expect("every table is written");
        let names: Vec<&str> = format.columns.iter().map(|column| column.name).collect();
        let header = format!("run_id,param_load,{}\n", names.join(","));
        assert!(text.starts_with(&header), "{}", format.file);
        assert!(text.lines().count() > 1, "{} has rows in the small run", format.file);
        assert!(!text.contains("NaN") && !text.contains("inf,") && !text.contains('\r'), "{}", format.file);
    }
}

#[test]
fn every_document_has_the_fields_that_the_docs_list() {
    let (_outputs, folder) = finished_folder();
    let fields_of = |text: &str| -> Vec<String> {
        let value: serde_json::Value = serde_json::from_str(text).expect("it is JSON");
        value.as_object().expect("it is an object").keys().cloned().collect()
    };
    let listed = |columns: &[Column]| -> Vec<String> {
        let mut names: Vec<String> = columns.iter().map(|column| column.name.to_owned()).collect();
        names.sort();
        names
    };
    for (name, columns) in [(SUMMARY, SUMMARY_FIELDS), (MANIFEST, MANIFEST_FIELDS)] {
        let text = fs::read_to_string(folder.join(name)).expect("it is written");
        assert_eq!(fields_of(&text), listed(columns), "{name}");
    }
    let history = fs::read_to_string(folder.join(HISTORY)).expect("it is written");
    let mut shown: Vec<String> = history.lines().flat_map(fields_of).collect();
    shown.sort();
    shown.dedup();
    assert_eq!(shown, listed(HISTORY_FIELDS), "every field shows in the small run");
}

#[test]
fn the_manifest_gives_length_and_hash_of_every_other_file() {
    let (_outputs, folder) = finished_folder();
    let text = fs::read_to_string(folder.join(MANIFEST)).expect("it is written");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let listed = manifest["files"].as_object().expect("files are an object");
    let others = files_below(&folder).into_iter().filter(|(name, _)| name != MANIFEST);
    let mut count = 0;
    for (name, bytes) in others {
        assert_eq!(listed[&name]["bytes"], bytes.len(), "{name}");
        assert_eq!(listed[&name]["blake3"], blake3::hash(&bytes).to_hex().as_str(), "{name}");
        count += 1;
    }
    assert_eq!(count, listed.len());
}

#[test]
fn a_capped_run_says_so() {
    let recording = recorder(4).finish(ms(10_000));
    let mut facts = facts();
    facts.stop = Stopped::Limit(crate::sim::Limit::Events);
    let notices = notices(&facts, &recording);
    assert_eq!(notices.len(), 2, "{notices:?}");
    assert!(
        notices[0].contains("max-events") && notices[1].starts_with("9 operations are more"),
        "{notices:?}"
    );
}

#[test]
fn per_request_files_of_a_capped_run_hold_the_sample_that_the_summary_speaks_of() {
    let outputs = tempfile::tempdir().expect("there is room");
    let rows = |operations_max: usize| {
        let recording = recorder(operations_max).finish(ms(10_000));
        let name = format!("cap-{operations_max}");
        let mut folder = Folder::begin(&Disk, outputs.path(), &name).expect("the disk works");
        write_run(&mut folder, &facts(), &recording, &[], true).expect("the disk works");
        let read = |file: &str| fs::read_to_string(folder.partial().join(file)).expect("it is written");
        let summary: serde_json::Value = serde_json::from_str(&read(SUMMARY)).expect("it is JSON");
        let lines = |file: &str| read(file).lines().map(str::to_owned).collect::<Vec<String>>();
        (lines("requests.csv"), lines(HISTORY), summary["operations"].clone(), summary["notices"].clone())
    };
    let (all, whole_history, operations, notices) = rows(OPERATIONS_MAX);
    assert_eq!((all.len() - 1, operations), (9, json!({ "total": 9, "kept": 9, "one_in": 1 })));
    assert_eq!((whole_history.len(), notices), (7, json!([])));
    let (sample, history, operations, notices) = rows(6);
    let kept = operations["kept"].as_u64().expect("a number") as usize;
    assert!(0 < kept && kept < 6, "{operations}");
    assert_eq!((sample.len() - 1, &operations["total"]), (kept, &json!(9)));
    assert!(operations["one_in"].as_u64() > Some(1), "{operations}");
    assert!(sample.iter().all(|row| all.contains(row)), "what is kept is kept whole");
    assert!(history.len() < 7 && history.iter().all(|line| whole_history.contains(line)));
    assert!(notices[0].as_str().expect("a text").contains("`max-operations`"), "{notices}");
}

#[test]
fn a_sweep_has_one_table_of_all_figures() {
    let figure = |metric, aggregate, labels: &[(Label, &str)], value| Figure {
        metric,
        labels: labels.iter().map(|&(label, value)| (label, value.to_owned())).collect::<Labels>(),
        aggregate,
        value,
    };
    let run = |run_id: &str, seed, policy: &str, p99| SweepRun {
        run: PlannedRun {
            run_id: run_id.to_owned(),
            seed,
            params: vec![("policy".to_owned(), policy.to_owned())],
        },
        digest: Some(hexadecimal(seed)),
        verdict: RunVerdict::Passed,
        has_page: false,
        figures: vec![
            figure(
                Metric::Latency,
                Aggregate::P99,
                &[(Label::Workload, "users"), (Label::Phase, "healthy")],
                p99,
            ),
            figure(Metric::Throughput, Aggregate::Mean, &[], 0.1),
        ],
    };
    let runs = [run("00000001", 7, "random", 1.5e9), run("00000002", 8, "power-of-d(2, 3)", 2.0)];
    let outputs = tempfile::tempdir().expect("there is room");
    let planned = runs.clone().map(|run| run.run);
    let name = sweep_folder(&planned);
    let facts = SweepFacts {
        scenario: "policies",
        overrides: &[],
        planned: &planned,
        finished: &runs,
        places: &[0, 1],
        of: 2,
        sometimes: &[],
    };
    let fields_of = |folder: &Path, name: &str| {
        let text = fs::read_to_string(folder.join(name)).expect("it is written");
        let document: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        document
    };
    let hold_fields = |document: &serde_json::Value, columns: &[Column]| {
        let mut listed: Vec<&str> = columns.iter().map(|column| column.name).collect();
        listed.sort_unstable();
        assert_eq!(document.as_object().expect("it is an object").keys().collect::<Vec<_>>(), listed);
    };
    let folder = Folder::resume(&Disk, outputs.path(), &name).expect("the disk works");
    let half = SweepFacts { finished: &runs[..1], ..facts };
    let why = ("interrupt", "the sweep was interrupted");
    let kept = keep_sweep(folder, &half, why, &json!({})).expect("the disk works");
    let partial = outputs.path().join(format!("{name}.partial"));
    assert_eq!(kept, Finished::Partial { folder: partial.clone() });
    let marker = fields_of(&partial, PARTIAL);
    hold_fields(&marker, SWEEP_PARTIAL_FIELDS);
    assert_eq!(
        (&marker["runs"][0]["run_id"], &marker["missing"][0]["run_id"]),
        (&json!("00000001"), &json!("00000002"))
    );
    let mut folder = Folder::resume(&Disk, outputs.path(), &name).expect("the disk works");
    write_sweep(&mut folder, &runs).expect("the disk works");
    let finished = finish_sweep(folder, &facts, &json!({})).expect("the disk works");
    assert_eq!(finished, Finished::Written { folder: outputs.path().join(&name) });
    let table = fs::read_to_string(outputs.path().join(&name).join("runs.csv")).expect("it is written");
    assert_eq!(
        table,
        "run_id,seed,param_policy,metric,workload,system,node,region,op,outcome,reason,status,phase,fault,kind,aggregate,unit,value\n\
         00000001,7,random,latency,users,,,,,,,,healthy,,,p99,ns,1500000000\n\
         00000001,7,random,throughput,,,,,,,,,,,,mean,op/s,0.1\n\
         00000002,8,\"power-of-d(2, 3)\",latency,users,,,,,,,,healthy,,,p99,ns,2\n\
         00000002,8,\"power-of-d(2, 3)\",throughput,,,,,,,,,,,,mean,op/s,0.1\n"
    );
    let manifest = fields_of(&outputs.path().join(&name), MANIFEST);
    hold_fields(&manifest, SWEEP_MANIFEST_FIELDS);
    assert_eq!(manifest["runs"][1]["digest"], "0000000000000008");
}

#[test]
fn a_run_that_was_cut_short_is_partial_and_says_so() {
    let outputs = tempfile::tempdir().expect("there is room");
    let cut = |cut| RunFacts { stop: Stopped::Cut(cut), ..facts() };
    for (facts, digest) in [
        (cut(Cut::WallLimit), json!(null)),
        (cut(Cut::Limit(crate::sim::Limit::Events)), json!("0123456789abcdef")),
    ] {
        let finished = make(&Disk, outputs.path(), &facts).expect("the disk works");
        let folder = outputs.path().join("small").join(format!("{}.partial", facts.run_id()));
        assert_eq!(finished, Finished::Partial { folder: folder.clone() });
        let marker = fs::read_to_string(folder.join(PARTIAL)).expect("it is written");
        let marker: serde_json::Value = serde_json::from_str(&marker).expect("it is JSON");
        let mut listed: Vec<&str> = PARTIAL_FIELDS.iter().map(|column| column.name).collect();
        listed.sort_unstable();
        assert_eq!(marker.as_object().expect("it is an object").keys().collect::<Vec<_>>(), listed);
        assert_eq!((&marker["stopped"], &marker["digest"]), (&json!(facts.stop.name()), &digest));
        // What a replay is held to does not depend on why it was cut.
        assert_eq!(marker["digest_at_cut"], "0123456789abcdef");
        assert_eq!(marker["checkpoints"], json!(["0000000000000001", "0000000000000002"]));
        assert!(!folder.join(MANIFEST).exists());
        assert!(!outputs.path().join("small").join(facts.run_id()).exists());
    }
}

#[test]
fn a_finished_run_reads_back_as_it_was_written() {
    let (_outputs, folder) = finished_folder();
    let Stored::Whole { summary, files } = stored(&Disk, &folder).expect("it can be read") else {
        panic!("the run is whole");
    };
    let names: Vec<String> = files_below(&folder).into_iter().map(|(name, _)| name).collect();
    let listed: Vec<&String> = files.keys().collect();
    assert_eq!(listed, names.iter().filter(|name| *name != MANIFEST).collect::<Vec<_>>());
    let written = Summary::new(&facts(), &recording(), &figures(&recording()));
    let json = |summary: &Summary| serde_json::to_string(summary).expect("it is plain data");
    assert_eq!(json(&summary), json(&written));
    assert_eq!(summary.figures(), figures(&recording()));
    let verdicts = (summary.run_verdict(), facts().verdict());
    assert_eq!(verdicts.0, verdicts.1);
    fs::write(folder.join("roles.csv"), "tampered\n").expect("the disk works");
    let damaged = stored(&Disk, &folder).expect("it can be read");
    assert!(matches!(damaged, Stored::Damaged { file } if file == "roles.csv"));
    assert!(matches!(stored(&Disk, &folder.join("absent")).expect("it can be read"), Stored::Nothing));
}
