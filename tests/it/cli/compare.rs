//! `seedbed compare`: variants in pairs, and what is refused.

use std::fs;

use super::*;

const POOLS: &str = r#"
schema = 1
name = "pools"
duration = "4s"
warmup = "1s"

[system.api]
type = "service"
groups = [{ count = 2, speed = "${speed}" }]
cores = 1
work = "exp(10ms)"

[workload.users]
target = "api"
arrival = "poisson(${rate})"

[sweep]
repeat = 6
vars.speed = [1.0, 1.3]
vars.rate = ["100/s", "140/s"]

[compare]
by = "speed"
metrics = ["latency.mean", "latency.p99", "utilisation"]
"#;

fn pools() -> Folder {
    Folder::new(&[("pools.toml", POOLS)])
}

/// The value of a key in a row of the document.
fn number(row: &serde_json::Value, path: &[&str]) -> f64 {
    let found = path.iter().fold(row, |value, key| &value[*key]);
    found.as_f64().unwrap_or_else(|| panic!("{path:?} of {row}"))
}

#[test]
fn faster_machines_are_found_to_be_faster_and_no_busier_ones_to_be_better() {
    let folder = pools();
    let document = folder.run(&["compare", "pools.toml", "--format", "json"]).exits(0).json();
    assert_eq!((&document["variable"], &document["baseline"]), (&"speed".into(), &"1.0".into()));
    let rows = document["rows"].as_array().expect("rows");
    // Three metrics at two rates, of two variants.
    assert_eq!((rows.len(), document["comparisons"].as_u64()), (12, Some(6)));
    for row in rows.iter().filter(|row| row["variant"] == "1.3") {
        assert_eq!((row["finding"].as_str(), row["pairs"].as_u64()), (Some("lower"), Some(6)), "{row}");
        let verdict = row["verdict"].as_str().expect("a sentence");
        assert!(verdict.contains("% lower") && verdict.contains("6 paired runs"), "{verdict}");
        let of = |end: &str| number(row, &["ratio", end]);
        assert!(of("ci_low") < of("value") && of("value") < of("ci_high") && of("ci_high") < 1.0, "{row}");
        match row["metric"].as_str() {
            // Cores of speed 1.3 are busy for 1 / 1.3 of the time, whatever the seed.
            Some("utilisation mean") => {
                assert!((of("value") - 1.0 / 1.3).abs() < 0.01 && row["rank"].is_null(), "{row}");
            }
            _ => assert_eq!(row["rank"], 1, "{row}"),
        }
    }
}

#[test]
fn what_is_compared_is_kept_and_compared_again_without_a_run() {
    let folder = pools();
    let first = folder.run(&["compare", "pools.toml"]).exits(0);
    let path = first.stdout.lines().last().expect("the folder is named last");
    let kept = |path: &str| fs::read_to_string(folder.0.path().join(path)).expect("it is there");
    let (table, text) =
        (kept(&path.replace("report.html", "compare.csv")), kept(&path.replace("report.html", "compare.md")));
    assert!(kept(path).contains("pools comparison"));
    assert_eq!(table.lines().count(), 13, "{table}");
    assert!(text.contains("| rank | speed | mean (95 % CI) | beside 1.0 | gain |"), "{text}");
    // The runs are taken from their folders: a changed scenario that gives the same runs is not simulated again.
    let runs = || {
        let sweeps = fs::read_dir(folder.0.path().join("outputs/pools")).expect("it is there");
        let sweep =
            sweeps.map(|entry| entry.expect("readable").path()).find(|path| path.join("runs").is_dir());
        sweep.expect("a sweep").join("runs")
    };
    let modified = || {
        let folders = fs::read_dir(runs()).expect("it is there");
        let times = folders
            .map(|entry| entry.expect("readable").metadata().expect("times").modified().expect("times"));
        times.max().expect("there are runs")
    };
    let before = modified();
    let again = folder.run(&["compare", "pools.toml"]).exits(0);
    assert_eq!((again.stdout.as_str(), modified()), (first.stdout.as_str(), before));
    // The folder of the sweep says the same; what it lacks of the scenario is said by flags.
    let sweep = runs().parent().expect("a sweep").display().to_string();
    let flags =
        ["--by", "speed", "--metric", "latency.mean", "--metric", "latency.p99", "--metric", "utilisation"];
    let stored = folder.run(&[&["compare", &sweep, "--table", "csv"][..], &flags].concat()).exits(0);
    assert_eq!(stored.stdout, table);
}

#[test]
fn several_files_are_variants_by_the_names_of_their_scenarios() {
    let one = POOLS.replace("\"pools\"", "\"slow\"").replace("[1.0, 1.3]", "[1.0]");
    let other = POOLS
        .replace("\"pools\"", "\"fast\"")
        .replace("[1.0, 1.3]", "[1.3]")
        .replace("\"api\"", "\"service\"");
    let other = other.replace("[system.api]", "[system.service]");
    let folder = Folder::new(&[("one.toml", &one), ("other.toml", &other)]);
    let done = folder.run(&["compare", "one.toml", "other.toml", "--format", "json"]).exits(2);
    // They vary in a speed that is not the same: under no circumstances have both runs.
    assert!(done.stderr.contains("under the same circumstances"), "{}", done.stderr);
    let fixed = |text: &str, speed: &str| {
        text.replace("\"${speed}\"", speed).replace(&format!("vars.speed = [{speed}]\n"), "")
    };
    let (one, other) = (fixed(&one, "1.0"), fixed(&other, "1.3"));
    let (one, other) = (one.replace("by = \"speed\"", ""), other.replace("by = \"speed\"", ""));
    let folder = Folder::new(&[("one.toml", &one), ("other.toml", &other)]);
    let document = folder.run(&["compare", "one.toml", "other.toml", "--format", "json"]).exits(0).json();
    assert_eq!(document["variable"], "scenario");
    let rows = document["rows"].as_array().expect("rows");
    // Of scenarios that call their system otherwise, too: each has but one.
    assert!(rows.iter().any(|row| row["variant"] == "fast" && row["finding"] == "lower"), "{document}");
}

#[test]
fn what_cannot_be_compared_is_said_before_anything_runs() {
    let folder = pools();
    let refused = |flags: &[&str], says: &str| {
        let done = folder.run(&[&["compare", "pools.toml"], flags].concat()).exits(2);
        assert!(done.stderr.contains(says) && done.stdout.is_empty(), "{flags:?}: {}", done.stderr);
        assert!(!folder.0.path().join("outputs").exists(), "{flags:?} ran something");
    };
    refused(&["--seed", "3"], "add --seeds 1..10");
    refused(
        &["--set", "compare.intervals=order-statistics", "--seeds", "1..5"],
        "it takes 6 with the same seeds",
    );
    refused(&["--by", "sped"], "`sped`");
    refused(&["--baseline", "2.0"], "the baseline `2.0` is no variant");
    refused(&["--only", "speed=1.0"], "all runs have speed=1.0");
    refused(&["--metric", "latnecy.p99"], "did you mean `latency`?");
    refused(&["--metric", "latency.p98"], "`latency` has no `p98`");
    refused(&["--metric", "latency.p99{opp=read}"], "has no label `opp`");
    refused(&["--metric", "latency.p99{op=read"], "never closed");
    refused(&["--set", "compare.by=sped"], "`sped` is no variable of [sweep]");
    refused(&["--set", "compare.baseline=2.0"], "is no value of `speed`");
    refused(&["--set", "compare.metrics=[\"latency.p99\",\"latency.p99\"]"], "asked for twice");
    refused(
        &["--set", "compare.pareto=[\"rate\",\"latency.p50\"]"],
        "`latency.p50` is neither compared nor swept",
    );
    refused(&["--set", "compare.pareto=[\"rates\",\"latency.p99\"]"], "there is no metric `rates`");
    refused(&["--set", "compare.pareto=[\"rate\"]"], "by two figures, and this is 1");
    refused(
        &["--set", "compare.theory=[\"mm1(work=10ms)\"]", "--set", "compare.metrics=[\"throughput\"]"],
        "formulas of latency",
    );
    refused(
        &["--set", "compare.theory=[\"mm1(work=10ms)\"]", "--set", "workload.users.arrival=poisson(100/s)"],
        "no swept variable says that",
    );
    refused(&["--metric", "latency.p99{region=eu}"], "runs keep no `latency` by region");
    refused(&["--metric", "latency.p99{outcome=fail}"], "only of what ended `ok`");
    refused(
        &["--set", "workload.users.arrival=poisson(100/s)"],
        "rate=100/s and rate=140/s are the same run: nothing in it hangs on that",
    );
    refused(&["--partition", "hash:1/2"], "would tear pairs apart");
    refused(
        &["--set", "compare.until=relative half-width 1%", "--set", "compare.most=4"],
        "`repeat` is 6 already",
    );
    refused(&["--confidence", "95"], "from 0.5 to 0.999");
}

#[test]
fn check_and_run_say_what_is_wrong_with_a_comparison() {
    let wrong = POOLS.replace("latency.p99", "latency.p98");
    let folder = Folder::new(&[("wrong.toml", &wrong)]);
    for command in ["check", "run"] {
        let done = folder.run(&[command, "wrong.toml"]).exits(2);
        assert!(
            done.stderr.contains("`latency` has no `p98`") && done.stderr.contains("wrong.toml:24:"),
            "{}",
            done.stderr
        );
    }
    let alone = "schema = 1\nduration = \"1s\"\n[system.kv]\ntype = \"raft\"\nnodes = 3\n[compare]\nconfidence = 0.9\n";
    let folder = Folder::new(&[("alone.toml", alone)]);
    let done = folder.run(&["check", "alone.toml"]).exits(2);
    assert!(done.stderr.contains("there is nothing to compare"), "{}", done.stderr);
}

#[test]
fn a_metric_that_the_runs_do_not_have_is_refused_and_the_runs_are_kept() {
    let folder = pools();
    let done = folder.run(&["compare", "pools.toml", "--metric", "election_duration"]).exits(2);
    assert!(done.stderr.contains("no run of speed=1.0 has `election_duration`"), "{}", done.stderr);
    assert!(done.stderr.contains("the runs are kept"), "{}", done.stderr);
    let done = folder.run(&["compare", "pools.toml"]).exits(0);
    assert!(done.stdout.contains("latency p99"), "{}", done.stdout);
}

/// The figures of runs that failed are compared, and a reader is told so: of a scenario, and of the folder of its sweep, which the page names.
#[test]
fn runs_that_did_not_pass_are_told_of() {
    let check = "\n[check.fast]\nmetric = \"latency\"\nassert = \"p99 < 30ms\"\n";
    let folder = Folder::new(&[("pools.toml", &(POOLS.to_owned() + check))]);
    let done = folder.run(&["compare", "pools.toml"]).exits(1);
    assert!(done.stderr.contains("did not pass"), "{}", done.stderr);
    assert!(done.stdout.contains("runs did not pass their checks"), "{}", done.stdout);
    let sweeps = fs::read_dir(folder.0.path().join("outputs/pools")).expect("it is there");
    let sweep = sweeps
        .map(|entry| entry.expect("readable").file_name().into_string().expect("plain letters"))
        .find(|name| name.starts_with("sweep-"))
        .expect("a sweep");
    let sweep = format!("outputs/pools/{sweep}");
    // Another confidence, and so another folder.
    let done = folder.run(&["compare", &sweep, "--by", "speed", "--confidence", "0.9"]).exits(1);
    assert!(done.stderr.contains("did not pass"), "{}", done.stderr);
    let pages: Vec<String> = fs::read_dir(folder.0.path().join("outputs/pools"))
        .expect("it is there")
        .filter_map(|entry| fs::read_to_string(entry.expect("readable").path().join("report.html")).ok())
        .collect();
    let command = format!("seedbed compare {sweep} --by speed --confidence 0.9");
    assert!(pages.iter().any(|page| page.contains(&command)), "no page has {command}");
}

#[test]
fn what_compare_says_changes_no_run() {
    let folder = pools();
    folder.run(&["run", "pools.toml", "--seeds", "1..2", "--only", "rate=100/s"]).exits(0);
    let sweeps = || {
        let entries = fs::read_dir(folder.0.path().join("outputs/pools")).expect("it is there");
        let names = entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
        names.filter(|name| name.starts_with("sweep-")).collect::<Vec<_>>()
    };
    let before = sweeps();
    let flags = ["--seeds", "1..2", "--only", "rate=100/s", "--set", "compare.confidence=0.9"];
    folder.run(&[&["compare", "pools.toml"][..], &flags].concat()).exits(0);
    assert_eq!(sweeps(), before, "the same sweep, byte for byte");
}

/// Two pools that differ by 5 % in speed get the same requests: what the requests have in common falls out of the differences.
#[test]
fn common_random_numbers_are_worth_five_times_the_runs() {
    let outputs = tempfile::tempdir().expect("a temporary folder");
    let out = outputs.path().display().to_string();
    let arguments =
        ["compare", "scenarios/services/two-pools.toml", "--charts", "none", "--format", "json", "-o", &out];
    let document = run(&arguments).exits(0).json();
    let gain = |metric: &str| {
        let rows = document["rows"].as_array().expect("rows");
        let row = rows.iter().find(|row| row["metric"] == metric && row["variant"] == "1.05");
        number(row.unwrap_or_else(|| panic!("{metric} is compared")), &["gain"])
    };
    let gains = ["latency mean", "latency p99"].map(gain);
    assert!(gains.iter().all(|gain| *gain >= 5.0), "{gains:?}");
}

#[test]
fn runs_are_added_until_every_figure_is_known_well_enough() {
    let folder = pools();
    let set = |value: &str| format!("compare.until=relative half-width {value}");
    let flags = ["--metric", "latency.mean", "--only", "rate=100/s", "--format", "json"];
    let until = |value: &str, more: &[&str]| {
        folder.run(&[&["compare", "pools.toml", "--set", &set(value)][..], &flags, more].concat()).exits(0)
    };
    let wide = until("40%", &[]).json();
    assert_eq!(wide["rows"][0]["runs"], 6, "six say it well enough");
    let narrow = until("2%", &[]).json();
    for row in narrow["rows"].as_array().expect("rows") {
        let (value, low, high) =
            (number(row, &["value"]), number(row, &["ci_low"]), number(row, &["ci_high"]));
        assert!((high - low) / 2.0 <= 0.02 * value && number(row, &["runs"]) > 6.0, "{row}");
        assert_eq!(row["runs"], narrow["rows"][0]["runs"], "as many of each");
    }
    // The same whatever runs side by side, and without a run that is there.
    assert_eq!(until("2%", &["-j", "1"]).json()["rows"], narrow["rows"]);
    let capped = until("2%", &["--set", "compare.most=8"]);
    assert_eq!(capped.json()["rows"][0]["runs"], 8);
    assert!(capped.stderr.contains("after 8 runs of each variant"), "{}", capped.stderr);
    let done = folder.run(&["check", "pools.toml", "--set", "compare.until=soon"]).exits(2);
    assert!(done.stderr.contains("relative half-width 1%"), "{}", done.stderr);
}

#[test]
fn what_is_worse_than_before_fails() {
    let folder = pools();
    folder.run(&["run", "pools.toml", "--only", "rate=140/s"]).exits(0);
    let sweeps = fs::read_dir(folder.0.path().join("outputs/pools")).expect("it is there");
    let before = sweeps.map(|entry| entry.expect("readable").path()).find(|path| path.join("runs").is_dir());
    let before = before.expect("a sweep").display().to_string();
    let against = |more: &[&str]| {
        folder.run(
            &[&["compare", "pools.toml", "--only", "rate=140/s", "--against", &before][..], more].concat(),
        )
    };
    let same = against(&[]).exits(0);
    assert!(same.stdout.contains("the same") && !same.stdout.contains("% higher"), "{}", same.stdout);
    let slower = against(&["--set", "system.api.work=exp(12ms)"]).exits(1);
    assert!(slower.stderr.contains("worse than before: 4 figures of 6"), "{}", slower.stderr);
    assert!(slower.stdout.contains("now") && slower.stdout.contains("% higher"), "{}", slower.stdout);
    // Faster is no failure, whatever it does to utilisation.
    against(&["--set", "system.api.work=exp(8ms)"]).exits(0);
    let done = against(&["--seeds", "100..105"]).exits(2);
    assert!(done.stderr.contains("with the same seeds"), "{}", done.stderr);
    let done = folder.run(&["compare", "pools.toml", "--against", "outputs"]).exits(2);
    assert!(done.stderr.contains("is no finished sweep"), "{}", done.stderr);
}

#[test]
fn batches_of_one_long_run_stand_for_many() {
    let folder = pools();
    let flags = ["--seeds", "1..1", "--only", "rate=100/s", "--set", "duration=41s"];
    let metrics = ["--metric", "latency.mean", "--metric", "throughput", "--metric", "latency.p99"];
    let compare =
        |more: &[&str]| folder.run(&[&["compare", "pools.toml"][..], &flags, &metrics, more].concat());
    let document = compare(&["--batches", "10", "--format", "json"]).exits(0).json();
    let rows = document["rows"].as_array().expect("rows");
    let of = |metric: &str, variant: &str| {
        let is_it = |row: &&serde_json::Value| row["metric"] == metric && row["variant"] == variant;
        rows.iter().find(is_it).unwrap_or_else(|| panic!("{metric} of {variant}"))
    };
    let faster = of("latency mean", "1.3");
    assert_eq!((faster["runs"].as_u64(), faster["finding"].as_str()), (Some(10), Some("lower")), "{faster}");
    // Batches of the same length have the throughput of their run between them.
    let sweeps = fs::read_dir(folder.0.path().join("outputs/pools")).expect("it is there");
    let sweep =
        sweeps.map(|entry| entry.expect("readable").path()).find(|path| path.join("runs.csv").is_file());
    let sweep = sweep.expect("a sweep");
    let stored =
        ["compare", &sweep.display().to_string(), "--by", "speed", "--batches", "10", "--format", "json"];
    let stored = folder.run(&[&stored[..], &metrics].concat()).exits(0).json();
    assert_eq!(stored["rows"], document["rows"], "the folder says the same");
    let table = fs::read_to_string(sweep.join("runs.csv")).expect("it is there");
    let figure = |metric: &str, aggregate: &str| {
        let whole = |line: &&str| {
            line.contains(&format!(",1.0,100/s,{metric},users,api,,,,")) && line.contains(aggregate)
        };
        let line = table.lines().find(whole).unwrap_or_else(|| panic!("{metric} {aggregate} in\n{table}"));
        line.rsplit(',').next().and_then(|value| value.parse::<f64>().ok()).expect("a number")
    };
    let throughput = figure("throughput", "mean,op/s");
    assert!((number(of("throughput mean", "1.0"), &["value"]) - throughput).abs() < 1e-6 * throughput);
    // A load that is nearly one: what comes late in a batch waits behind what came in the one before.
    let slow = compare(&["--batches", "100", "--set", "workload.users.arrival=poisson(190/s)"]).exits(0);
    assert!(slow.stderr.contains("batches hang on those before them"), "{}", slow.stderr);
    let done = compare(&["--batches", "10", "--metric", "utilisation"]).exits(2);
    assert!(done.stderr.contains("`utilisation` has no batches"), "{}", done.stderr);
    let done =
        compare(&["--set", "compare.until=relative half-width 1%", "--set", "compare.batches=5"]).exits(2);
    assert!(done.stderr.contains("not both"), "{}", done.stderr);
}

#[test]
fn a_run_and_its_mirror_image_are_worth_more_than_two_runs() {
    let mirrored = POOLS.replace("duration = \"4s\"", "duration = \"21s\"\ndraws = \"${draws}\"");
    let mirrored = mirrored.replace("vars.rate", "vars.draws = [\"plain\", \"mirrored\"]\nvars.rate");
    let mirrored = mirrored.replace("by = \"speed\"", "by = \"speed\"\nantithetic = \"draws\"");
    let folder = Folder::new(&[("pools.toml", &mirrored)]);
    let arguments =
        ["compare", "pools.toml", "--only", "rate=100/s", "--seeds", "1..30", "--metric", "utilisation"];
    let done = folder.run(&arguments).exits(0);
    let note =
        done.stdout.lines().find(|line| line.contains("an antithetic pair is worth")).expect("it is told");
    let worth: f64 = note
        .split(" is worth ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .and_then(|number| number.parse().ok())
        .expect("a number");
    assert!(worth > 1.6, "{note}");
    let document = folder.run(&[&arguments[..], &["--format", "json"]].concat()).exits(0).json();
    // Sixty runs of each are thirty figures; `draws` is no circumstance.
    assert_eq!(
        (document["rows"][0]["runs"].as_u64(), document["rows"].as_array().map(Vec::len)),
        (Some(30), Some(2))
    );
    let done = folder.run(&["check", "pools.toml", "--set", "compare.antithetic=drawn"]).exits(2);
    assert!(done.stderr.contains("did you mean `draws`?"), "{}", done.stderr);
}

#[test]
fn what_is_not_one_comparison_is_refused() {
    let slow = POOLS.replace("exp(10ms)", "exp(11ms)");
    let other = POOLS.replace("\"pools\"", "\"others\"");
    let folder = Folder::new(&[("pools.toml", POOLS), ("slow.toml", &slow), ("others.toml", &other)]);
    let refused = |arguments: &[&str], says: &str| {
        let done = folder.run(&[&["compare"], arguments].concat()).exits(2);
        assert!(done.stderr.contains(says), "{arguments:?}: {}", done.stderr);
    };
    refused(&["pools.toml", "slow.toml", "others.toml"], "give each scenario a name of its own");
    refused(&["pools.toml", "others.toml", "--by", "speed"], "--by names a variable of one scenario");
    refused(&["pools.toml", "others.toml", "--baseline", "typo"], "the baseline `typo` is no variant");
    refused(&["pools.toml", "--metric", "latency.p99{op=a,op=b}"], "`op` is given twice");
    let both =
        ["--batches", "3", "--metric", "latency.mean", "--set", "compare.until=relative half-width 1%"];
    refused(&[&["pools.toml"][..], &both].concat(), "not both");
    refused(&["pools.toml", "--set", "compare.antithetic=speed"], "mirror image");
    folder.run(&["run", "pools.toml"]).exits(0);
    let sweeps = fs::read_dir(folder.0.path().join("outputs/pools")).expect("it is there");
    let sweep = sweeps.map(|entry| entry.expect("readable").path()).find(|path| path.join("runs").is_dir());
    let sweep = sweep.expect("a sweep").display().to_string();
    refused(&["others.toml", "--against", &sweep], "is of the scenario `pools`, and this is `others`");
    refused(&["pools.toml", "slow.toml", "--against", &sweep], "one scenario against an earlier sweep");
    // Half of what was there before has no partner now.
    let done = folder.run(&["compare", "pools.toml", "--only", "rate=100/s", "--against", &sweep]).exits(0);
    assert!(done.stderr.contains("have no partner in the other"), "{}", done.stderr);
}
