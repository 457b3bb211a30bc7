//! Faults: whom they strike, and when.

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
   = help: the scenario has `kv`, `api`, `kv.1`, `kv.2`, `kv.3`, `api.1`, `api.2`, `api.3` or `api.front`

error[S050]: there is no system `kw`
  --> test.toml:19:10
   |
19 | target = "leader(kw)"
   |          ^^^^^^^^^^^^ did you mean `kv`?
   |
   = help: the scenario has `kv` or `api`

error[S050]: `leder` is no way to choose nodes
  --> test.toml:23:10
   |
23 | target = "leder(kv)"
   |          ^^^^^^^^^^^ did you mean `leader`?
   |
   = help: choose `leader`, `any`, `minority` or `quorum`

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

error[S050]: there is no region `moon`
  --> test.toml:27:10
   |
27 | target = "region:moon"
   |          ^^^^^^^^^^^^^
   |
   = help: the scenario has `lan`

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
fn targets_of_partitions_must_make_sense() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.a]
do = "partition"
at = "1s"
target = "link kv.1"
[fault.b]
do = "partition"
at = "1s"
target = "link kv.1--kv.1"
[fault.c]
do = "partition"
at = "1s"
target = "link kv.1->kv.7"
[fault.d]
do = "partition"
at = "1s"
groups = ["rest", "rest"]
[fault.e]
do = "partition"
at = "1s"
groups = [["kv.1", "rest"], "link kv.1->kv.2"]
[fault.f]
do = "partition"
at = "1s"
groups = ["kv"]
"#,
        ),
        r#"
error[S052]: `link kv.1` is no link
 --> test.toml:8:10
  |
8 | target = "link kv.1"
  |          ^^^^^^^^^^^
  |
  = help: write for example "link kv.1->kv.2" for one direction, "link kv.1--kv.2" for both

error[S052]: the link leads from a node to itself
  --> test.toml:12:10
   |
12 | target = "link kv.1--kv.1"
   |          ^^^^^^^^^^^^^^^^^
   |
   = help: name two nodes

error[S050]: there is no node `kv.7`
  --> test.toml:16:10
   |
16 | target = "link kv.1->kv.7"
   |          ^^^^^^^^^^^^^^^^^ did you mean `kv.1`?
   |
   = help: the scenario has `kv.1`, `kv.2` or `kv.3`

error[S052]: two groups are `rest`, which is all that no other group has
  --> test.toml:20:19
   |
20 | groups = ["rest", "rest"]
   |                   ^^^^^^
   |
   = help: name the nodes of one of them

error[S052]: `rest` cannot stand among other targets
  --> test.toml:24:20
   |
24 | groups = [["kv.1", "rest"], "link kv.1->kv.2"]
   |                    ^^^^^^
   |
   = help: `rest` is a group of its own: write groups = ["kv.1", "rest"]

error[S052]: `link kv.1->kv.2` cannot stand among other targets
  --> test.toml:24:29
   |
24 | groups = [["kv.1", "rest"], "link kv.1->kv.2"]
   |                             ^^^^^^^^^^^^^^^^^
   |
   = help: a fault of one link has no `groups`: write target = "link kv.1--kv.2"

error[S018]: a partition lies between at least two groups, not 1
  --> test.toml:28:10
   |
28 | groups = ["kv"]
   |          ^^^^^^
   |
   = help: add "rest" for all other nodes
"#,
    );
}

#[test]
fn faults_that_never_or_always_strike_are_noticed() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.late]
do = "crash"
at = "20s"
target = "kv"
"#,
        ),
        r#"
warning[S056]: `late` never strikes: the run ends at 10s
 --> test.toml:7:6
  |
7 | at = "20s"
  |      ^^^^^
  |
  = help: let it strike earlier, or make the run longer
"#,
    );
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.storm]
do = "crash"
every = "const(0s)"
target = "kv"
[fault.past]
do = "crash"
at = "-1s"
target = "kv"
"#,
        ),
        r#"
error[S018]: it would strike without end at one moment
 --> test.toml:7:9
  |
7 | every = "const(0s)"
  |         ^^^^^^^^^^^
  |
  = help: write for example every = "exp(60s)"

error[S023]: `at` is negative, and a duration is never
  --> test.toml:11:7
   |
11 | at = "-1s"
   |       ^^^
   |
   = help: take its sign away: 1s
"#,
    );
}

#[test]
fn what_one_kind_of_fault_has_another_does_not() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.a]
do = "crash"
at = "1s"
target = "kv.1"
factor = 3
[fault.b]
do = "loss"
at = "1s"
[fault.c]
do = "loss"
at = "1s"
share = "0%"
[fault.d]
do = "delay"
at = "1s"
dealy = "5ms"
delay = "5ms"
[fault.e]
do = "clog"
at = "1s"
target = "link kv.1->kv.2"
direction = "in"
[fault.f]
do = "pause"
at = "1s"
target = "kv.1"
direction = "in"
[fault.g]
do = "delai"
at = "1s"
delay = "5ms"
"#,
        ),
        r#"
error[S014]: unknown key `factor` in [fault.a]
 --> test.toml:9:1
  |
9 | factor = 3
  | ^^^^^^
  |
  = help: `factor` is an option of `slow-node` and `slow-disk`, and this is a crash

error[S012]: `share` is missing in [fault.b]
  --> test.toml:10:1
   |
10 | [fault.b]
   | ^^^^^^^^^
   |
   = help: write share = ... (ratio ("0.5%" or 0.005))

error[S016]: `share` is 0%, and must be from 0.0000001% to 100%
  --> test.toml:16:9
   |
16 | share = "0%"
   |         ^^^^

error[S014]: unknown key `dealy` in [fault.d]
  --> test.toml:20:1
   |
20 | dealy = "5ms"
   | ^^^^^ did you mean `delay`?

error[S018]: `direction` is of the links of a `target`
  --> test.toml:26:13
   |
26 | direction = "in"
   |             ^^^^
   |
   = help: for groups write one_way = true, for a link "link a->b"

error[S018]: a pause has no `direction`
  --> test.toml:31:13
   |
31 | direction = "in"
   |             ^^^^
   |
   = help: remove it

error[S015]: `do` cannot be `delai`
  --> test.toml:33:7
   |
33 | do = "delai"
   |       ^^^^^ did you mean `delay`?
   |
   = help: choose `crash`, `pause`, `slow-node`, `slow-disk`, `partition`, `loss`, `bursty-loss`, `duplicate`, `corrupt`, `delay`, `bandwidth`, `clog` or `cut-link`
"#,
    );
}
