//! `seedbed plot`: stored charts, drawn again.

use super::*;

const SCENARIO: &str = r#"
schema = 1
name = "queue"
duration = "2s"

[system.q]
type = "service"
nodes = 1
work = "exp(5ms)"

[workload.users]
target = "q"
arrival = "poisson(${rate})"

[sweep]
vars.rate = ["20/s", "80/s"]
repeat = 6

[compare]
metrics = ["latency.mean"]
"#;

/// A folder with the results of the scenario's comparison, and of its sweep; the paths of both, and of a run.
fn stored() -> (Folder, [String; 3]) {
    let folder = Folder::new(&[("queue.toml", SCENARIO)]);
    folder.run(&["compare", "queue.toml"]).exits(0);
    let below = |start: &str| {
        let found = std::fs::read_dir(folder.path("outputs/queue")).expect("there are results");
        let names = found.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
        names.into_iter().find(|name| name.starts_with(start)).expect("it was made")
    };
    let (sweep, comparison) = (below("sweep-"), below("compare-"));
    let runs = folder.path(&format!("outputs/queue/{sweep}/runs"));
    let run = std::fs::read_dir(runs).expect("there are runs").next().expect("there is one");
    let run = run.expect("readable").file_name().to_string_lossy().into_owned();
    let paths = [
        format!("outputs/queue/{sweep}/runs/{run}"),
        format!("outputs/queue/{sweep}"),
        format!("outputs/queue/{comparison}"),
    ];
    (folder, paths)
}

#[test]
fn charts_that_are_drawn_again_are_those_that_were_drawn() {
    let (folder, paths) = stored();
    for path in &paths {
        let done = folder.run(&["plot", path, "--out", "again"]).exits(0);
        let drawn: Vec<&str> = done.stdout.lines().collect();
        assert!(!drawn.is_empty());
        for file in drawn {
            let name = file.strip_prefix("again/").expect("it is where it was asked for");
            let read = |path: String| std::fs::read(folder.path(&path)).expect("it is there");
            assert_eq!(read(file.to_owned()), read(format!("{path}/charts/{name}")), "{file}");
        }
    }
}

#[test]
fn a_chart_is_as_wide_as_it_is_asked_to_be_in_each_format() {
    let (folder, [run, ..]) = stored();
    for format in ["svg", "png", "pdf"] {
        let plot = ["plot", &run, "--chart", "latency", "--width", "85mm", "--format", format];
        let done = folder.run(&plot).exits(0);
        assert_eq!(done.stdout, format!("plots/latency.{format}\n"));
        let bytes = std::fs::read(folder.path(&format!("plots/latency.{format}"))).expect("it is there");
        match format {
            "svg" => assert!(String::from_utf8_lossy(&bytes).contains(" width=\"85mm\" height=\"")),
            // 85 mm are 402 pixels of 0.6 points, drawn twice as large, at 240 dots an inch.
            "png" => {
                assert_eq!(bytes[16..20], 804u32.to_be_bytes());
                let said =
                    bytes.windows(4).position(|name| name == b"pHYs").expect("it says how large it is");
                assert_eq!(bytes[said + 4..said + 8], 9449u32.to_be_bytes());
            }
            _ => assert!(bytes.starts_with(b"%PDF-")),
        }
        assert!(folder.run(&plot).exits(0).stderr.is_empty(), "what is there is replaced");
    }
    let inches = folder.run(&["plot", &run, "--chart", "latency", "--width", "3.5 in"]).exits(0);
    assert!(inches.stderr.is_empty());
    let svg = std::fs::read_to_string(folder.path("plots/latency.svg")).expect("it is there");
    assert!(svg.contains(" width=\"88.9mm\""), "3.5 inches");
}

#[test]
fn what_cannot_be_drawn_is_refused_before_anything_is_written() {
    let (folder, [run, ..]) = stored();
    let listed = folder.run(&["plot", &run, "--list"]).exits(0);
    assert!(listed.stdout.lines().any(|name| name == "latency-ccdf"), "{}", listed.stdout);
    let refused = |arguments: &[&str], code: i32, said: &str| {
        let done = folder.run(&[&["plot"], arguments].concat()).exits(code);
        assert!(done.stderr.contains(said), "{arguments:?}: {}", done.stderr);
        assert!(done.stdout.is_empty() && !folder.path("plots").exists());
    };
    refused(&[&run, "--chart", "latencyy"], 2, "did you mean `latency`?");
    refused(&[&run, "--chart", "latency", "--chart", "moon"], 2, "has no chart `moon`");
    refused(&[&run, "--width", "85"], 2, "write a number with its unit");
    refused(&[&run, "--width", "85km"], 2, "write a number with its unit");
    refused(&[&run, "--width", "2m"], 2, "write a number with its unit");
    refused(&[&run, "--width", "20mm"], 2, "from 70 to 300 mm");
    refused(&["nowhere"], 2, "there is no such folder");
    refused(&["nowhere"], 2, "outputs/latest leads to the last");
    refused(&["outputs"], 2, "there is no charts.json in it");
    refused(&["queue.toml"], 2, "queue.toml is a file, and no folder");
    refused(&["queue.toml/a"], 2, "there is no such folder");
    refused(&[&format!("{run}/charts.json")], 2, &format!("the folder that it lies in: `{run}`"));
}

#[test]
fn a_file_of_charts_that_is_none_is_refused_and_nothing_is_written() {
    let (folder, [run, ..]) = stored();
    let path = format!("{run}/charts.json");
    let sound = std::fs::read_to_string(folder.path(&path)).expect("it is there");
    let refused = |text: &str, said: &[&str]| {
        std::fs::write(folder.path(&path), text).expect("it can be written");
        for arguments in [&["plot", run.as_str(), "--out", "a/b/plots"][..], &["plot", &run, "--list"]] {
            let done = folder.run(arguments).exits(2);
            assert!(said.iter().all(|said| done.stderr.contains(said)), "{arguments:?}: {}", done.stderr);
            assert!(done.stdout.is_empty() && !folder.path("a").exists());
        }
    };
    let named = |name: &str| sound.replacen("\"name\":\"latency\"", &format!("\"name\":\"{name}\""), 1);
    assert_ne!(named("b"), sound, "there is a chart of latency");
    refused(&sound[..sound.len() / 2], &[&path, "it ends in the middle", "was changed or cut off"]);
    refused("no", &[&path, "it is no JSON"]);
    refused("{\"schema\": 9, \"charts\": []}", &[&path, "its schema is 9", "plot it with that version"]);
    refused("{\"schema\": 1, \"charts\": []}", &[&run, "has no charts"]);
    for name in ["../../escaped", "/tmp/escaped", "a/b", ".a", ""] {
        refused(&named(name), &[&path, &format!("chart `{name}`: a name has letters, digits")]);
    }
    refused(&named("throughput"), &[&path, "`: another chart has the same name"]);
    let of_later = sound.replacen("{\"latency\":", "{\"violin\":", 1);
    let of_later = of_later.replacen("\"crate_version\":\"", "\"crate_version\":\"9", 1);
    refused(
        &of_later,
        &[&path, "another version of Seedbed (9", "kind `violin`, which", "plot it with that"],
    );
    let counts = sound.replacen(
        "\"ok\":",
        "\"ok\":18446744073709551615,\"fail\":0,\"unknown\":0},{\"start_s\":0.0,\"end_s\":0.1,\"ok\":1",
        1,
    );
    refused(&counts, &[&path, "chart `throughput`: the counts of an outcome in all `buckets` together"]);
}
