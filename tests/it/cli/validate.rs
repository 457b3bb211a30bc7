//! `seedbed validate`: rows that hold, rows that must not, and what is asked of it in vain.

use std::collections::BTreeMap;
use std::fs;

use seedbed::validate::{Effort, Experiment, Published, SUITES, Verdict};
use serde_json::Value;

use super::*;

/// The experiment of this name.
fn experiment(name: &str) -> Experiment {
    let all = SUITES.iter().flat_map(|suite| suite.experiments());
    all.into_iter().find(|experiment| experiment.name == name).expect("there is one of this name")
}

fn verdicts(experiment: &Experiment) -> Vec<Verdict> {
    let rows = experiment.run("consensus", Effort::Usual, 2).expect("it can be run");
    rows.into_iter().map(|row| row.verdict).collect()
}

fn rows(done: &Done) -> Vec<Value> {
    done.json()["rows"].as_array().expect("a list").clone()
}

const SOME: [&str; 11] = [
    "validate",
    "consensus",
    "--only",
    "split-vote-4-of-5-10pc",
    "--only",
    "quorum-latency-flexible-2-eu-west-1",
    "--only",
    "fantoch",
    "--format",
    "json",
    "--jobs",
];

#[test]
fn rows_hold_and_their_bytes_do_not_depend_on_jobs() {
    let folder = Folder::new(&[]);
    let [one, two] = ["1", "2"].map(|jobs| folder.run(&[&SOME[..], &[jobs]].concat()).exits(0));
    assert_eq!(one.stdout, two.stdout);
    let rows = rows(&one);
    assert_eq!(rows.len(), 1 + 5 + 4);
    for row in &rows {
        assert_eq!((&row["suite"], &row["verdict"]), (&"consensus".into(), &"held".into()), "{row}");
        assert!(row["source"].as_str().is_some_and(|source| !source.is_empty()), "{row}");
        assert!(row["setup"].as_str().is_some_and(|setup| !setup.is_empty()), "{row}");
        let figure = |key: &str| row[key].as_f64().unwrap_or_else(|| panic!("{key} of {row}"));
        assert!(figure("ci_low") <= figure("simulated") && figure("simulated") <= figure("ci_high"), "{row}");
        assert!((figure("simulated") - figure("published")).abs() <= figure("tolerance") + 1e-9, "{row}");
    }
    let names: Vec<&str> = rows.iter().filter_map(|row| row["name"].as_str()).collect();
    assert_eq!(names[0], "split-vote-4-of-5-10pc");
    assert!(names.contains(&"quorum-latency-flexible-2-eu-west-1/sa-east-1"), "{names:?}");
}

#[test]
fn a_published_figure_that_is_wrong_is_violated() {
    let mut wrong = experiment("split-vote-4-of-5-20pc");
    wrong.claims[0].published = Published::Exactly(0.25);
    assert_eq!(verdicts(&wrong), [Verdict::Violated]);
    let mut wrong = experiment("quorum-latency-raft-ca-central-1");
    wrong.claims[0].published = Published::Exactly(153.0);
    assert_eq!(verdicts(&wrong)[..2], [Verdict::Violated, Verdict::Held]);
}

/// What is wrong in a simulated world shows in the rows: voters that grant everybody their vote, a slower network, another quorum.
#[test]
fn a_simulation_that_is_wrong_is_violated() {
    let changes = [
        ("split-vote-4-of-5-20pc", "nodes = 5\n", "nodes = 5\nbugs = [\"raft-vote-twice\"]\n"),
        ("split-vote-4-of-5-20pc", "const(20ms)", "const(25ms)"),
        ("split-vote-4-of-5-random", "uniform(10ms, 20ms)", "uniform(5ms, 15ms)"),
        ("first-timeout-4-of-5", "uniform(100ms, 200ms)", "uniform(105ms, 205ms)"),
        ("election-time-4-of-5-10pc", "delay = \"const(10ms)\"", "delay = \"const(14ms)\""),
        ("wide-area-one-failed", "const(0ms)", "const(40ms)"),
        ("figure-16-150-155", "const(1750us)", "const(7ms)"),
        ("figure-16-12-24", "vote-reply = { send = \"10500us\" }", "vote-reply = {}"),
        ("quorum-latency-flexible-2-eu-west-1", "q2 = 2", "q2 = 3"),
    ];
    for (name, from, to) in changes {
        let mut changed = experiment(name);
        assert!(changed.scenario.contains(from), "{name} has no {from}: {}", changed.scenario);
        changed.scenario = changed.scenario.replace(from, to);
        changed.seeds = changed.seeds.min(4_000);
        assert!(verdicts(&changed).contains(&Verdict::Violated), "{name} with {to}");
    }
}

/// Where a broadcast's 15 ms are decides Figure 16 of the Raft paper, and `--set` shows it.
#[test]
fn a_row_under_other_conditions_says_so() {
    let folder = Folder::new(&[]);
    let asked = ["validate", "consensus", "--only", "figure-16-150-155", "--format", "json"];
    let set = |set: [&str; 2]| {
        let done = folder.run(&[&asked[..], &["--set", set[0], "--set", set[1]]].concat()).exits(1);
        let row = rows(&done).remove(0);
        assert!(row["setup"].as_str().is_some_and(|setup| setup.ends_with(&set.join("; "))), "{row}");
        row["simulated"].as_f64().expect("a figure")
    };
    let reply = "system.kv.cpu.kinds.vote-reply.send";
    let behind = set(["system.kv.disk.fsync=0ms", &format!("{reply}=14ms")]);
    let halves = set(["system.kv.disk.fsync=7ms", &format!("{reply}=0ms")]);
    // An independent simulation of elections alone gave 139 ms and 1,482 ms.
    assert!((behind - 139.0).abs() < 5.0 && (halves - 1_482.0).abs() < 100.0, "{behind} and {halves}");
    folder.run(&[&asked[..], &["--set", "system.kv.disk.fsyn=0ms"]].concat()).exits(2);
}

/// Round trips: hill to island 18 ms, hill to harbour 4 ms, island to harbour 16 ms; within a region 0.2 ms.
#[test]
fn a_matrix_of_ones_own_is_predicted_and_measured() {
    let matrix =
        std::fs::read_to_string(project().join("scenarios/network/sites.csv")).expect("it is shipped");
    let folder = Folder::new(&[("sites.csv", &matrix)]);
    let asked = ["validate", "consensus", "--matrix", "sites.csv", "--leader", "hill", "--format", "json"];
    let done = folder.run(&asked).exits(0);
    let found: Vec<(String, f64, f64)> = rows(&done)
        .iter()
        .map(|row| {
            let figure = |key: &str| row[key].as_f64().expect("a number");
            (row["name"].as_str().expect("a name").to_owned(), figure("published"), figure("simulated"))
        })
        .collect();
    let figures = [("harbour", 8.0), ("hill", 4.2), ("island", 22.0)];
    let protocols = ["raft", "multi-paxos", "flexible-2"];
    let expected: Vec<(String, f64, f64)> = protocols
        .iter()
        .flat_map(|protocol| {
            figures.map(|(client, ms)| (format!("quorum-latency-{protocol}-hill/{client}"), ms, ms))
        })
        .collect();
    assert_eq!(found, expected);
    let alone = folder.run(&[&asked[..], &["--q2", "1"]].concat()).exits(0);
    let alone: Vec<f64> = rows(&alone).iter().filter_map(|row| row["simulated"].as_f64()).collect();
    assert_eq!(alone, [4.0, 0.2, 18.0], "nobody else is waited for");
}

#[test]
fn the_scenario_of_a_row_can_be_run() {
    let folder = Folder::new(&[]);
    let shown = folder.run(&["validate", "--show", "wide-area-one-failed/mean"]).exits(0);
    std::fs::write(folder.path("row.toml"), &shown.stdout).expect("the folder is writable");
    folder.run(&["run", "row.toml", "--seed", "7"]).exits(0);
}

#[test]
fn what_there_is_not_is_refused() {
    let folder = Folder::new(&[("broken.csv", "from,to,one_way\na,b,1ms\n")]);
    let done = folder.run(&["validate", "--only", "split-votes"]).exits(4);
    assert!(
        done.stderr.contains("--only split-votes") && done.stderr.contains("did you mean"),
        "{}",
        done.stderr
    );
    folder.run(&["validate", "--show", "nothing"]).exits(4);
    folder.run(&["validate", "consensus", "nothing"]).exits(2);
    folder.run(&["validate", "--leader", "paris"]).exits(2);
    folder.run(&["validate", "--matrix", "absent.csv"]).exits(2);
    let done = folder.run(&["validate", "--matrix", "broken.csv"]).exits(2);
    let said = "error: `broken.csv` lacks the pairs a to a, b to a, b to b\n = help: a matrix has the header";
    assert!(done.stderr.starts_with(said) && !done.stderr.contains("regions ="), "{}", done.stderr);
    let done = folder.run(&["validate", "--matrix", "aws", "--leader", "us-east-9"]).exits(2);
    assert!(
        done.stderr.contains("--leader us-east-9") && done.stderr.contains("us-east-1"),
        "{}",
        done.stderr
    );
    let done = folder.run(&["validate", "--matrix", "aws", "--leader", "us-east-1", "--q2", "20"]).exits(2);
    assert!(done.stderr.contains("q2"), "{}", done.stderr);
}

/// Rows that take little, of two chapters, a bound and rows that are not run among them.
const KEPT: [&str; 9] = [
    "validate",
    "--only",
    "fantoch",
    "--only",
    "figure-16-150-150",
    "--only",
    "fan-out-tail-1/slow",
    "--only",
    "mm1-95pc",
];

/// All files of the folder that a validation names, by name, but for its manifest.
fn kept(folder: &Folder, done: &Done) -> BTreeMap<String, Vec<u8>> {
    let named = done.stdout.lines().last().expect("the folder is named last");
    let home = folder.path(named).parent().expect("a file in a folder").to_path_buf();
    let below = |path: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(path).expect("it is there");
        entries.map(|entry| entry.expect("readable").path()).collect()
    };
    let files =
        below(&home).into_iter().flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] });
    let name = |path: &Path| {
        path.strip_prefix(&home).expect("it was found there").to_string_lossy().replace('\\', "/")
    };
    files.map(|path| (name(&path), fs::read(&path).expect("readable"))).collect()
}

#[test]
fn what_is_found_is_kept_in_tables_charts_and_a_page_whatever_the_jobs() {
    let (one, two) = (Folder::new(&[]), Folder::new(&[]));
    let done = one.run(&[&KEPT[..], &["--jobs", "1"]].concat()).exits(0);
    let files = kept(&one, &done);
    let again = two.run(&[&KEPT[..], &["--jobs", "2", "--out", "elsewhere"]].concat()).exits(0);
    assert_eq!(files, kept(&two, &again));
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let charts = ["commit-latency", "elections", "fan-out", "one-core"];
    let charts = ["charts.json".to_owned()]
        .into_iter()
        .chain(charts.map(|chapter| format!("charts/validate-{chapter}.svg")));
    let charts: Vec<String> = charts.collect();
    let others = ["manifest.json", "report.html", "validate.csv", "validate.md"];
    assert_eq!(names, charts.iter().map(String::as_str).chain(others).collect::<Vec<_>>());
    let text = |name: &str| String::from_utf8(files[name].clone()).expect("it is text");
    let lines: Vec<String> = text("validate.csv").lines().map(str::to_owned).collect();
    // Four of fantoch, one each of the others, and all five of a queue that takes long.
    assert_eq!(lines.len(), 1 + 4 + 1 + 1 + 5, "{lines:?}");
    let held = |row: &str| lines.iter().any(|line| line.contains(row) && line.ends_with(",held"));
    assert!(held(",fantoch-f-1-clients-10/us-west1,") && held(",fan-out-tail-1/slow,"), "{lines:?}");
    assert_eq!(lines.iter().filter(|line| line.ends_with(",not-run")).count(), 5, "{lines:?}");
    for (name, part) in [
        ("validate.md", "What came of them: 11 rows: 6 held, 5 not run.\n"),
        ("validate.md", "| `figure-16-150-150/median` | >= 10000.0 ms | none | 16964.9 ms |"),
        ("report.html", "seedbed validate --only fantoch --only figure-16-150-150 --only"),
        ("charts/validate-elections.svg", "Ongaro and Ousterhout 2014, §9.3, Figure 16"),
        ("charts/validate-one-core.svg", "not run without --thorough"),
    ] {
        assert!(text(name).contains(part), "{part} is not in {name}: {}", text(name));
    }
}

#[test]
fn a_validation_is_printed_as_it_is_kept_and_a_second_one_changes_nothing() {
    let folder = Folder::new(&[]);
    let asked = ["validate", "--only", "fantoch"];
    let files = kept(&folder, &folder.run(&asked).exits(0));
    for (format, file) in [("md", "validate.md"), ("csv", "validate.csv")] {
        let done = folder.run(&[&asked[..], &["--table", format]].concat()).exits(0);
        assert_eq!(done.stdout.as_bytes(), files[file]);
    }
    let document = folder.run(&[&asked[..], &["--format", "json"]].concat()).exits(0).json();
    let home = folder.path(document["output"].as_str().expect("a folder"));
    assert_eq!(fs::read(home.join("validate.md")).expect("it is there"), files["validate.md"]);
    assert_eq!(
        fs::read_dir(folder.path("outputs")).expect("it is there").count(),
        1,
        "one folder, and no other"
    );
    // Pictures are added to what is there; without charts the table is named.
    folder.run(&[&asked[..], &["--charts", "png"]].concat()).exits(0);
    assert!(home.join("charts/validate-commit-latency.png").is_file());
    let plain = folder.run(&[&asked[..], &["--charts", "none", "--out", "plain"]].concat()).exits(0);
    assert!(plain.stdout.ends_with("/validate.md\n"), "{}", plain.stdout);
}

/// Other conditions are other rows, and what is violated is drawn so.
#[test]
fn rows_that_are_violated_are_kept_apart_from_those_as_published() {
    let folder = Folder::new(&[]);
    let asked = ["validate", "--only", "fantoch-f-1-clients-1"];
    let held = kept(&folder, &folder.run(&asked).exits(0));
    let slower = ["--set", "system.kv.disk.fsync=const(3ms)"];
    let violated = kept(&folder, &folder.run(&[&asked[..], &slower].concat()).exits(1));
    let chart = |files: &BTreeMap<String, Vec<u8>>| {
        String::from_utf8(files["charts/validate-commit-latency.svg"].clone()).expect("it is text")
    };
    assert!(chart(&violated).contains("violated") && !chart(&held).contains("violated"));
    assert!(String::from_utf8_lossy(&violated["report.html"]).contains("system.kv.disk.fsync=const(3ms)"));
    assert_eq!(fs::read_dir(folder.path("outputs")).expect("it is there").count(), 2);
}

#[test]
fn what_cannot_be_kept_is_refused_before_anything_is_run() {
    let folder = Folder::new(&[("taken", "a file")]);
    let done = folder.run(&["validate", "--out", "taken"]).exits(74);
    assert!(
        done.stderr.contains("results cannot be written")
            && done.stderr.contains("--out names another folder"),
        "{}",
        done.stderr
    );
    assert_eq!(fs::read_to_string(folder.path("taken")).expect("it is there"), "a file");
    folder.run(&["validate", "--only", "fantoch", "--table", "latex"]).exits(2);
    folder.run(&["validate", "--only", "fantoch", "--table", "md", "--format", "json"]).exits(2);
    assert!(!folder.path("outputs").exists());
}

/// What takes too long is named and left out, and refused if nothing else was asked for.
#[test]
fn rows_that_take_long_are_left_to_thorough_runs() {
    let folder = Folder::new(&[]);
    let asked = ["validate", "services", "--only", "fan-out-10", "--only", "mm1-95pc"];
    let done = folder.run(&[&asked[..], &["--format", "json"]].concat()).exits(0);
    assert_eq!(done.json()["not_run"], serde_json::json!(["mm1-95pc"]));
    assert!(rows(&done).iter().all(|row| row["suite"] == "services"), "{:?}", rows(&done));
    let text = folder.run(&asked).exits(0);
    assert!(text.stdout.contains("not run without --thorough: mm1-95pc\n"), "{}", text.stdout);
    let done = folder.run(&["validate", "services", "--only", "mm1-95pc"]).exits(4);
    assert!(done.stderr.contains("mm1-95pc") && done.stderr.contains("--thorough"), "{}", done.stderr);
}
