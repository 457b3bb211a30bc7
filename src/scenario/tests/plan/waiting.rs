//! Faults that wait for something: what they may wait for, and whom they may strike.

use super::*;

#[test]
fn what_a_fault_waits_for_must_make_sense() {
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
target = "that"
when = "leder-elected(kv)"
[fault.b]
do = "crash"
target = "that"
when = "leader-lost(api)"
[fault.c]
do = "crash"
target = "that"
when = "crashed(leader(kv))"
[fault.d]
do = "crash"
target = "that"
when = "booted(kw)"
[fault.e]
do = "crash"
target = "that"
when = "fault-ended(aa)"
[fault.f]
do = "crash"
target = "that"
when = "paused"
"#,
        ),
        r#"
error[S050]: `when` cannot be `leder-elected`
  --> test.toml:11:9
   |
11 | when = "leder-elected(kv)"
   |         ^^^^^^^^^^^^^ did you mean `leader-elected`?
   |
   = help: choose `leader-elected`, `leader-lost`, `booted`, `crashed`, `paused`, `resumed`, `disk-lost`, `fault-began` or `fault-ended`

error[S052]: a service has no leader
  --> test.toml:15:21
   |
15 | when = "leader-lost(api)"
   |                     ^^^
   |
   = help: name a system that elects one

error[S052]: which nodes are `leader(kv)` is known only when a fault strikes
  --> test.toml:19:17
   |
19 | when = "crashed(leader(kv))"
   |                 ^^^^^^^^^^
   |
   = help: name a node, a system, or a region:, zone:, rack: or version:

error[S050]: there is no node or system `kw`
  --> test.toml:23:16
   |
23 | when = "booted(kw)"
   |                ^^ did you mean `kv`?
   |
   = help: the scenario has `kv`, `api`, `kv.1`, `kv.2`, `kv.3`, `api.1`, `api.2` or `api.3`

error[S050]: there is no fault `aa`
  --> test.toml:27:21
   |
27 | when = "fault-ended(aa)"
   |                     ^^
   |
   = help: the scenario has `a`, `b`, `c`, `d`, `e` or `f`

error[S030]: `when` is nothing that can happen
  --> test.toml:31:9
   |
31 | when = "paused"
   |         ^^^^^^
   |
   = help: write for example "crashed(kv.2)"
"#,
    );
}

#[test]
fn options_of_waiting_are_those_of_faults_that_wait() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.a]
do = "crash"
at = "1s"
target = "that"
[fault.b]
do = "crash"
at = "1s"
target = "kv"
times = 3
after = "1s"
[fault.c]
do = "crash"
target = "kv"
every = "1s"
when = "booted(kv)"
[fault.d]
do = "crash"
target = "leader(kv)"
at_clock = "1s"
[fault.e]
do = "partition"
groups = ["kv.1", "rest"]
at_clock = "1s"
[fault.f]
do = "partition"
target = "link kv.1->kv.2"
at_clock = "1s"
[fault.g]
do = "crash"
target = "kv"
"#,
        ),
        r#"
error[S052]: `that` is whom a happening is about, and this fault waits for none
 --> test.toml:8:10
  |
8 | target = "that"
  |          ^^^^^^
  |
  = help: write for example when = "leader-elected(kv)"

error[S018]: `times` is of a fault that waits for something
  --> test.toml:13:1
   |
13 | times = 3
   | ^^^^^
   |
   = help: remove it, or write `when`

error[S018]: `after` is of a fault that waits for something
  --> test.toml:14:1
   |
14 | after = "1s"
   | ^^^^^
   |
   = help: remove it, or write `when`

error[S018]: both `every` and `when` say when it strikes
  --> test.toml:19:8
   |
18 | every = "1s"
   |         ---- and so does this
19 | when = "booted(kv)"
   |        ^^^^^^^^^^^^
   |
   = help: keep one of them

error[S052]: which nodes are `leader(kv)` is known only when a fault strikes
  --> test.toml:22:10
   |
22 | target = "leader(kv)"
   |          ^^^^^^^^^^^^
   |
   = help: name a node, a system, or a region:, zone:, rack: or version:

error[S018]: `at_clock` is about the nodes of a `target`, and there is none
  --> test.toml:27:12
   |
27 | at_clock = "1s"
   |            ^^^^
   |
   = help: write for example target = "kv"

error[S052]: a link has no clock for `at_clock` to look at
  --> test.toml:30:10
   |
30 | target = "link kv.1->kv.2"
   |          ^^^^^^^^^^^^^^^^^
   |
   = help: name a node

error[S018]: nothing says when it strikes: `at`, `every` or `when` is missing
  --> test.toml:32:1
   |
32 | [fault.g]
   | ^^^^^^^^^
   |
   = help: write at = "40s", every = "exp(60s)" or when = "leader-elected(kv)"
"#,
    );
}

#[test]
fn faults_that_wait_for_each_other_in_a_circle_are_refused() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
[fault.first]
do = "crash"
target = "kv.1"
when = "fault-began(third)"
[fault.second]
do = "crash"
target = "kv.2"
when = "fault-began(first)"
[fault.third]
do = "crash"
target = "kv.3"
when = "fault-began(second)"
[fault.fourth]
do = "pause"
target = "that"
when = "fault-began(third)"
[fault.alone]
do = "pause"
target = "that"
when = "fault-began(alone)"
"#,
        ),
        r#"
error[S018]: `first` waits for `third`, which waits for `second`, which waits for it: none of them ever strikes
 --> test.toml:8:9
  |
8 | when = "fault-began(third)"
  |         ^^^^^^^^^^^^^^^^^^
  |
  = help: let one of them strike `at` a time

error[S018]: `alone` waits for itself, so it never strikes
  --> test.toml:24:9
   |
24 | when = "fault-began(alone)"
   |         ^^^^^^^^^^^^^^^^^^
   |
   = help: let one of them strike `at` a time
"#,
    );
}

#[test]
fn a_fault_that_waits_for_what_nothing_brings_about_is_noticed() {
    let waits = |when: &str, others: &str| {
        planned(&format!(
            "[system.kv]\ntype = \"raft\"\n[fault.f]\ndo = \"crash\"\ntarget = \"kv.1\"\nwhen = \"{when}\"\n{others}\n"
        ))
    };
    let other = |kind: &str| format!("[fault.g]\ndo = {kind}\nat = \"1s\"\ntarget = \"kv.2\"");
    assert_shown(
        &waits("resumed(kv)", &other("\"pause\"")),
        r#"
warning[S056]: `f` never strikes: no fault pauses a node for a time
 --> test.toml:8:9
  |
8 | when = "resumed(kv)"
  |         ^^^^^^^^^^^
  |
  = help: `seedbed list faults` has what does it; `leader-lost(kv)` or `fault-began(NAME)` may be what is meant
"#,
    );
    assert_eq!(waits("resumed(kv)", &other("\"pause\"\nfor = \"1s\"")), "");
    assert_eq!(waits("paused(kv)", &other("\"pause\"")), "");
    assert_eq!(waits("disk-lost(kv)", &other("\"disk-loss\"")), "");
    assert_eq!(waits("disk-lost(kv)", &other("\"crash\"\ndisk = \"lost\"")), "");
    assert!(waits("disk-lost(kv)", &other("\"crash\"")).contains("no fault takes a node's disk"));
    assert!(waits("crashed(kv)", "").contains("no fault crashes a node"), "but the one that waits for it");
    let nemesis = |more: &str| other(&format!("\"random\"\nfor = \"1s\"\n{more}")).replace("kv.2", "kv");
    assert_eq!(waits("resumed(kv)", &nemesis("")), "");
    assert_eq!(waits("disk-lost(kv)", &nemesis("survivable = false")), "");
    assert!(waits("disk-lost(kv)", &nemesis("")).contains("no fault takes a node's disk"));
    assert!(waits("paused(kv)", &nemesis("kinds = [\"crash\"]")).contains("no fault pauses a node"));
    assert_shown(
        &planned("[system.kv]\ntype = \"raft\"\n[check.c]\nsometimes = \"paused(kv)\"\n"),
        r#"
warning[S018]: the check never holds: no fault pauses a node
 --> test.toml:6:14
  |
6 | sometimes = "paused(kv)"
  |              ^^^^^^^^^^
  |
  = help: `seedbed list faults` has what does it; `leader-lost(kv)` or `fault-began(NAME)` may be what is meant
"#,
    );
}

#[test]
fn a_fault_that_stays_has_no_end_to_wait_for() {
    let waits = |lines: &str| {
        planned(&format!(
            "[system.kv]\ntype = \"raft\"\n[fault.stays]\nat = \"1s\"\ntarget = \"kv.2\"\n{lines}\n\
             [fault.f]\ndo = \"crash\"\ntarget = \"kv.1\"\nwhen = \"fault-ended(stays)\"\n"
        ))
    };
    assert_shown(
        &waits("do = \"crash\""),
        r#"
error[S018]: `stays` never ends: it has no `for` and no `until`
  --> test.toml:12:21
   |
 5 | [fault.stays]
   |        ----- this fault stays
...
12 | when = "fault-ended(stays)"
   |                     ^^^^^
   |
   = help: give it for example for = "10s"
"#,
    );
    for ends in ["do = \"crash\"\nfor = \"1s\"", "do = \"crash\"\nuntil = \"5s\"", "do = \"rolling-restart\""]
    {
        assert_eq!(waits(ends), "", "{ends}");
    }
}

#[test]
fn whoever_waits_for_a_fault_in_vain_waits_in_vain() {
    assert_shown(
        &planned(
            "[system.kv]\ntype = \"raft\"\n\
             [fault.third]\ndo = \"crash\"\ntarget = \"kv.1\"\nwhen = \"fault-began(second)\"\n\
             [fault.second]\ndo = \"crash\"\ntarget = \"kv.1\"\nwhen = \"fault-began(first)\"\n\
             [fault.first]\ndo = \"crash\"\ntarget = \"kv.1\"\nat = \"1h\"\n",
        ),
        r#"
warning[S056]: `third` never strikes: it waits for `second`, which never does
 --> test.toml:8:9
  |
8 | when = "fault-began(second)"
  |         ^^^^^^^^^^^^^^^^^^^
  |
  = help: see what is said of that one

warning[S056]: `second` never strikes: it waits for `first`, which never does
  --> test.toml:12:9
   |
12 | when = "fault-began(first)"
   |         ^^^^^^^^^^^^^^^^^^
   |
   = help: see what is said of that one

warning[S056]: `first` never strikes: the run ends at 10s
  --> test.toml:16:6
   |
16 | at = "1h"
   |      ^^^^
   |
   = help: let it strike earlier, or make the run longer
"#,
    );
}
