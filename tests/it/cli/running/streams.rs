//! What goes to stdout and to stderr, and the exit codes.

use super::*;

#[test]
fn a_run_prints_its_seed_id_and_digest_and_nothing_on_stderr() {
    let folder = Folder::new(&[("a.toml", SMALL)]);
    let done = folder.run(&["run", "a.toml"]).exits(0);
    let head = done.stdout.lines().next().expect("a line");
    let words: Vec<&str> = head.split_whitespace().collect();
    assert_eq!(
        (words[..4].to_vec(), words[5], words.len()),
        (vec!["small", "seed", "3", "run"], "digest", 7)
    );
    assert_eq!((words[4].len(), words[6].len()), (8, 16));
    assert!(done.stdout.contains("events, ") && done.stdout.contains(" a second)"), "{}", done.stdout);
    assert!(done.stdout.contains("report.html") && done.stderr.is_empty(), "{}", done.stderr);
    let json = folder.run(&["run", "a.toml", "--format", "json", "--out", "two"]).exits(0).json();
    assert_eq!((&json["run_id"], &json["digest"]), (&words[4].into(), &words[6].into()));
    assert!(json["host"]["events_per_s"].is_number() && json["checks"].is_array());
    let quiet = folder.run(&["run", "a.toml", "-q", "--out", "three"]).exits(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
}

#[test]
fn every_run_of_a_sweep_is_listed_with_its_seed_id_and_digest() {
    let folder = Folder::new(&[("a.toml", &sweep())]);
    let done = folder.run(&["run", "a.toml"]).exits(0);
    assert!(done.stdout.starts_with("small  8 runs: 8 passed\n"), "{}", done.stdout);
    let rows: Vec<&str> = done.stdout.lines().filter(|line| line.contains("digest")).collect();
    assert_eq!(rows.len(), 8);
    assert!(
        rows.iter().all(|row| row.contains("  run ") && row.contains("  seed ") && row.contains("nodes="))
    );
    let page = done.stdout.lines().last().expect("the page");
    let html = std::fs::read_to_string(folder.path(page)).expect("it is there");
    assert!(html.contains("all 8 runs passed") && html.contains("latency p99"), "{page}");
    assert!(html.contains("seedbed run a.toml</code>"), "the page names the command for the whole sweep");
    let table = folder.path(page).with_file_name("charts");
    let charts = folders_in(&table);
    assert!(charts.contains(&"sweep-latency-p99-by-nodes.svg".to_owned()), "{charts:?}");
    for chart in &charts {
        assert!(html.contains(&format!("charts/{chart}")), "{chart}");
    }
    let json = folder.run(&["run", "a.toml", "--format", "json", "--out", "two"]).exits(0).json();
    assert_eq!(json["runs"].as_array().map(Vec::len), Some(8));
    assert_eq!((&json["sweeps"][0]["complete"], &json["sweeps"][0]["skipped"]), (&true.into(), &0.into()));
}

#[test]
fn many_files_give_one_document_and_the_gravest_code() {
    let failing =
        SMALL.replace("small", "failing") + "\n[check.no]\nmetric = \"latency\"\nassert = \"p99 < 1ns\"\n";
    let folder =
        Folder::new(&[("a.toml", SMALL), ("b.toml", &failing), ("c.toml", "schema = 1\nseed = -1\n")]);
    let done = folder.run(&["run", "a.toml", "b.toml", "--format", "json"]).exits(1);
    assert_eq!(done.json()["runs"].as_array().map(Vec::len), Some(2));
    assert_eq!(last_command(&done, "reproduce"), ["run", "b.toml", "--seed", "3"]);
    let both = folder.run(&["run", "b.toml", "a.toml", "--max-events", "100"]).exits(3);
    assert_eq!(last_command(&both, "reproduce"), ["run", "b.toml", "--seed", "3", "--max-events", "100"]);
    std::fs::remove_dir_all(folder.path("outputs")).expect("it is there");
    let invalid = folder.run(&["run", "a.toml", "c.toml"]).exits(2);
    assert!(invalid.stdout.is_empty() && invalid.stderr.contains("c.toml"), "{}", invalid.stderr);
    assert!(!folder.path("outputs").exists(), "nothing runs unless everything is valid");
}

#[test]
fn a_folder_that_cannot_be_written_is_said_before_anything_runs() {
    let folder = Folder::new(&[("a.toml", &endless()), ("file", "")]);
    let done = folder.run(&["run", "a.toml", "--out", "file/below"]).exits(74);
    assert!(done.stderr.starts_with("error: file/below/small: results cannot be written"), "{}", done.stderr);
    assert!(done.stderr.contains("--out names another folder") && done.stdout.is_empty());
}

/// A run whose results are there when nobody can be told of them, or whose files are too large.
#[cfg(unix)]
#[test]
fn a_run_survives_its_stdout_and_fails_at_a_file_that_is_too_large() {
    let folder = Folder::new(&[("a.toml", SMALL)]);
    let shell = |script: &str| {
        let arguments = ["-c", script, env!("CARGO_BIN_EXE_seedbed")];
        Command::new("sh").args(arguments).current_dir(folder.0.path()).output().ok().map(Done::from)
    };
    let run = |flags: &str| format!("exec \"$0\" run a.toml --trace full {flags}");
    // 4 KiB, or 8 where a block has 1 KiB: trace.jsonl is larger.
    let Some(done) = shell(&format!("ulimit -f 8; {}", run("--charts none"))) else {
        return eprintln!("skipped: there is no sh");
    };
    let done = done.exits(74);
    assert!(done.stderr.starts_with("error: outputs/small/"), "{}", done.stderr);
    assert!(done.stderr.contains(": File too large"), "{}", done.stderr);
    assert_eq!(folders_in(&folder.path("outputs/small")), [""; 0], "nothing is left");
    let done = shell(&format!("ulimit -f 8; {}", run("--charts none --seeds 1..2"))).expect("sh").exits(74);
    assert_eq!(done.stderr.matches(": File too large").count(), 2, "{}", done.stderr);
    for left in folders_in(&folder.path("outputs/small")) {
        assert!(left.starts_with("sweep-") && left.ends_with(".partial"), "{left}");
        assert_eq!(folders_in(&folder.path(&format!("outputs/small/{left}/runs"))), [""; 0]);
    }
    std::fs::remove_dir_all(folder.path("outputs")).expect("it is there");

    let mut ends = vec![(">&-", 0), ("| true", 0)];
    if Path::new("/dev/full").exists() {
        ends.push((">/dev/full", 74));
    }
    for (end, code) in ends {
        let script = run("").replace("exec ", "") + " " + end;
        let done = shell(&script).expect("there is sh").exits(code);
        assert_eq!(done.stderr.contains("error: the result could not be written"), code == 74, "{end}");
        assert!(folder.path("outputs/latest/manifest.json").exists(), "{end}");
        std::fs::remove_dir_all(folder.path("outputs")).expect("it is there");
    }
}

#[test]
fn checks_are_told_by_their_names() {
    let check =
        |name: &str, assert: &str| format!("\n[check.{name}]\nmetric = \"latency\"\nassert = \"{assert}\"\n");
    let failing: String =
        ["outage", "calm", "late", "last"].iter().map(|name| check(name, "p99 < 1ns")).collect();
    let failing = SMALL.to_owned() + &check("short-before", "p50 < 1s") + &failing;
    let folder = Folder::new(&[("a.toml", &failing)]);
    let single = folder.run(&["run", "a.toml"]).exits(1).stdout;
    let names: Vec<&str> = single
        .lines()
        .filter_map(|line| line.trim().strip_prefix("held").or(line.trim().strip_prefix("violated")))
        .filter_map(|rest| rest.split_whitespace().next())
        .collect();
    assert_eq!(names, ["linearizable", "short-before", "outage", "calm", "late", "last"], "{single}");
    assert!(single.contains("  held      short-before  latency "), "{single}");
    let many = folder.run(&["run", "a.toml", "--seeds", "1..2"]).exits(1).stdout;
    let rows: Vec<&str> = many.lines().filter(|line| line.contains("digest")).collect();
    assert_eq!(rows.len(), 2, "{many}");
    assert!(rows.iter().all(|row| row.ends_with("  outage, calm, late and 1 more")), "{many}");
    let quiet = folder.run(&["run", "a.toml", "-q"]).exits(1);
    let reason = "small: failed: outage, calm, late and 1 more";
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.lines().next()), ("", Some(reason)), "{}", quiet.stderr);
}

#[test]
fn whatever_is_not_passed_has_its_reason_though_nothing_else_is_said() {
    let open = SMALL.to_owned()
        + "[check.calm]\nmetric = \"latency\"\nwhere = { phase = \"fault\" }\nassert = \"p99 < 1s\"\n";
    let folder = Folder::new(&[("a.toml", SMALL), ("open.toml", &open)]);
    let first = |arguments: &[&str]| {
        let done = folder.run(&[&["run", "-q", "--charts", "none"], arguments].concat()).exits(3);
        let json = folder
            .run(&[&["run", "--format", "json", "--charts", "none"], arguments].concat())
            .exits(3)
            .json();
        assert_eq!((&json["verdict"], &json["exit"]), (&"inconclusive".into(), &3.into()));
        let reason = done.stderr.lines().next().expect("it is said").to_owned();
        assert_eq!(json["reasons"], serde_json::json!([reason]));
        (reason, done.stdout)
    };
    let said = |reason: &str| (reason.to_owned(), String::new());
    let stopped = "inconclusive: stopped early by max-events";
    assert_eq!(first(&["a.toml", "--max-events", "100"]), said(&format!("small: {stopped}")));
    let many = first(&["a.toml", "--max-events", "100", "--seeds", "1..2"]);
    assert_eq!(many, said(&format!("small: 2 of 2 runs {stopped}")));
    assert_eq!(first(&["open.toml", "--out", "two"]), said("small: inconclusive: calm"));
}

#[test]
fn a_fault_that_never_strikes_is_told_once() {
    let fault = |name: &str, when: &str| {
        format!("[fault.{name}]\n{when}\ndo = \"crash\"\ntarget = \"kv.1\"\nfor = \"1s\"\n")
    };
    let text =
        SMALL.to_owned() + &fault("late", "at = \"9s\"") + &fault("rare", "every = \"uniform(1s, 99d)\"");
    let folder = Folder::new(&[("a.toml", &text)]);
    for runs in [&["--seed", "1"][..], &["--seeds", "1..3"]] {
        let done = folder.run(&[&["run", "a.toml"], runs].concat()).exits(0);
        assert_eq!(done.stderr.matches("`late` never str").count(), 1, "{}", done.stderr);
        assert_eq!(done.stderr.matches("`rare` never str").count(), 1, "{}", done.stderr);
    }
    let page = std::fs::read_to_string(only_run(&folder).join("report.html")).expect("it is written");
    assert!(
        page.contains("`late` never struck") && page.contains("`rare` never struck"),
        "the page has both"
    );
}

/// The folder of the one run that stands alone.
fn only_run(folder: &Folder) -> PathBuf {
    let all = folder.path("outputs/small");
    let name = folders_in(&all).into_iter().find(|name| !name.starts_with("sweep-"));
    all.join(name.expect("there is one"))
}

#[test]
fn verdicts_have_colours_only_when_asked_for() {
    let folder = Folder::new(&[("a.toml", SMALL)]);
    let plain = folder.run(&["run", "a.toml"]).exits(0).stdout;
    assert!(!plain.contains('\u{1b}'));
    let colour = folder.run(&["run", "a.toml", "--color", "always"]).exits(0).stdout;
    assert!(colour.contains("\u{1b}[32mpassed\u{1b}[0m"), "{colour}");
}
