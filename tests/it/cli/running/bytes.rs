//! The same run has the same files however it was asked for.

use super::*;

/// Whether a file is there for charts' sake.
fn is_drawn(name: &str) -> bool {
    name.ends_with(".svg") || name.ends_with(".html") || name.ends_with("charts.json")
}

/// All files, but of manifests what may differ, and of charts none.
fn comparable(folder: &Path, with_charts: bool) -> Vec<(String, Vec<u8>)> {
    let mut files = files_below(folder);
    files.retain(|(name, _)| with_charts || !(is_drawn(name)));
    for (name, bytes) in &mut files {
        if name.ends_with("manifest.json") {
            let mut manifest: serde_json::Value = serde_json::from_slice(bytes).expect("it is JSON");
            let fields = manifest.as_object_mut().expect("an object");
            fields.remove("host").expect("facts of the machine stand apart");
            let listed = fields["files"].as_object_mut().expect("an object");
            listed.retain(|name, _| with_charts || !(is_drawn(name)));
            *bytes = manifest.to_string().into_bytes();
        }
    }
    files
}

#[test]
fn jobs_charts_and_verbosity_change_no_byte() {
    let folder = Folder::new(&[("a.toml", &sweep())]);
    let ways: [&[&str]; 6] = [
        &["-j1"],
        &["-j2"],
        &["-j2", "-q"],
        &["-j2", "-v", "--progress", "never", "--color", "always"],
        &["-j2", "--charts", "none"],
        &[
            "-j1",
            "--format",
            "json",
            "--max-memory",
            "4GiB",
            "--wall-limit",
            "10m",
            "--max-events",
            "99999999",
        ],
    ];
    let made = ways.map(|flags| {
        let out = format!("out{}", flags.concat());
        folder.run(&[&["run", "a.toml", "--out", &out], flags].concat()).exits(0);
        folder.path(&out)
    });
    let with_charts = comparable(&made[0], true);
    assert!(with_charts.iter().any(|(name, _)| name.ends_with("report.html")));
    assert_eq!(with_charts.iter().filter(|(name, _)| name.ends_with("/manifest.json")).count(), 9);
    for other in &made[1..] {
        if other.to_string_lossy().ends_with("-j2--chartsnone") {
            assert!(
                files_below(other)
                    .iter()
                    .all(|(name, _)| !name.ends_with(".svg") && !name.ends_with(".html"))
            );
            assert!(comparable(other, false) == comparable(&made[0], false), "{}", other.display());
        } else {
            assert!(comparable(other, true) == with_charts, "{}", other.display());
        }
    }
}

#[test]
fn pictures_lie_beside_the_charts_of_runs_and_sweeps_and_change_no_other_file() {
    let folder = Folder::new(&[("a.toml", SMALL), ("b.toml", &sweep())]);
    for (file, pages) in [("a.toml", 1), ("b.toml", 9)] {
        let [svg, png, again] = ["svg", "png", "again"].map(|name| format!("{file}-{name}"));
        folder.run(&["run", file, "--out", &svg]).exits(0);
        folder.run(&["run", file, "--out", &png, "--charts", "png"]).exits(0);
        folder.run(&["run", file, "--out", &again, "--charts", "png", "-j1"]).exits(0);
        let made = files_below(&folder.path(&png));
        let pictures: Vec<&(String, Vec<u8>)> =
            made.iter().filter(|(name, _)| name.ends_with(".png")).collect();
        assert_eq!(made.iter().filter(|(name, _)| name.ends_with(".html")).count(), pages);
        for (name, bytes) in &pictures {
            assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.len() > 10_000, "{name}");
        }
        for (name, _) in made.iter().filter(|(name, _)| name.ends_with(".svg")) {
            let beside = name.replace(".svg", ".png");
            assert!(pictures.iter().any(|(name, _)| *name == beside), "{beside}");
        }
        assert!(comparable(&folder.path(&png), true) == comparable(&folder.path(&again), true));
        let is_other =
            |(name, _): &(String, Vec<u8>)| !name.ends_with(".png") && !name.ends_with("manifest.json");
        let others = |name: &str| -> Vec<(String, Vec<u8>)> {
            files_below(&folder.path(name)).into_iter().filter(is_other).collect()
        };
        assert!(others(&svg) == others(&png), "no other file depends on pictures");
        // A folder that lacks them gets them.
        let added = folder.run(&["run", file, "--out", &svg, "--charts", "png"]).exits(0);
        assert!(added.stderr.contains("; new in it: ") && added.stderr.contains(".png"), "{}", added.stderr);
        assert!(comparable(&folder.path(&svg), true) == comparable(&folder.path(&png), true));
    }
}

#[test]
fn letters_that_pictures_lack_are_said() {
    let scenario = r#"
schema = 1
name = "far"
duration = "2s"

[network]
regions = "regions.csv"

[system.kv]
type = "raft"
nodes = ["Ж", "Ж", "東京"]

[workload.clients]
target = "kv"
region = "${where}"
arrival = "constant(50/s)"

[sweep]
vars.where = ["東京", "Ж"]
"#;
    let regions = "from,to,one_way\n東京,東京,1ms\n東京,Ж,9ms\nЖ,東京,9ms\nЖ,Ж,1ms\n";
    let folder = Folder::new(&[("a.toml", scenario), ("regions.csv", regions)]);
    let said = "warning: far: the font of PNG charts has no `京東`: boxes stand there; the SVG charts have the letters";
    let done = folder.run(&["run", "a.toml", "--charts", "png"]).exits(0);
    assert_eq!(done.stderr.matches(said).count(), 1, "{}", done.stderr);
    let done = folder.run(&["run", "a.toml", "--out", "two"]).exits(0);
    assert!(!done.stderr.contains("font"), "{}", done.stderr);
}

#[test]
fn the_spelling_of_a_path_or_of_an_override_changes_no_byte() {
    let folder = Folder::new(&[("work/scenarios/deep/a.toml", SMALL), ("elsewhere/x", "")]);
    let real = folder.path("work/scenarios/deep/a.toml");
    let real = real.to_str().expect("it is text");
    folder.run(&["run", "work/scenarios/deep/a.toml", "--set", "duration=1s", "--out", "one"]).exits(0);
    folder
        .run(&["run", "work/scenarios/../scenarios/./deep/a.toml", "--set", "duration=1s", "--out", "two"])
        .exits(0);
    folder.run(&["run", real, "--set", "duration=1s", "--set", "seed=3", "--out", "three"]).exits(0);
    folder.run(&["run", real, "--set", " 'duration' = \"1s\"", "--out", "four"]).exits(0);
    let one = comparable(&folder.path("one"), true);
    for other in ["two", "three", "four"] {
        assert!(one == comparable(&folder.path(other), true), "{other}");
    }
    let again = folder.run(&["run", real, "--set", "duration=\"1s\"", "--out", "one"]).exits(0);
    assert_eq!(again.stderr, "the run was there already, and is the same byte for byte\n");
    let (_, page) = one.iter().find(|(name, _)| name.ends_with("report.html")).expect("a page");
    let page = String::from_utf8_lossy(page);
    let command = "seedbed run scenarios/deep/a.toml --set duration=1s --seed 3";
    assert!(page.contains(command), "the page names a command that works on every machine");
}

#[cfg(unix)]
#[test]
fn the_name_that_the_program_is_called_by_changes_no_byte() {
    use std::os::unix::process::CommandExt;
    let folder = Folder::new(&[("a.toml", SMALL)]);
    folder.run(&["run", "a.toml", "--out", "one"]).exits(0);
    let mut renamed = seedbed(folder.0.path(), &["run", "a.toml", "--out", "two"]);
    let done: Done = renamed.arg0("/opt/seedbed-0.1").output().expect("it starts").into();
    done.exits(0);
    assert!(comparable(&folder.path("one"), true) == comparable(&folder.path("two"), true));
}

#[test]
fn a_run_that_was_there_is_verified_and_one_that_differs_is_kept_apart() {
    let folder = Folder::new(&[("a.toml", SMALL)]);
    let first = folder.run(&["run", "a.toml"]).exits(0);
    assert_eq!(first.stderr, "");
    let before = files_below(&folder.path("outputs"));
    let again = folder.run(&["run", "a.toml"]).exits(0);
    assert_eq!(again.stderr, "the run was there already, and is the same byte for byte\n");
    assert!(files_below(&folder.path("outputs")) == before);
    let (roles, _) = before.iter().find(|(name, _)| name.ends_with("roles.csv")).expect("it is there");
    std::fs::write(folder.path("outputs").join(roles), "tampered\n").expect("writable");
    let differs = folder.run(&["run", "a.toml"]).exits(74);
    assert!(differs.stderr.contains("was there already and differs in roles.csv"), "{}", differs.stderr);
}

#[test]
fn a_document_gives_the_reason_for_what_could_not_be_written() {
    let folder = Folder::new(&[("a.toml", SMALL)]);
    let told = |flags: &[&str], runs: &Path, differing: usize| {
        let arguments = [&["run", "a.toml"][..], flags].concat();
        folder.run(&arguments).exits(0);
        for run in folders_in(&folder.path("").join(runs)).iter().take(differing) {
            std::fs::write(folder.path("").join(runs).join(run).join("roles.csv"), "tampered\n")
                .expect("writable");
        }
        let json = folder.run(&[&arguments[..], &["--format", "json"]].concat()).exits(74).json();
        assert_eq!((&json["verdict"], &json["exit"]), (&"inconclusive".into(), &74.into()));
        let reasons = json["reasons"].as_array().expect("a list").clone();
        for reason in &reasons {
            let reason = reason.as_str().expect("a text");
            let says = [
                "small: outputs/small/",
                " was there already and differs in roles.csv; this run's files are in ",
            ];
            assert!(reason.starts_with(says[0]) && reason.contains(says[1]), "{reason}");
        }
        assert_eq!(reasons.len(), differing, "{reasons:?}");
        json
    };
    assert_eq!(told(&[], Path::new("outputs/small"), 1)["scenario"], "small");
    std::fs::remove_dir_all(folder.path("outputs")).expect("it is there");
    let sweep = ["--seeds", "1..3"];
    folder.run(&[&["run", "a.toml"][..], &sweep].concat()).exits(0);
    let name = folders_in(&folder.path("outputs/small")).remove(0);
    let json = told(&sweep, &Path::new("outputs/small").join(name).join("runs"), 2);
    assert_eq!(json["runs"].as_array().map(Vec::len), Some(3));
}
