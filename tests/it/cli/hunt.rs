//! `seedbed hunt`: the lowest seed that fails, what is left of it, and its capsule.

use serde_json::{Value, json};

use super::*;

/// Hunts a shipped scenario; results go into the folder.
fn hunt(folder: &Folder, scenario: &str, arguments: &[&str]) -> Done {
    let file = project().join("scenarios/consensus").join(scenario);
    let file = file.to_str().expect("the path is text");
    folder.run(&[&["hunt", file, "--format", "json"][..], arguments].concat())
}

/// The one failure of a hunt that was to find one.
fn failure(done: &Done) -> Value {
    let document = done.json();
    assert_eq!(document["failures"].as_array().map(Vec::len), Some(1), "{document}");
    document["failures"][0].clone()
}

fn text_of(failure: &Value, file: &str) -> String {
    failure[file].as_str().expect("a path").to_owned()
}

/// A store that breaks by itself: what a hunt finds in no time.
const BROKEN: &str = "
schema = 1
name = \"broken\"
duration = \"20s\"
[system.kv]
type = \"raft\"
nodes = 3
disk = { fsync = \"exp(30ms)\" }
bugs = [\"raft-vote-not-persisted\"]
[system.kv.raft]
election_timeout = \"uniform(150ms, 200ms)\"
heartbeat = \"50ms\"
pre_vote = false
check_quorum = false
[network]
default = { loss = \"5%\", jitter = \"exp(20ms)\" }
[workload.clients]
target = \"kv\"
arrival = \"poisson(20/s)\"
[fault.crashes]
every = \"exp(150ms)\"
do = \"crash\"
target = \"any(kv)\"
for = \"uniform(10ms, 100ms)\"
[check.one-leader]
invariants = [\"one-leader\"]
[check.log]
invariants = [\"log-matching\"]
";

fn broken() -> Folder {
    Folder::new(&[("broken.toml", BROKEN)])
}

#[test]
fn known_bugs_are_found_and_what_is_left_fails_by_itself() {
    for (scenario, check, most_strikes) in [
        ("vote-not-persisted.toml", "one-leader", 6),
        ("ack-before-sync.toml", "durability", 0),
        ("commit-older-term.toml", "leader-completeness", 5),
    ] {
        let folder = Folder::new(&[]);
        let done = hunt(&folder, scenario, &["--seeds", "1..20"]).exits(1);
        let found = failure(&done);
        assert_eq!(
            (&found["kind"], &found["seed"], &found["seeds_tried"]),
            (&json!(check), &json!(1), &json!(1))
        );
        let strikes = found["steps_after"].as_u64().expect("a number");
        assert!(strikes <= most_strikes && found["is_forced"] == true, "{scenario}: {found}");
        assert!(found["steps_before"].as_u64() >= Some(strikes), "{found}");
        // By itself, with nothing but the file: it fails, and by the same check.
        let minimal = text_of(&found, "minimal");
        let text = std::fs::read_to_string(folder.path(&minimal)).expect("it was written");
        let left = found["shrunk"]["message"].as_str().expect("it is told how it fails");
        assert!(text.contains(left), "{text}");
        let at_s = |run: &Value| run["at_s"].as_f64().expect("it is of a moment");
        assert!(at_s(&found) >= at_s(&found["shrunk"]), "{found}");
        let run = folder.run(&["run", &minimal, "--format", "json", "--charts", "none"]).exits(1).json();
        assert_eq!(run["digest"], found["digest"], "{scenario}");
        let checks = run["checks"].as_array().expect("a list");
        let violated: Vec<&Value> = checks.iter().filter(|check| check["verdict"] == "violated").collect();
        assert!(violated.iter().any(|one| one["kind"] == check && one["expect"] == "held"), "{checks:?}");
    }
}

/// A bound on progress can be missed for other reasons than a bug, and a smaller scenario gives more of them.
#[test]
fn what_is_left_holds_without_the_bug_that_was_hunted() {
    let folder = Folder::new(&[]);
    let arguments = ["--seeds", "1..1", "--reseed", "0", "--shrink-runs", "300"];
    let done = hunt(&folder, "transfer-unchecked.toml", &arguments).exits(1);
    let minimal = text_of(&failure(&done), "minimal");
    let verdict = |arguments: &[&str]| {
        let done =
            folder.run(&[&["run", &minimal, "--format", "json", "--charts", "none"], arguments].concat());
        done.json()["checks"][0]["verdict"].clone()
    };
    assert_eq!(verdict(&[]), "violated");
    assert_eq!(verdict(&["--set", "system.kv.bugs=[]"]), "held");
}

/// A store whose followers wait hardly longer than from one heartbeat to the next.
const HASTY: &str = "
schema = 1
name = \"hasty\"
duration = \"20s\"
[network]
default = { jitter = \"uniform(0ms, 60ms)\" }
[system.kv]
type = \"raft\"
nodes = 3
[system.kv.raft]
election_timeout = \"uniform(301ms, 320ms)\"
heartbeat = \"300ms\"
[check.calm]
metric = \"election_duration\"
assert = \"count <= 2\"
";

/// Followers who wait no longer at all campaign all the time, which fails, too.
#[test]
fn what_is_left_has_no_settings_that_contradict_each_other() {
    let folder = Folder::new(&[("hasty.toml", HASTY)]);
    let arguments = ["hunt", "hasty.toml", "--seeds", "1..1", "--reseed", "0", "--format", "json"];
    let minimal = text_of(&failure(&folder.run(&arguments).exits(1)), "minimal");
    let text = std::fs::read_to_string(folder.path(&minimal)).expect("it was written");
    assert!(text.contains("heartbeat = \"300ms\""), "that is the reason: {text}");
    assert_eq!(folder.run(&["check", &minimal]).exits(0).stderr, "", "{text}");
}

/// A store whose followers never wait long enough to hear a leader.
const IMPATIENT: &str = "
schema = 1
name = \"impatient\"
duration = \"40s\"
[system.kv]
type = \"raft\"
nodes = 5
[system.kv.raft]
election_timeout = \"uniform(20ms, 30ms)\"
heartbeat = \"10ms\"
[network]
default = { jitter = \"uniform(50ms, 60ms)\" }
[workload.clients]
target = \"kv\"
arrival = \"constant(1/s)\"
timeout = \"3s\"
attempts = 7
[fault.crash]
every = \"exp(2s)\"
do = \"crash\"
target = \"any(kv)\"
for = \"1s\"
[liveness]
after = \"10s\"
within = \"20s\"
";

/// A single client that gives up at once, and a bound that is shorter, fail for no reason of the system's.
#[test]
fn what_has_to_be_served_is_asked_as_often_and_as_patiently_in_what_is_left() {
    let folder = Folder::new(&[("impatient.toml", IMPATIENT)]);
    let arguments = ["hunt", "impatient.toml", "--seeds", "1..1", "--format", "json"];
    let done = folder.run(&arguments).exits(1);
    let minimal = folder.path(&text_of(&failure(&done), "minimal"));
    let minimal = std::fs::read_to_string(minimal).expect("it is text");
    for kept in ["within = \"20s\"", "timeout = \"3s\"", "attempts = 7", "operations = \"10..30\""] {
        assert!(minimal.contains(kept), "{kept}: {minimal}");
    }
    assert!(!minimal.contains("[fault"), "{minimal}");
}

#[test]
fn what_is_left_is_1_minimal_in_its_strikes() {
    let folder = broken();
    let done = folder
        .run(&["hunt", "broken.toml", "--seeds", "1..50", "--reseed", "0", "--format", "json"])
        .exits(1);
    let minimal =
        std::fs::read_to_string(folder.path(&text_of(&failure(&done), "minimal"))).expect("it is text");
    let (head, faults) = minimal.split_once("\n[fault.").expect("it has strikes");
    let faults: Vec<&str> = faults.split("\n[fault.").collect();
    let mut still_fail = Vec::new();
    for left_out in 0..faults.len() {
        let others = faults.iter().enumerate().filter(|(index, _)| *index != left_out);
        let text = others.fold(head.to_owned(), |text, (_, fault)| format!("{text}\n[fault.{fault}"));
        std::fs::write(folder.path("less.toml"), text).expect("writable");
        let run = folder.run(&["run", "less.toml", "--charts", "none"]);
        if run.code == 1 {
            still_fail.push(left_out);
        }
    }
    // Rounding the times may have made one of them needless; but not several.
    assert!(still_fail.len() <= 1, "{still_fail:?} of\n{minimal}");
}

#[test]
fn how_many_runs_go_side_by_side_changes_nothing() {
    let of_jobs = |jobs: &str| {
        let folder = Folder::new(&[("broken.toml", &BROKEN.replace("exp(150ms)", "exp(350ms)"))]);
        let arguments = [
            "hunt",
            "broken.toml",
            "--seeds",
            "1..400",
            "--jobs",
            jobs,
            "--shrink-runs",
            "300",
            "--format",
            "json",
        ];
        let mut document = folder.run(&arguments).exits(1).json();
        let capsule = folder.path(document["failures"][0]["capsule"].as_str().expect("a path"));
        document["host"] = Value::Null;
        document["failures"][0]["cpu_s"] = Value::Null;
        (document, std::fs::read(capsule).expect("it is there"))
    };
    let one = of_jobs("1");
    assert!(one.0["failures"][0]["seed"].as_u64() > Some(1), "no lower seed fails: {}", one.0);
    assert_eq!(one, of_jobs("2"));
}

#[test]
fn a_capsule_is_replayed_and_one_that_differs_says_where() {
    let folder = broken();
    let done = folder.run(&["hunt", "broken.toml", "--shrink-runs", "200", "--format", "json"]).exits(1);
    let capsule = text_of(&failure(&done), "capsule");
    let again = folder.run(&["repro", &capsule]).exits(0);
    assert!(
        again.stdout.contains("\nsame: ") && again.stdout.contains("violated  one-leader"),
        "{}",
        again.stdout
    );
    // Its folder is as good, and so is what was hunted.
    let parent = Path::new(&capsule).parent().and_then(Path::to_str).expect("it lies in a folder");
    folder.run(&["repro", parent]).exits(0);
    let document = folder.run(&["repro", &capsule, "--original", "--format", "json"]).exits(0).json();
    assert_eq!((&document["verdict"], &document["check"]["is_violated"]), (&json!("same"), &json!(true)));
    // Elsewhere, alone: it needs nothing beside it.
    let elsewhere = Folder::new(&[]);
    std::fs::copy(folder.path(&capsule), elsewhere.path("sent.json")).expect("it is there");
    elsewhere.run(&["repro", "sent.json"]).exits(0);
    // Another build may go another way.
    let text = std::fs::read_to_string(elsewhere.path("sent.json")).expect("it is text");
    let mut altered: Value = serde_json::from_str(&text).expect("it is JSON");
    altered["shrunk"]["digest"] = json!("0000000000000000");
    std::fs::write(elsewhere.path("sent.json"), altered.to_string()).expect("writable");
    let done = elsewhere.run(&["repro", "sent.json"]).exits(5);
    assert!(done.stdout.contains("diverged among events "), "{}", done.stdout);
    assert!(done.stdout.contains("violated  one-leader"), "{}", done.stdout);
    // One that fails no more says so.
    let lines = altered["shrunk"]["toml"].as_array().expect("lines").clone();
    let without = lines.into_iter().filter(|line| !line.as_str().expect("text").starts_with("bugs"));
    altered["shrunk"]["toml"] = without.collect();
    std::fs::write(elsewhere.path("sent.json"), altered.to_string()).expect("writable");
    let done = elsewhere.run(&["repro", "sent.json"]).exits(5);
    assert!(done.stdout.contains("not violated any more: one-leader"), "{}", done.stdout);
}

#[test]
fn a_capsule_that_is_none_is_refused() {
    let folder =
        Folder::new(&[("capsule.json", "{"), ("x/capsule.json", "{\"what\": \"capsule\", \"schema\": 9}")]);
    for (named, message) in [("capsule.json", "is no capsule: "), ("x", "its schema is not 1")] {
        let done = folder.run(&["repro", named]).exits(74);
        assert!(done.stderr.contains(message), "{}", done.stderr);
    }
    let done = folder.run(&["repro", "outputs", "--original"]).exits(2);
    assert!(done.stderr.contains("--original is of a capsule"), "{}", done.stderr);
}

#[test]
fn the_state_of_every_node_can_be_seen_at_a_time_or_an_event() {
    let folder = broken();
    let done = folder.run(&["hunt", "broken.toml", "--shrink-runs", "0", "--format", "json"]).exits(1);
    let capsule = text_of(&failure(&done), "capsule");
    let dump = folder.run(&["repro", &capsule, "--until", "1s", "--dump"]).exits(0);
    for word in
        ["kv.1  up, boot ", "role", "current_term", "voted_for", "commit_index", "last_applied", "timers"]
    {
        assert!(dump.stdout.contains(word), "{word} is missing:\n{}", dump.stdout);
    }
    let of = |until: &str| {
        folder.run(&["repro", &capsule, "--until", until, "--dump", "--format", "json"]).exits(0).json()
    };
    let document = of("event:300");
    assert_eq!(document["events"], 300);
    let nodes = document["nodes"].as_array().expect("a list");
    assert_eq!(
        nodes.iter().map(|node| &node["node"]).collect::<Vec<_>>(),
        ["kv.1", "kv.2", "kv.3", "clients"]
    );
    let state = nodes.iter().find(|node| node["up"] == true).expect("somebody is up");
    assert!(state["state"]["current_term"].is_u64() && state["state"]["log"].is_array(), "{state}");
    let late = of("1h");
    assert_eq!(late["is_over"], true);
    folder.run(&["repro", &capsule, "--until", "1s"]).exits(2);
    let done = folder.run(&["repro", &capsule, "--until", "event:0", "--dump"]).exits(2);
    assert!(done.stderr.contains("events are counted from 1"), "{}", done.stderr);
}

#[test]
fn mistakes_are_told_before_anything_runs() {
    let folder = broken();
    let swept =
        format!("{BROKEN}[sweep]\nvars.nodes = [3, 5]\n").replace("nodes = 3", "nodes = \"${nodes}\"");
    std::fs::write(folder.path("swept.toml"), swept).expect("writable");
    for (arguments, message) in [
        (&["broken.toml", "--seeds", "9..1"][..], "the last seed is before the first"),
        (&["broken.toml", "--seeds", "7"], "write a range of seeds such as 1..100"),
        (&["broken.toml", "--budget", "60"], "60"),
        (&["broken.toml", "--check", "one-laeder"], "did you mean `one-leader`?"),
        (&["broken.toml", "--only", "nodes=3"], "no [sweep] varies `nodes`"),
        (&["swept.toml"], "a hunt is of one combination, and the [sweep] has 2"),
        (&["swept.toml", "--only", "node=3"], "did you mean `nodes`?"),
        (&["broken.toml", "--set", "system.kv.tpye=raft"], "did you mean `type`?"),
    ] {
        let done = folder.run(&[&["hunt"][..], arguments].concat()).exits(2);
        assert!(done.stderr.contains(message), "{message} is missing:\n{}", done.stderr);
        assert_eq!(done.stdout, "");
    }
    folder.run(&["hunt", "swept.toml", "--only", "nodes=7"]).exits(4);
    folder.run(&["hunt", "absent.toml"]).exits(2);
    let done = folder.run(&["hunt", "swept.toml", "--only", "nodes=3", "--shrink-runs", "0"]).exits(1);
    assert!(done.stdout.contains("seed 1 fails"), "{}", done.stdout);
}

#[test]
fn a_hunt_that_finds_nothing_says_so_and_one_without_time_is_inconclusive() {
    let folder = broken();
    let healthy = ["hunt", "broken.toml", "--set", "system.kv.bugs=[]", "--seeds", "1..5"];
    let done = folder.run(&healthy).exits(0);
    assert!(
        done.stdout.contains("5 seeds in ") && done.stdout.ends_with("nothing failed\n"),
        "{}",
        done.stdout
    );
    let hurried = [&healthy[..], &["--budget", "1ms", "--format", "json"]].concat();
    let done = folder.run(&hurried).exits(3);
    let document = done.json();
    assert_eq!((&document["is_open"], &document["failures"]), (&json!(true), &json!([])));
    assert!(done.stderr.contains("the budget is used up"), "{}", done.stderr);
    // A check can be wanted; another that fails is none of this hunt's business.
    let other = ["hunt", "broken.toml", "--check", "log", "--seeds", "1..3"];
    folder.run(&other).exits(0);
}

#[test]
fn a_failing_run_shows_its_last_moments() {
    let folder = broken();
    let done = folder.run(&["hunt", "broken.toml", "--shrink-runs", "200", "--format", "json"]).exits(1);
    let page = folder.path(&text_of(&failure(&done), "page"));
    let svg = page.parent().expect("it lies in a folder").join("charts/space-time.svg");
    let svg = std::fs::read_to_string(svg).expect("it was drawn");
    assert!(svg.contains("leads term") && svg.contains("one-leader (one-leader) is violated"), "{svg}");
    let page = std::fs::read_to_string(page).expect("it was written");
    assert!(page.contains("The last moments before the violation"));
}

/// What a run's requests.csv says of each operation: number, key, kind and when it was due.
fn requests(folder: &Folder, settings: &[&str]) -> Vec<[String; 4]> {
    let set = settings.iter().flat_map(|setting| ["--set", setting]);
    let arguments: Vec<&str> =
        ["run", "broken.toml", "--format", "json", "--charts", "none"].into_iter().chain(set).collect();
    let run = folder.run(&arguments).json();
    let file = folder.path(run["output"].as_str().expect("a folder")).join("requests.csv");
    let text = std::fs::read_to_string(file).expect("it is text");
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().expect("it has a header");
    let column = |name: &str| head.iter().position(|known| *known == name).expect("it is there");
    let columns = ["number", "key", "op", "intended_ns"].map(column);
    lines.map(|line| columns.map(|column| line[column].to_owned())).collect()
}

#[test]
fn operations_can_be_chosen_by_their_numbers_and_the_others_change_nothing_about_them() {
    let folder = broken();
    let all = requests(&folder, &[]);
    let numbers = |chosen: &[[String; 4]]| chosen.iter().map(|one| one[0].clone()).collect::<Vec<_>>();
    let some = requests(&folder, &["workload.clients.operations=3, 7..9"]);
    assert_eq!(numbers(&some), ["3", "7", "8", "9"]);
    assert!(some.iter().all(|one| all.contains(one)), "{some:?}");
    // In a closed loop, too, though there they come when somebody has time for them.
    let closed =
        ["workload.clients.operations=2..4", "workload.clients.arrival=closed(clients=3, think=50ms)"];
    let mut closed = numbers(&requests(&folder, &closed));
    closed.sort();
    assert_eq!(closed, ["2", "3", "4"]);
    for (setting, message) in [
        ("workload.clients.operations=9..7", "these are no numbers of operations, ascending from 1"),
        ("workload.clients.operations=0..3", "these are no numbers of operations, ascending from 1"),
        ("fault.crashes.draws=12ab", "this is no name of draws"),
        ("fault.crashes.target=nodes(kv.1, kv.9)", "there is no node `kv.9`"),
        ("fault.crashes.target=nodes(kv.1, clients)", "`clients` is a workload"),
        ("fault.crashes.target=nodes()", "`nodes` takes the names of nodes"),
    ] {
        let done = folder.run(&["check", "broken.toml", "--set", setting]).exits(2);
        assert!(done.stderr.contains(message), "{message} is missing:\n{}", done.stderr);
    }
    folder.run(&["check", "broken.toml", "--set", "fault.crashes.target=nodes(kv.3, kv.1)"]).exits(0);
}

#[cfg(unix)]
#[test]
fn an_interrupted_hunt_says_how_far_it_came() {
    let folder = broken();
    let arguments =
        ["hunt", "broken.toml", "--set", "system.kv.bugs=[]", "--seeds", "1..1000000", "--format", "json"];
    let child = seedbed(folder.0.path(), &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.expect("it starts");
    std::thread::sleep(std::time::Duration::from_secs(2));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("there is kill").success());
    let done = Done::from(child.wait_with_output().expect("it ends")).exits(130);
    let document = done.json();
    assert!(document["seeds_tried"].as_u64() > Some(0) && document["is_open"] == true, "{document}");
    assert!(
        done.stderr.contains("interrupted: ") && done.stderr.contains(" of 1000000 seeds were tried"),
        "{}",
        done.stderr
    );
}

/// The combinations of seeds far behind the first are planned when it is their turn: what is wrong with one of them is told then, and
/// before it nothing is.
#[test]
fn a_mistake_that_a_late_seed_draws_is_told_when_it_is_its_turn() {
    let attempts: Vec<String> = (0..1000)
        .map(|value| if value == 200 { 0 } else { value + 1 })
        .map(|value: u32| value.to_string())
        .collect();
    let scenario = format!(
        "schema = 1\nname = \"late\"\nduration = \"1ms\"\n[system.kv]\ntype = \"raft\"\nnodes = 1\n[workload.w]\ntarget = \"kv\"\n\
         arrival = \"constant(1/s)\"\nattempts = \"${{attempts}}\"\n[check.safety]\ninvariants = [\"agreement\"]\n[sweep]\ndraw = true\n\
         vars.attempts = [{}]\n",
        attempts.join(", ")
    );
    let folder = Folder::new(&[("late.toml", &scenario)]);
    // Whoever draws the mistake is the first of the combinations that are not planned ahead.
    folder.run(&["hunt", "late.toml", "--seeds", "1..205"]).exits(0);
    for jobs in ["1", "3"] {
        let done = folder.run(&["hunt", "late.toml", "--seeds", "1..400", "--jobs", jobs]).exits(2);
        assert!(done.stderr.contains("`attempts` is 0, and must be from 1 to 1000"), "{}", done.stderr);
        assert_eq!(done.stdout, "");
    }
}
