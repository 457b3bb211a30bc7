//! Faults: the nodes that they strike.

use super::*;

#[test]
fn targets_of_nodes_must_make_sense() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[system.api]
type = "service"
work = "exp(1ms)"
[fault.a]
do = "crash"
at = "1s"

[fault.b]
do = "crash"
at = "1s"
target = "kv.9"
[fault.c]
do = "crash"
at = "1s"
target = "leader(kw)"
[fault.d]
do = "crash"
at = "1s"
target = "leder(kv)"
[fault.e]
do = "crash"
at = "1s"
target = "leader(kv"
[fault.f]
do = "crash"
at = "1s"
target = "any(kv, api)"
[fault.g]
do = "crash"
at = "1s"
target = "any(x=kv)"
"#,
        ),
        r#"
error[S018]: `target` is missing: whom does the crash strike?
 --> test.toml:8:1
  |
8 | [fault.a]
  | ^^^^^^^^^
  |
  = help: write for example target = "leader(kv)"

error[S050]: there is no node or system `kv.9`
  --> test.toml:15:10
   |
15 | target = "kv.9"
   |          ^^^^^^ did you mean `kv.1`?
   |
   = help: the scenario has `kv`, `api`, `kv.1`, `kv.2`, `kv.3`, `api.1`, `api.2` or `api.3`

error[S050]: there is no system `kw`
  --> test.toml:19:18
   |
19 | target = "leader(kw)"
   |                  ^^ did you mean `kv`?
   |
   = help: the scenario has `kv` or `api`

error[S050]: `leder` is no way to choose nodes
  --> test.toml:23:11
   |
23 | target = "leder(kv)"
   |           ^^^^^ did you mean `leader`?
   |
   = help: choose `leader`, `follower`, `followers`, `any`, `minority`, `quorum` or `nodes`; `seedbed explain targets` says what each means

error[S052]: `leader(kv` is no target
  --> test.toml:27:10
   |
27 | target = "leader(kv"
   |          ^^^^^^^^^^^
   |
   = help: write for example "kv.2", "leader(kv)" or "region:us-east-1"; `seedbed explain targets` shows all forms

error[S052]: `any` takes the name of one system
  --> test.toml:31:10
   |
31 | target = "any(kv, api)"
   |          ^^^^^^^^^^^^^^
   |
   = help: write for example "any(kv)"

error[S052]: `any` takes the name of one system
  --> test.toml:35:10
   |
35 | target = "any(x=kv)"
   |          ^^^^^^^^^^^
   |
   = help: write for example "any(kv)"
"#,
    );
}

#[test]
fn targets_of_nodes_must_make_sense_for_their_fault() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[system.api]
type = "service"
work = "exp(1ms)"
[fault.a]
do = "crash"
at = "1s"
target = "leader(api)"
[fault.b]
do = "crash"
at = "1s"
target = "link kv.1->kv.2"
[fault.c]
do = "pause"
at = "1s"
target = "rest"
[fault.d]
do = "crash"
at = "1s"
target = "region:eu-west-1"
[fault.e]
do = "crash"
at = "1s"
target = "region:moon"
[fault.f]
do = "crash"
at = "1s"
target = ""
"#,
        ),
        r#"
error[S052]: a service has no leader
  --> test.toml:11:10
   |
11 | target = "leader(api)"
   |          ^^^^^^^^^^^^^
   |
   = help: write for example "any(api)"

error[S052]: a crash strikes nodes, not a link
  --> test.toml:15:10
   |
15 | target = "link kv.1->kv.2"
   |          ^^^^^^^^^^^^^^^^^
   |
   = help: write do = "partition" to cut a link

error[S052]: a pause needs a target of its own: `rest` is one of `groups`
  --> test.toml:19:10
   |
19 | target = "rest"
   |          ^^^^^^
   |
   = help: write for example "kv.2", "leader(kv)" or "region:us-east-1"; `seedbed explain targets` shows all forms

error[S050]: there is no region `eu-west-1` in this network
  --> test.toml:23:10
   |
23 | target = "region:eu-west-1"
   |          ^^^^^^^^^^^^^^^^^^
   |
   = help: write regions = "aws" in [network]

error[S050]: there is no region `moon`: the network has the one region `lan`
  --> test.toml:27:10
   |
27 | target = "region:moon"
   |          ^^^^^^^^^^^^^
   |
   = help: for several write for example regions = "aws" in [network]

error[S052]: the target is empty
  --> test.toml:31:10
   |
31 | target = ""
   |          ^^
   |
   = help: write for example "kv.2", "leader(kv)" or "region:us-east-1"; `seedbed explain targets` shows all forms
"#,
    );
}

#[test]
fn a_majority_is_taken_from_whoever_asks_for_it() {
    let world = planned(
        r#"
[system.two]
type = "raft"
nodes = 2
[fault.a]
do = "random"
every = "5s"
for = "1s"
target = "two"
kinds = ["crash"]
survivable = false
"#,
    );
    assert_shown(&world, "");
}

#[test]
fn a_node_is_found_by_its_name_whatever_its_group() {
    let scenario = |target: &str| {
        planned(&format!(
            "[system.api]\ntype = \"service\"\nwork = \"exp(1ms)\"\n\
             groups = [{{ count = 2 }}, {{ prefix = \"7\", count = 2 }}, {{ count = 1 }}, {{ prefix = \"b\", count = 1 }}]\n\
             [system.other]\ntype = \"service\"\nwork = \"exp(1ms)\"\n\
             [workload.w]\ntarget = \"api\"\narrival = \"poisson(1/s)\"\n\
             [fault.f]\ndo = \"partition\"\nat = \"1s\"\ntarget = \"{target}\"\n"
        ))
    };
    for there in ["api.1", "api.2", "api.7.1", "api.7.2", "api.5", "api.b.1", "api.front", "other.3", "w"] {
        assert_eq!(scenario(there), "", "{there}");
    }
    for none in [
        "other.front",
        "api.0",
        "api.3",
        "api.4",
        "api.6",
        "api.01",
        "api.7.0",
        "api.7.3",
        "api.b.2",
        "api.b",
        "w.1",
        "api.",
    ] {
        let message = format!("error[S050]: there is no node or system `{none}`\n");
        assert!(scenario(none).starts_with(&message), "{none}: {}", scenario(none));
    }
}

#[test]
fn targets_mean_nodes_within_limits() {
    let scenario = |faults: usize| {
        let fault = |number: usize| {
            format!("[fault.f{number}]\ndo = \"crash\"\nwhen = \"crashed(api)\"\ntarget = \"api.1\"\n")
        };
        let faults: String = (0..faults).map(fault).collect();
        planned(&format!("[system.api]\ntype = \"service\"\nwork = \"exp(1ms)\"\nnodes = 900000\n{faults}"))
    };
    assert_eq!(scenario(11), "");
    let told = scenario(14);
    assert!(
        told.starts_with("error[S053]: with this the targets mean more than 10000000 nodes in all\n"),
        "{told}"
    );
    assert_eq!(told.matches("error").count(), 1, "it is told once: {told}");
}

#[test]
fn clients_are_no_target_of_faults_of_nodes() {
    let scenario = |kind: &str, target: &str| {
        planned(&format!(
            "[system.kv]\ntype = \"raft\"\n[workload.w]\ntarget = \"kv\"\narrival = \"poisson(1/s)\"\n\
             [fault.f]\ndo = \"{kind}\"\nat = \"1s\"\ntarget = \"{target}\"\n"
        ))
    };
    assert_shown(
        &scenario("crash", "w"),
        r#"
error[S052]: `w` is a workload: its clients neither crash nor have disks and clocks
  --> test.toml:11:10
   |
11 | target = "w"
   |          ^^^
   |
   = help: name a node or a system; faults of links, such as a partition, strike what clients say and hear
"#,
    );
    assert_shown(
        &scenario("crash", "kw"),
        r#"
error[S050]: there is no node or system `kw`
  --> test.toml:11:10
   |
11 | target = "kw"
   |          ^^^^ did you mean `kv`?
   |
   = help: the scenario has `kv`, `kv.1`, `kv.2` or `kv.3`
"#,
    );
    assert_eq!(scenario("partition", "w"), "");
    assert!(scenario("partition", "kw").contains("`kv.3` or `w`"));
}
