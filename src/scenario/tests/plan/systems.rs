//! Systems: their nodes and names.

use super::*;

#[test]
fn a_system_has_at_least_one_node() {
    assert_shown(
        &planned(
            r#"
[system.a]
type = "raft"
nodes = 0
[system.b]
type = "raft"
nodes = []
[system.c]
type = "raft"
nodes = { count = 0 }
[system.d]
type = "raft"
nodes = -3
[system.e]
type = "raft"
nodes = "three"
"#,
        ),
        r#"
error[S016]: `nodes` is 0, and a system has at least one node
 --> test.toml:5:9
  |
5 | nodes = 0
  |         ^
  |
  = help: write a number, such as nodes = 5, or a list of regions, such as nodes = ["eu-west-1", "us-east-1"]

error[S016]: `nodes` is empty, and a system has at least one node
 --> test.toml:8:9
  |
8 | nodes = []
  |         ^^
  |
  = help: write a number, such as nodes = 5, or a list of regions, such as nodes = ["eu-west-1", "us-east-1"]

error[S016]: `count` is 0, and must be from 1 to 1000000
  --> test.toml:11:19
   |
11 | nodes = { count = 0 }
   |                   ^
   |
   = help: write count = 1

error[S023]: `nodes` may not be negative
  --> test.toml:14:9
   |
14 | nodes = -3
   |         ^^
   |
   = help: write nodes = 3

error[S011]: `nodes` must be a number of nodes, a list of regions, or { region, count }, found a string
  --> test.toml:17:9
   |
17 | nodes = "three"
   |         ^^^^^^^
   |
   = help: write a number, such as nodes = 5, or a list of regions, such as nodes = ["eu-west-1", "us-east-1"]
"#,
    );
    assert_shown(
        &planned(
            r#"
[system.a]
type = "raft"
groups = []
[system.b]
type = "raft"
nodes = 3
groups = [{ count = 3 }]
"#,
        ),
        r#"
error[S016]: `groups` is empty, and a system has at least one node
 --> test.toml:5:10
  |
5 | groups = []
  |          ^^
  |
  = help: write groups = [{ count = 3 }], or nodes = 3

error[S018]: both `nodes` and `groups` say what nodes the system has
 --> test.toml:9:10
  |
8 | nodes = 3
  |         - the nodes
9 | groups = [{ count = 3 }]
  |          ^^^^^^^^^^^^^^^
  |
  = help: keep one of them
"#,
    );
}

#[test]
fn huge_counts_of_nodes_are_refused_before_any_is_made() {
    assert_shown(
        &planned(
            r#"
[system.a]
type = "raft"
nodes = 4294967295
[system.b]
type = "service"
work = "exp(1ms)"
nodes = 3000000000
[system.c]
type = "service"
work = "exp(1ms)"
groups = [{ count = 900000 }, { count = 900000 }]
"#,
        ),
        r#"
error[S053]: a system of type raft has at most 64 nodes, not 4294967295
 --> test.toml:5:9
  |
5 | nodes = 4294967295
  |         ^^^^^^^^^^
  |
  = help: ask for fewer nodes

error[S053]: with these 3000000000 nodes the world has more than 1000000
 --> test.toml:9:9
  |
9 | nodes = 3000000000
  |         ^^^^^^^^^^
  |
  = help: ask for fewer nodes

error[S053]: with these 1800000 nodes the world has more than 1000000
  --> test.toml:13:10
   |
13 | groups = [{ count = 900000 }, { count = 900000 }]
   |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: ask for fewer nodes
"#,
    );
}

#[test]
fn a_system_of_no_known_type_is_one_mistake() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "rafft"
nodes = 3
reads = "log"
work = "exp(1ms)"
[system.kw]
nodes = 2
"#,
        ),
        r#"
error[S015]: `type` cannot be `rafft`
 --> test.toml:4:9
  |
4 | type = "rafft"
  |         ^^^^^ did you mean `raft`?
  |
  = help: choose `raft`, `multi-paxos`, `paxos`, `service`, `gateway`, `registry` or `custom`

error[S012]: `type` is missing in [system.kw]
 --> test.toml:8:1
  |
8 | [system.kw]
  | ^^^^^^^^^^^
  |
  = help: write type = ... ("raft" | "multi-paxos" | "paxos" | "service" | "gateway" | "registry" | "custom")
"#,
    );
}

#[test]
fn names_that_targets_and_files_cannot_hold_are_refused() {
    assert_shown(
        &planned(
            r#"
name = "../up"
[system.kv]
type = "raft"
"#,
        ),
        r#"
error[S051]: `../up` cannot be the name of a scenario
 --> test.toml:3:8
  |
3 | name = "../up"
  |        ^^^^^^^
  |
  = help: a name has up to 64 letters, digits, `_` and single `-`, begins with a letter or digit, and is not `rest` or `that`
"#,
    );
    assert_shown(
        &planned(
            r#"
[system."a b"]
type = "raft"
[system.rest]
type = "raft"
[system."a--b"]
type = "raft"
[system.x]
type = "service"
work = "exp(1ms)"
groups = [{ prefix = "p" }, { prefix = "p" }, { prefix = "p.1" }]
[workload.x]
target = "a b"
arrival = "poisson(1/s)"
[fault."\u0000"]
do = "crash"
at = "1s"
target = "x"
"#,
        ),
        r#"
error[S051]: `a b` cannot be a name
 --> test.toml:3:9
  |
3 | [system."a b"]
  |         ^^^^^
  |
  = help: a name has up to 64 letters, digits, `_` and single `-`, begins with a letter or digit, and is not `rest` or `that`

error[S051]: `rest` cannot be a name
 --> test.toml:5:9
  |
5 | [system.rest]
  |         ^^^^
  |
  = help: a name has up to 64 letters, digits, `_` and single `-`, begins with a letter or digit, and is not `rest` or `that`

error[S051]: `a--b` cannot be a name
 --> test.toml:7:9
  |
7 | [system."a--b"]
  |         ^^^^^^
  |
  = help: a name has up to 64 letters, digits, `_` and single `-`, begins with a letter or digit, and is not `rest` or `that`

error[S051]: two groups have the prefix `p`
  --> test.toml:12:40
   |
12 | groups = [{ prefix = "p" }, { prefix = "p" }, { prefix = "p.1" }]
   |                                        ^^^
   |
   = help: give each one of its own

error[S051]: `p.1` cannot be a prefix of names
  --> test.toml:12:58
   |
12 | groups = [{ prefix = "p" }, { prefix = "p" }, { prefix = "p.1" }]
   |                                                          ^^^^^
   |
   = help: a name has up to 64 letters, digits, `_` and single `-`, begins with a letter or digit, and is not `rest` or `that`

error[S051]: the name `x` is given to a system and to a workload
  --> test.toml:13:11
   |
 9 | [system.x]
   |         - the system
...
13 | [workload.x]
   |           ^
   |
   = help: rename one of them

error[S051]: `\0` cannot be a name
  --> test.toml:16:8
   |
16 | [fault."\u0000"]
   |        ^^^^^^^^
   |
   = help: a name has up to 64 letters, digits, `_` and single `-`, begins with a letter or digit, and is not `rest` or `that`
"#,
    );
}

#[test]
fn names_that_nothing_has_are_met_with_those_that_exist() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
bugs = ["raft-vote-not-persistd"]
clocks = { "kv.7" = { drift = "1ppm" }, default = { drift = "-1ppm" } }
[system.api]
type = "service"
steps = [{ call = "kw" }, { call = "api" }]
[workload.w]
target = "kx"
region = "eu-west-1"
arrival = "poisson(1/s)"
[check.a]
invariants = ["one-leeder"]
[check.b]
model = "linearizable"
target = "api"
[[network.link]]
from = "lan"
to = "moon"
"#,
        ),
        r#"
error[S050]: the type raft has no bug `raft-vote-not-persistd`
 --> test.toml:5:9
  |
5 | bugs = ["raft-vote-not-persistd"]
  |         ^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `raft-vote-not-persisted`?
  |
  = help: `seedbed list bugs` shows them

error[S050]: the system `kv` has no node `kv.7`
 --> test.toml:6:12
  |
6 | clocks = { "kv.7" = { drift = "1ppm" }, default = { drift = "-1ppm" } }
  |            ^^^^^^ did you mean `kv.1`?
  |
  = help: choose `kv.1`, `kv.2`, `kv.3` or `default`

error[S050]: there is no system `kw`
 --> test.toml:9:19
  |
9 | steps = [{ call = "kw" }, { call = "api" }]
  |                   ^^^^ did you mean `kv`?
  |
  = help: the scenario has `kv` or `api`

error[S057]: a request would call itself without end: api -> api
 --> test.toml:9:36
  |
9 | steps = [{ call = "kw" }, { call = "api" }]
  |                                    ^^^^^
  |
  = help: take one of these calls out, or bound it: { call = "...", depth = 3 } is left out in the depth

error[S050]: there is no system `kx`
  --> test.toml:11:10
   |
11 | target = "kx"
   |          ^^^^ did you mean `kv`?
   |
   = help: the scenario has `kv` or `api`

error[S050]: there is no region `eu-west-1` in this network
  --> test.toml:12:10
   |
12 | region = "eu-west-1"
   |          ^^^^^^^^^^^
   |
   = help: write regions = "aws" in [network]

error[S050]: there is no invariant `one-leeder`
  --> test.toml:15:15
   |
15 | invariants = ["one-leeder"]
   |               ^^^^^^^^^^^^ did you mean `one-leader`?
   |
   = help: choose `one-leader`, `log-matching`, `leader-completeness`, `agreement`, `durability`, `exactly-once` or `monotonic`

error[S018]: `api` is no store: there is no history of values to judge
  --> test.toml:18:10
   |
18 | target = "api"
   |          ^^^^^
   |
   = help: name a store, such as a system of type raft

error[S050]: there is no region `moon`: the network has the one region `lan`
  --> test.toml:21:6
   |
21 | to = "moon"
   |      ^^^^^^
   |
   = help: for several write for example regions = "aws" in [network]
"#,
    );
}

#[test]
fn too_many_systems_or_links_are_refused() {
    let systems: String = (0..1_001).map(|n| format!("system.s{n}.type = \"raft\"\n")).collect();
    assert!(
        planned(&systems)
            .contains("S053]: the scenario has more than 1000 systems, workloads and operations")
    );
    let link = "[[network.link]]\nfrom = \"lan\"\nto = \"lan\"\n";
    let links = format!("[system.kv]\ntype = \"raft\"\n{}", link.repeat(10_001));
    assert!(planned(&links).contains("S053]: the network has more than 10000 links that differ"));
}

#[test]
fn workloads_alone_may_be_too_many_as_well() {
    let workload = |n: u32| format!("[workload.w{n}]\ntarget = \"kv\"\narrival = \"poisson(1/s)\"\n");
    let workloads: String = (0..1_000).map(workload).collect();
    let message = planned(&format!("[system.kv]\ntype = \"raft\"\n{workloads}"));
    assert!(
        message.contains("S053]: the scenario has more than 1000 systems, workloads and operations"),
        "{message}"
    );
}

/// What is said of a service with this queue, and these lines beside it.
fn queued(queue: &str, beside: &str) -> String {
    planned(&format!("[system.s]\ntype = \"service\"\nwork = \"1ms\"\nqueue = {{ {queue} }}\n{beside}\n"))
}

#[test]
fn turns_have_a_length_and_nothing_else_has() {
    let cores = "cores = 1";
    assert_eq!(queued("discipline = \"round-robin\", quantum = \"1us\"", cores), "");
    assert_shown(
        &queued("discipline = \"round-robin\"", cores),
        r#"
error[S018]: turns of no length: `round-robin` has no `quantum`
 --> test.toml:6:24
  |
6 | queue = { discipline = "round-robin" }
  |                        ^^^^^^^^^^^^^
  |
  = help: write quantum = "10ms": the work that each gets in a turn
"#,
    );
    assert_shown(
        &queued("discipline = \"round-robin\", quantum = \"999ns\"", cores),
        r#"
error[S016]: `quantum` is 999ns, and must be at least 1us
 --> test.toml:6:49
  |
6 | queue = { discipline = "round-robin", quantum = "999ns" }
  |                                                 ^^^^^^^
  |
  = help: write quantum = "1us"
"#,
    );
    assert_shown(
        &queued("discipline = \"las\", quantum = \"10ms\"", cores),
        r#"
warning[S059]: `quantum` has no effect: only `round-robin` serves in turns
 --> test.toml:6:41
  |
6 | queue = { discipline = "las", quantum = "10ms" }
  |                        -----            ^^^^^^
  |                        |
  |                        the discipline
"#,
    );
    assert!(queued("quantum = \"10ms\"", cores).starts_with("warning[S059]: `quantum` has no effect"));
}

/// Whoever compares disciplines in a sweep gives turns to all of them.
#[test]
fn a_sweep_of_disciplines_may_have_turns() {
    let sweep = "cores = 1\n[sweep]\nvars.discipline = [\"srpt\", \"round-robin\", \"fifo\"]";
    assert_eq!(queued("discipline = \"${discipline}\", quantum = \"1ms\"", sweep), "");
}

#[test]
fn a_discipline_where_nobody_waits_is_noticed() {
    assert_shown(
        &queued("discipline = \"srpt\"", ""),
        r#"
warning[S059]: `srpt` has no effect: without `cores` nobody waits
 --> test.toml:6:24
  |
6 | queue = { discipline = "srpt" }
  |                        ^^^^^^
  |
  = help: write cores = 1, or how many serve at once, beside `type`
"#,
    );
    assert_eq!(queued("discipline = \"fifo\"", ""), "");
}
