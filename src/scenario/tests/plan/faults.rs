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
   = help: choose `leader`, `follower`, `followers`, `any`, `minority` or `quorum`

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
   |
   = help: write share = "0.0000001%"

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
"#,
    );
}

#[test]
fn links_layouts_flaps_and_clocks_must_make_sense() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.a]
do = "crash"
at = "1s"
target = "kv"
links = ["kv.1--kv.2"]
flap = { up = "1s", down = "1s" }
[fault.b]
do = "partition"
at = "1s"
links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2"]
[fault.c]
do = "partition"
at = "1s"
target = "kv"
links = ["kv.1--kv.2"]
[fault.d]
do = "partition"
at = "1s"
layout = "rign"
target = "kv"
[fault.e]
do = "loss"
share = "1%"
at = "1s"
layout = "ring"
[fault.f]
do = "reset"
at = "1s"
flap = { up = "1s", down = "1s" }
[fault.g]
do = "swizzle"
at = "1s"
target = "kv"
spacing = "1s"
[fault.h]
do = "clock-step"
at = "1s"
target = "kv.1"
by = "-2s"
over = "1s"
[fault.i]
do = "clock-sinusoid"
at = "1s"
target = "kv.1"
amplitude = "1s"
period = "6s"
[fault.j]
do = "leap-smear"
at = "1s"
target = "kv.1"
window = "500ms"
[fault.k]
do = "clock-drift"
at = "1s"
target = "kv.1"
drift = "-1000000ppm"
"#,
        ),
        r#"
error[S018]: a crash has no `links`
 --> test.toml:9:9
  |
9 | links = ["kv.1--kv.2"]
  |         ^^^^^^^^^^^^^^
  |
  = help: it strikes nodes: remove it

error[S018]: a crash has no `flap`
  --> test.toml:10:8
   |
10 | flap = { up = "1s", down = "1s" }
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: it strikes nodes: remove it

error[S018]: `links` and more say which links the partition strikes
  --> test.toml:19:9
   |
19 | links = ["kv.1--kv.2"]
   |         ^^^^^^^^^^^^^^
   |
   = help: keep one of them

error[S015]: `layout` cannot be `rign`
  --> test.toml:23:11
   |
23 | layout = "rign"
   |           ^^^^ did you mean `ring`?
   |
   = help: choose `isolate-one`, `halves`, `bridge` or `ring`

error[S018]: `ring` is a layout of the nodes of a `target`, and of nothing else
  --> test.toml:29:10
   |
29 | layout = "ring"
   |          ^^^^^^
   |
   = help: write for example target = "kv"; what stays connected goes both ways

error[S018]: a reset is over in a moment
  --> test.toml:33:8
   |
33 | flap = { up = "1s", down = "1s" }
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: write every = "..." for one after the other

error[S018]: `for` is missing: until when does the swizzle last at most?
  --> test.toml:34:1
   |
34 | [fault.g]
   | ^^^^^^^^^
   |
   = help: write for example for = "1m": nodes that are not free by then are set free

error[S016]: the clock cannot be moved so far in so short a time
  --> test.toml:44:8
   |
44 | over = "1s"
   |        ^^^^
   |
   = help: a clock is slewed to at most double speed, and does not run backwards: make `over` at least as long as `by`, or leave it out for a jump

error[S016]: the clock would run backwards
  --> test.toml:50:10
   |
50 | period = "6s"
   |          ^^^^
   |
   = help: make `period` at least seven times `amplitude`; do = "clock-step" with every = "..." steps it back

error[S016]: a second is not spread over less than a second
  --> test.toml:55:10
   |
55 | window = "500ms"
   |          ^^^^^^^
   |
   = help: write window = "0s" for a clock that steps

error[S016]: `drift` is -1000000ppm, and must be from -999999ppm to 1000000000ppm
  --> test.toml:60:9
   |
60 | drift = "-1000000ppm"
   |         ^^^^^^^^^^^^^
   |
   = help: write drift = "-999999ppm"
"#,
    );
}

#[test]
fn each_link_of_a_list_must_make_sense() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.b]
do = "partition"
at = "1s"
links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2"]
"#,
        ),
        r#"
error[S050]: there is no node `kv.9`
 --> test.toml:8:10
  |
8 | links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2"]
  |          ^^^^^^^^^^^^ did you mean `kv.1`?
  |
  = help: the scenario has `kv.1`, `kv.2` or `kv.3`

error[S052]: `kv.1` is no link
 --> test.toml:8:24
  |
8 | links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2"]
  |                        ^^^^^^
  |
  = help: write for example "link kv.1->kv.2" for one direction, "link kv.1--kv.2" for both

error[S052]: the link leads from a node to itself
 --> test.toml:8:32
  |
8 | links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2"]
  |                                ^^^^^^^^^^^^
  |
  = help: name two nodes
"#,
    );
}

#[test]
fn what_a_nemesis_may_draw_is_decoded_where_it_stands() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.a]
do = "random"
every = "5s"
[fault.b]
do = "random"
every = "5s"
target = "kv"
kinds = ["krash", "random", { do = "delay", delai = "5ms", weight = 0 }, { do = "loss", share = "200%" }]
"#,
        ),
        r#"
error[S018]: `target` is missing: which system does the nemesis hunt?
 --> test.toml:5:1
  |
5 | [fault.a]
  | ^^^^^^^^^
  |
  = help: write for example target = "kv"

error[S015]: `kinds[0]` cannot be `krash`
  --> test.toml:12:11
   |
12 | kinds = ["krash", "random", { do = "delay", delai = "5ms", weight = 0 }, { do = "loss", share = "200%" }]
   |           ^^^^^ did you mean `crash`?

error[S018]: a nemesis cannot draw a random
  --> test.toml:12:19
   |
12 | kinds = ["krash", "random", { do = "delay", delai = "5ms", weight = 0 }, { do = "loss", share = "200%" }]
   |                   ^^^^^^^^
   |
   = help: name the kinds that it may draw from

error[S014]: unknown key `delai` in [fault.b.kinds]
  --> test.toml:12:45
   |
12 | kinds = ["krash", "random", { do = "delay", delai = "5ms", weight = 0 }, { do = "loss", share = "200%" }]
   |                                             ^^^^^ did you mean `delay`?

error[S016]: `weight` is 0, and must be from 1 to 1000000
  --> test.toml:12:69
   |
12 | kinds = ["krash", "random", { do = "delay", delai = "5ms", weight = 0 }, { do = "loss", share = "200%" }]
   |                                                                     ^
   |
   = help: write weight = 1

error[S024]: `share` is more than the whole (100%)
  --> test.toml:12:98
   |
12 | kinds = ["krash", "random", { do = "delay", delai = "5ms", weight = 0 }, { do = "loss", share = "200%" }]
   |                                                                                                  ^^^^
"#,
    );
}

#[test]
fn a_nemesis_hunts_a_system_that_survives_it() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[system.two]
type = "raft"
nodes = 2
[fault.a]
do = "random"
every = "5s"
target = "leader(kv)"
[fault.b]
do = "random"
every = "5s"
target = "two"
kinds = ["slow-disk", "crash"]
[fault.c]
do = "crash"
at = "5s"
until = "4s"
target = "kv.1"
"#,
        ),
        r#"
error[S052]: `leader(kv)` is no system
  --> test.toml:11:10
   |
11 | target = "leader(kv)"
   |          ^^^^^^^^^^^^
   |
   = help: a nemesis chooses its victims itself: name the system that it hunts

error[S018]: `two` has 2 nodes and can do without none, as a crash would have it
  --> test.toml:16:23
   |
16 | kinds = ["slow-disk", "crash"]
   |                       ^^^^^^^
   |
   = help: write survivable = false to see what becomes of it

error[S018]: it never strikes: `until` is not after `at`
  --> test.toml:20:9
   |
20 | until = "4s"
   |         ^^^^
   |
   = help: let `until` be later
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
target = "two"
kinds = ["crash"]
survivable = false
"#,
    );
    assert_shown(&world, "");
}

#[test]
fn a_nemesis_draws_from_something_and_not_from_too_much() {
    let kinds = |list: &str| {
        planned(&format!(
            "[system.kv]\ntype = \"raft\"\n[fault.a]\ndo = \"random\"\nevery = \"5s\"\ntarget = \"kv\"\nkinds = [{list}]\n"
        ))
    };
    assert!(kinds("").contains("`kinds` is empty: the nemesis would do nothing"));
    assert_eq!(kinds(&"\"crash\", ".repeat(1_000)), "");
    let many = kinds(&"\"crash\", ".repeat(1_001));
    assert!(many.contains("a nemesis draws from at most 1000 kinds, not 1001"), "{many}");
}
