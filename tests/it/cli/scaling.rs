//! `scaling` in `[compare]` and `--scaling`: tables, files, charts, and what is refused.

use std::fs;

use super::*;

const SERVERS: &str = r#"
schema = 1
name = "servers"
duration = "4s"
warmup = "1s"

[system.api]
type = "service"
nodes = "${servers}"
cores = 1
work = "exp(10ms)"

[system.front]
type = "gateway"
routes = [{ to = "api", policy = "${policy}" }]

[workload.users]
target = "front"
arrival = "closed(clients=12)"

[sweep]
repeat = 3
vars.servers = [4, 1, 2]
vars.policy = ["random", "least-connections"]

[compare]
by = "servers"
scaling = "strong"
"#;

fn servers() -> Folder {
    Folder::new(&[("servers.toml", SERVERS)])
}

fn kept(folder: &Folder, file: &str) -> Option<String> {
    let comparisons = fs::read_dir(folder.0.path().join("outputs/servers")).expect("it is there");
    let mut found = comparisons.map(|entry| entry.expect("readable").path());
    let found = found.find(|path| path.to_string_lossy().contains("compare-")).expect("a comparison");
    fs::read_to_string(found.join(file)).ok()
}

#[test]
fn speed_up_efficiency_and_laws_are_told_and_kept() {
    let folder = servers();
    let told = folder.run(&["compare", "servers.toml"]).exits(0).stdout;
    for text in [
        "strong scaling of throughput mean, policy=random",
        "servers  mean (95 % CI)",
        "speed-up",
        "100 %",
        "Amdahl's law: ",
        "universal scalability law: one does ",
    ] {
        assert!(told.contains(text), "{text}: {told}");
    }
    assert!(!told.contains("error_rate"), "of what is usual only throughput scales: {told}");
    let [points, fits] =
        ["scaling.csv", "fits.csv"].map(|file| kept(&folder, file).unwrap_or_else(|| panic!("{file}")));
    assert!(points.starts_with("scenario,param_policy,metric,unit,scaling,variable,n,value,"), "{points}");
    let ns: Vec<&str> = points.lines().skip(1).map(|line| line.split(',').nth(6).unwrap_or("")).collect();
    assert_eq!(ns, ["1", "2", "4", "1", "2", "4"], "{points}");
    // Of each policy: one, serial, misfit; one, contention, coherency, peak_n, peak, misfit.
    assert_eq!(fits.lines().count(), 1 + 2 * (3 + 6), "{fits}");
    assert!(
        kept(&folder, "compare.md").is_some_and(|text| text.contains("## Strong scaling of throughput mean"))
    );
    assert!(kept(&folder, "report.html").is_some_and(|page| page.contains("id=\"scaling\"")));
    assert!(
        kept(&folder, "charts/scaling-throughput-mean.svg").is_some_and(|svg| svg.contains("Speed-up of"))
    );
    assert!(kept(&folder, "manifest.json").is_some_and(|text| text.contains("\"scaling\": \"strong\"")));
    let document = folder.run(&["compare", "servers.toml", "--format", "json"]).exits(0).json();
    let curves = document["scaling"]["curves"].as_array().expect("curves");
    assert_eq!((curves.len(), curves[0]["seeds"].as_u64()), (2, Some(3)));
    assert_eq!(curves[1]["points"][0]["speedup"]["value"], 1.0);
    let md = folder.run(&["compare", "servers.toml", "--table", "md"]).exits(0).stdout;
    assert!(md.contains("| servers | mean (95 % CI) | speed-up | efficiency |"), "{md}");
    let latex = folder.run(&["compare", "servers.toml", "--table", "latex"]).exits(0).stdout;
    assert!(latex.contains("\\caption{Strong scaling of throughput mean, policy=random}"), "{latex}");
}

#[test]
fn the_command_line_scales_and_leaves_it_alone() {
    let folder = servers();
    let with = |flags: &[&str]| {
        let all = [&["compare", "servers.toml", "--format", "json"], flags].concat();
        folder.run(&all).exits(0).json()
    };
    assert!(with(&["--scaling", "none"])["scaling"].is_null());
    assert!(
        with(&["--by", "policy", "--metric", "throughput"])["scaling"].is_null(),
        "it is of other variants"
    );
    let weak = with(&["--scaling", "weak", "--metric", "latency.mean"]);
    assert_eq!(weak["scaling"]["kind"], "weak");
    assert_eq!(weak["scaling"]["curves"][0]["fits"][1]["law"], "gustafson");
    assert_eq!(weak["baseline"], "1");
    // Another question to the same runs, in a folder of its own.
    assert_ne!(weak["output"], with(&["--scaling", "strong", "--metric", "latency.mean"])["output"]);
}

#[test]
fn what_cannot_be_scaled_is_said_before_anything_runs() {
    let refused = |text: &str, flags: &[&str], says: &str| {
        let folder = Folder::new(&[("servers.toml", text)]);
        let done = folder.run(&[&["compare", "servers.toml"], flags].concat()).exits(2);
        assert!(done.stderr.contains(says) && done.stdout.is_empty(), "{says}: {}", done.stderr);
        assert!(!folder.0.path().join("outputs").exists(), "{says}: it ran something");
        done.stderr
    };
    let with = |line: &str| format!("{SERVERS}{line}\n");
    let said = refused(&with("baseline = 4"), &[], "relative to the least, 1, and not to 4");
    assert!(said.contains("servers.toml:29"), "{said}");
    refused(SERVERS, &["--baseline", "2"], "relative to the least, 1, and not to 2");
    refused(SERVERS, &["--by", "policy", "--scaling", "strong"], "policy=random is no number above nought");
    refused(&with("metrics = [\"throughput\", \"utilisation\"]"), &[], "`utilisation` is neither a rate");
    refused(SERVERS, &["--metric", "error_rate"], "--metric: `error_rate` is neither a rate");
    let found = with("find = \"max clients where p99 < 1s\"")
        .replace("clients=12", "clients=${clients}")
        .replace("[sweep]\n", "[sweep]\nvars.clients = [4, 12]\n");
    refused(&found, &[], "`find` and `scaling`");
    refused(&SERVERS.replace("[4, 1, 2]", "[4, 1]"), &[], "fewer than 3 values");
    refused(
        &SERVERS.replace("by = \"servers\"", "by = \"policy\""),
        &[],
        "`random` is no number above nought",
    );
    refused(&SERVERS.replace("\"strong\"", "\"strnog\""), &[], "strnog");
    // `check` says so, too, and `by` may be left away.
    let folder = Folder::new(&[
        ("bad.toml", &with("baseline = 4")),
        ("good.toml", &SERVERS.replace("by = \"servers\"\n", "")),
    ]);
    assert!(folder.run(&["check", "bad.toml"]).exits(2).stderr.contains("relative to the least"));
    let done = folder.run(&["compare", "good.toml", "--format", "json"]).exits(0).json();
    assert_eq!(done["variable"], "servers");
}
