//! Values that stand in the wrong place, or in the wrong form: what is said leads to the right one.

use super::*;

#[test]
fn a_bare_share_is_offered_as_percent_and_as_part_of_the_whole() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
at = "1s"
do = "loss"
target = "kv"
share = 1
"#,
        ),
        r#"
error[S022]: `share` needs its unit `%`: 1 could be 1% or 100%
 --> test.toml:9:9
  |
9 | share = 1
  |         ^
  |
  = help: write "1%" or "100%"
"#,
    );
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
at = "1s"
do = "loss"
target = "kv"
share = "0.01"
"#,
        ),
        r#"
error[S022]: `share` needs its unit `%`: 0.01 could be 0.01% or 1%
 --> test.toml:9:10
  |
9 | share = "0.01"
  |          ^^^^
  |
  = help: write "0.01%" or "1%"
"#,
    );
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
at = "1s"
do = "loss"
target = "kv"
share = "150"
"#,
        ),
        r#"
error[S024]: `share` is more than the whole (100%)
 --> test.toml:9:10
  |
9 | share = "150"
  |          ^^^
"#,
    );
}

#[test]
fn a_majority_is_a_quorum_whether_its_system_is_named_or_not() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
at = "1s"
do = "crash"
target = "majority(kv)"
"#,
        ),
        r#"
error[S050]: `majority` is no way to choose nodes
 --> test.toml:8:11
  |
8 | target = "majority(kv)"
  |           ^^^^^^^^ did you mean `quorum`?
  |
  = help: choose `leader`, `follower`, `followers`, `any`, `minority`, `quorum` or `nodes`; `seedbed explain targets` says what each means
"#,
    );
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
at = "1s"
do = "crash"
target = "majority"
"#,
        ),
        r#"
error[S050]: there is no node or system `majority`
 --> test.toml:8:10
  |
8 | target = "majority"
  |          ^^^^^^^^^^
  |
  = help: say of which system: "quorum(kv)"
"#,
    );
}

#[test]
fn the_words_that_stand_for_nodes_are_suggested_where_they_may_stand() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
at = "1s"
do = "partition"
groups = ["kv.1", "rset"]
"#,
        ),
        r#"
error[S050]: there is no node or system `rset`
 --> test.toml:8:19
  |
8 | groups = ["kv.1", "rset"]
  |                   ^^^^^^ did you mean `rest`?
  |
  = help: the scenario has `kv`, `kv.1`, `kv.2` or `kv.3`
"#,
    );
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
when = "leader-elected(kv)"
do = "crash"
target = "taht"
"#,
        ),
        r#"
error[S050]: there is no node or system `taht`
 --> test.toml:8:10
  |
8 | target = "taht"
  |          ^^^^^^ did you mean `that`?
  |
  = help: the scenario has `kv`, `kv.1`, `kv.2` or `kv.3`
"#,
    );
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
at = "1s"
do = "partition"
groups = [["kv.1", "rset"], "kv.2"]
"#,
        ),
        r#"
error[S050]: there is no node or system `rset`
 --> test.toml:8:20
  |
8 | groups = [["kv.1", "rset"], "kv.2"]
  |                    ^^^^^^
  |
  = help: the scenario has `kv`, `kv.1`, `kv.2` or `kv.3`
"#,
    );
}

#[test]
fn what_is_drawn_is_no_moment() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
at = "exp(5s)"
do = "crash"
target = "kv.1"
"#,
        ),
        r#"
error[S011]: `at` is one moment, and nothing that is drawn
 --> test.toml:6:6
  |
6 | at = "exp(5s)"
  |      ^^^^^^^^^
  |
  = help: write every = "exp(5s)", or when = ... and after = "exp(5s)"
"#,
    );
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
raft.heartbeat = "exp(50ms)"
"#,
        ),
        r#"
error[S020]: `heartbeat` is one value, and nothing that is drawn
 --> test.toml:5:19
  |
5 | raft.heartbeat = "exp(50ms)"
  |                   ^^^^^^^^^
  |
  = help: write for example "150ms"
"#,
    );
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
raft.heartbeat = "bogus"
"#,
        ),
        r#"
error[S020]: `heartbeat` does not begin with a number
 --> test.toml:5:19
  |
5 | raft.heartbeat = "bogus"
  |                   ^^^^^
  |
  = help: write for example "150ms"
"#,
    );
}

#[test]
fn a_list_of_targets_is_told_what_takes_several() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
at = "1s"
do = "crash"
target = ["kv.1", "kv.2"]
"#,
        ),
        r#"
error[S011]: `target` is one target, and no list
 --> test.toml:8:10
  |
8 | target = ["kv.1", "kv.2"]
  |          ^^^^^^^^^^^^^^^^
  |
  = help: write a fault for each, or a target that is several nodes: "kv", "minority(kv)", "zone:a"; `seedbed explain targets` shows all forms
"#,
    );
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
at = "1s"
do = "loss"
share = "5%"
target = ["kv.1", "kv.2"]
"#,
        ),
        r#"
error[S011]: `target` is one target, and no list
 --> test.toml:9:10
  |
9 | target = ["kv.1", "kv.2"]
  |          ^^^^^^^^^^^^^^^^
  |
  = help: write groups = [["kv.1", "kv.2"], "rest"], or links = ["kv.1--kv.2", ...]
"#,
    );
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[workload.w]
target = ["kv", "db"]
arrival = "poisson(5/s)"
"#,
        ),
        r#"
error[S011]: `target` must be a string, found a list
 --> test.toml:6:10
  |
6 | target = ["kv", "db"]
  |          ^^^^^^^^^^^^
  |
  = help: it is one: write target = "kv"
"#,
    );
}

#[test]
fn a_fault_of_nodes_has_no_way_that_is_one() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
at = "1s"
do = "crash"
target = "kv.1"
one_way = true
"#,
        ),
        r#"
error[S018]: a crash has no `one_way`
 --> test.toml:9:11
  |
7 | do = "crash"
  |      ------- with this
8 | target = "kv.1"
9 | one_way = true
  |           ^^^^
  |
  = help: it strikes nodes: remove it
"#,
    );
}

#[test]
fn the_end_of_what_stays_as_it_is_is_noticed() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
transport = "stream"
[check.clocks]
metric = "wall_clock_error"
assert = "max < 1h"
[fault.cp]
at = "1s"
do = "clock-step"
by = "1s"
target = "kv.1"
for = "5s"
[fault.lr]
at = "1s"
do = "leap-smear"
target = "kv.1"
for = "5s"
[fault.bt]
at = "1s"
do = "bit-rot"
share = "5%"
target = "kv.1"
for = "5s"
[fault.ds]
at = "1s"
do = "disk-loss"
target = "kv.1"
for = "5s"
[fault.rt]
at = "1s"
do = "reset"
target = "kv.1"
for = "5s"
[fault.hn]
at = "1s"
do = "half-open"
keepalive = "1s"
target = "kv.1"
for = "5s"
"#,
        ),
        r#"
warning[S059]: nothing of a clock-step is undone when `for` is over
  --> test.toml:14:1
   |
14 | for = "5s"
   | ^^^
   |
   = help: for a wall clock that is off for so long write do = "clock-offset"
   = help: `for` only says until when operations are those of the phase `fault`, and when `fault-ended` happens

warning[S059]: nothing of a leap-smear is undone when `for` is over
  --> test.toml:19:1
   |
19 | for = "5s"
   | ^^^
   |
   = help: `window` says over how long the second is spread
   = help: `for` only says until when operations are those of the phase `fault`, and when `fault-ended` happens

warning[S059]: nothing of a bit-rot is undone when `for` is over
  --> test.toml:25:1
   |
25 | for = "5s"
   | ^^^
   |
   = help: for records that go bad again and again write every = "..."
   = help: `for` only says until when operations are those of the phase `fault`, and when `fault-ended` happens

warning[S059]: nothing of a disk-loss is undone when `for` is over
  --> test.toml:30:1
   |
30 | for = "5s"
   | ^^^
   |
   = help: for a node that is down until it has a new disk write do = "crash" with disk = "lost"
   = help: `for` only says until when operations are those of the phase `fault`, and when `fault-ended` happens

warning[S059]: `for` changes nothing of a reset
  --> test.toml:35:1
   |
35 | for = "5s"
   | ^^^
   |
   = help: it is over when it has struck: for one after the other write every = "...", for streams that stall do = "partition"

warning[S059]: `for` changes nothing of a half-open
  --> test.toml:41:1
   |
41 | for = "5s"
   | ^^^
   |
   = help: it is over when it is noticed, and `keepalive` says when that is
"#,
    );
}

#[test]
fn a_link_that_another_holds_is_noticed() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.f]
at = "1s"
do = "partition"
links = ["kv.1--kv.2", "kv.2->kv.1", "kv.3->kv.1"]
"#,
        ),
        r#"
warning[S059]: `kv.2->kv.1` is struck by what stands before it
 --> test.toml:8:24
  |
8 | links = ["kv.1--kv.2", "kv.2->kv.1", "kv.3->kv.1"]
  |                        ^^^^^^^^^^^^
  |
  = help: remove it, or name another link
"#,
    );
}

#[test]
fn a_zone_of_no_name_is_none() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
groups = [{ count = 3, zone = [], rack = "a" }]
"#,
        ),
        r#"
error[S016]: `zone` is empty
 --> test.toml:5:31
  |
5 | groups = [{ count = 3, zone = [], rack = "a" }]
  |                               ^^
  |
  = help: write a word or several, or leave it out where nothing is meant
"#,
    );
}

#[test]
fn a_link_that_differs_says_in_what_and_once() {
    assert_shown(
        &planned(
            r#"
network.regions = "aws"
system.kv = { type = "raft", nodes = ["eu-west-1", "us-east-1"] }
[[network.link]]
from = "eu-west-1"
to = "us-east-1"
[[network.link]]
from = "eu-west-2"
to = "us-east-1"
delay = "80ms"
[[network.link]]
from = "us-east-1"
to = "eu-west-2"
both = false
delay = "90ms"
[[network.link]]
from = "us-east-1"
to = "eu-west-2"
delay = "70ms"
"#,
        ),
        r#"
error[S012]: nothing says in what this link differs from the others
 --> test.toml:6:8
  |
6 | from = "eu-west-1"
  |        ^^^^^^^^^^^
  |
  = help: write delay = "80ms", or link = { loss = "1%" }

warning[S059]: the link from `us-east-1` to `eu-west-2` is given twice
  --> test.toml:18:8
   |
13 | from = "us-east-1"
   |        ----------- first given here
...
18 | from = "us-east-1"
   |        ^^^^^^^^^^^
   |
   = help: of what both say the later counts: write it once
"#,
    );
}

#[test]
fn a_share_of_a_mix_alone_is_noticed() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[workload.w]
target = "kv"
arrival = "poisson(5/s)"
mix.read = 0.9
"#,
        ),
        r#"
warning[S059]: `read` is all of the mix, so that every operation is one, whatever its weight
 --> test.toml:8:12
  |
8 | mix.read = 0.9
  |            ^^^
  |
  = help: a mix that is given stands in place of the default one: give the others beside it, such as mix = { read = 0.9, ... }, or write read = 1 if that is meant
"#,
    );
}

#[test]
fn a_drift_that_no_clock_has_is_underlined() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
clocks = { "kv.1" = { drift = "-1000000ppm" } }
"#,
        ),
        r#"
error[S016]: `drift` is -1000000ppm, and must be from -999999.999ppm to 1000000000ppm
 --> test.toml:5:31
  |
5 | clocks = { "kv.1" = { drift = "-1000000ppm" } }
  |                               ^^^^^^^^^^^^^
  |
  = help: write drift = "-999999.999ppm"
"#,
    );
}
