//! `-`: a scenario from standard input.

use std::io::Write;

use super::*;

const KV: &str = "schema = 1\nduration = \"1s\"\nwarmup = \"0s\"\n[system.kv]\ntype = \"raft\"\nnodes = 3\n\
                  [workload.w]\ntarget = \"kv\"\narrival = \"poisson(50/s)\"\n";

/// Runs `seedbed` in a folder, with this text on standard input.
fn piped(folder: &Folder, arguments: &[&str], text: &[u8]) -> Done {
    let mut child = seedbed(folder.0.path(), arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    child.stdin.take().expect("it is piped").write_all(text).expect("it is read");
    child.wait_with_output().expect("it ends").into()
}

#[test]
fn a_scenario_may_come_from_standard_input() {
    let folder = Folder::new(&[("base.toml", KV), ("fsync.csv", "1ms\n2ms\n")]);
    let done = piped(&folder, &["check", "-"], KV.as_bytes()).exits(0);
    assert_eq!(done.stdout, "<stdin>: stdin, 1 run, 3 nodes: kv (raft)\n");
    // What it names is looked for in the working directory.
    let text = "schema = 1\nextends = \"base.toml\"\nname = \"piped\"\n\
                [system.kv]\ndisk = { fsync = \"empirical(file=fsync.csv)\" }\n";
    let run = piped(&folder, &["run", "-", "--format", "json"], text.as_bytes()).exits(0).json();
    let output = run["output"].as_str().expect("a path");
    assert!(output.starts_with("outputs/piped/"), "{output}");
    assert_eq!(run["reproduce"], format!("seedbed repro {output}"));
    folder.run(&["repro", output]).exits(0);
    let set = ["run", "-", "--set", "seed=9", "--dry-run"];
    let done = piped(&folder, &set, text.as_bytes()).exits(0);
    assert!(done.stdout.starts_with("piped  seed 9  run "), "{}", done.stdout);
}

#[test]
fn without_a_name_of_its_own_it_is_called_after_where_it_came_from() {
    let folder = Folder::new(&[("my first (try).toml", KV)]);
    let done = piped(&folder, &["run", "-", "--charts", "none"], KV.as_bytes()).exits(0);
    assert!(done.stdout.starts_with("stdin  seed 1  run "), "{}", done.stdout);
    // As `check` calls it.
    let done = folder.run(&["run", "my first (try).toml", "--charts", "none"]).exits(0);
    assert!(done.stdout.starts_with("my-first-try  seed 1  run "), "{}", done.stdout);
    assert!(folder.path("outputs/my-first-try").is_dir());
}

#[test]
fn a_scenario_from_elsewhere_is_the_same_run() {
    let text = KV.replace("schema = 1\n", "schema = 1\nname = \"kv\"\n");
    let folder = Folder::new(&[("a.toml", &text), ("b.toml", &text)]);
    let note = "the run was there already, and is the same byte for byte; its page still names the command that it was made by\n";
    folder.run(&["run", "a.toml"]).exits(0);
    assert_eq!(piped(&folder, &["run", "-"], text.as_bytes()).exits(0).stderr, note);
    assert_eq!(folder.run(&["run", "b.toml"]).exits(0).stderr, note);
    // The pages of sweeps are no other.
    folder.run(&["run", "a.toml", "--seeds", "1..2"]).exits(0);
    folder.run(&["run", "b.toml", "--seeds", "1..2"]).exits(0);
    let kept = std::fs::read_dir(folder.path("outputs/kv")).expect("it is there").count();
    assert_eq!(kept, 2, "a run and a sweep, and nothing that differs");
}

#[test]
fn standard_input_is_one_of_the_files_of_a_chain() {
    let most = seedbed::scenario::source::EXTENDS_DEPTH_MAX;
    let folder = Folder::new(&[("1.toml", KV)]);
    for n in 2..=most {
        let text = format!("schema = 1\nextends = \"{}.toml\"\n", n - 1);
        std::fs::write(folder.path(&format!("{n}.toml")), text).expect("writable");
    }
    let on = |bases: usize| format!("schema = 1\nextends = \"{bases}.toml\"\n");
    piped(&folder, &["check", "-"], on(most - 1).as_bytes()).exits(0);
    folder.run(&["check", &format!("{most}.toml")]).exits(0);
    let said = piped(&folder, &["check", "-"], on(most).as_bytes()).exits(2);
    let said = said.stdout + &said.stderr;
    assert!(said.contains("`1.toml` is one too many: a chain of `extends` has at most 16 files"), "{said}");
}

#[test]
fn errors_on_standard_input_name_it() {
    let folder = Folder::new(&[]);
    let said = |text: &[u8]| piped(&folder, &["run", "-"], text).exits(2).stderr;
    let slip = said(KV.replace("nodes", "nodez").as_bytes());
    assert!(slip.contains("--> <stdin>:6:1\n"), "{slip}");
    assert!(said(b"").contains("`<stdin>` is empty"));
    assert!(said(b"\xff\xfe\0").contains("`<stdin>` is not UTF-8 text"));
    assert!(said(b"schema = 1\nextends = \"absent.toml\"\n").contains("`absent.toml` does not exist"));
    assert!(said(b"schema = 1\nextends = \"../x.toml\"\n").contains("leads out of the scenario root"));
    let large = said("#".repeat(1 << 20 | 1).as_bytes());
    assert!(large.contains("`<stdin>` is larger than its limit"), "{large}");
    assert!(!folder.path("outputs").exists());
}

#[test]
fn json_is_told_by_its_first_bracket() {
    let json =
        "\n {\"schema\": 1, \"duration\": \"1s\", \"system\": {\"kv\": {\"type\": \"raft\", \"nodes\": 3}}}";
    let folder = Folder::new(&[("a.json", json), ("a.toml", json.trim())]);
    let done = piped(&folder, &["check", "-"], json.as_bytes()).exits(0);
    assert_eq!(done.stdout, "<stdin>: stdin, 1 run, 3 nodes: kv (raft)\n");
    let done = piped(&folder, &["check", "-"], json.replace("nodes", "nodez").as_bytes()).exits(2);
    assert!(
        done.stderr.contains("error[S014]: unknown key `nodez` in [system.kv]\n --> <stdin>:2:"),
        "{}",
        done.stderr
    );
    folder.run(&["check", "a.json"]).exits(0);
    // A file is what its name says.
    let done = folder.run(&["check", "a.toml"]).exits(2);
    let help = "help: if this is JSON, give its file a name that ends in .json";
    assert!(done.stderr.starts_with("error[S005]") && done.stderr.contains(help), "{}", done.stderr);
}

#[test]
fn a_run_of_a_text_that_is_gone_is_done_again_from_its_results() {
    let folder = Folder::new(&[]);
    let text = format!("{KV}[check.a]\nmetric = \"latency\"\nassert = \"max < 1ns\"\n");
    let said = piped(&folder, &["run", "-", "--charts", "none"], text.as_bytes()).exits(1).stderr;
    let command = said.strip_prefix("reproduce: seedbed repro ").expect("a folder").trim_end();
    folder.run(&["repro", command]).exits(0);
    // The runs of a sweep need the text again.
    let sweep = ["run", "-", "--charts", "none", "--seeds", "1..2"];
    let said = piped(&folder, &sweep, text.as_bytes()).exits(1).stderr;
    assert!(said.ends_with("reproduce: seedbed run - < FILE --seed 1\n"), "{said}");
}
