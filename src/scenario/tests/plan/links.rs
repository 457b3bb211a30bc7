//! Faults: the links that they strike.

use super::*;

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
  --> test.toml:16:22
   |
16 | target = "link kv.1->kv.7"
   |                      ^^^^ did you mean `kv.1`?
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
6 | do = "crash"
  |      ------- with this
...
9 | links = ["kv.1--kv.2"]
  |         ^^^^^^^^^^^^^^
  |
  = help: it strikes nodes: remove it

error[S018]: a crash has no `flap`
  --> test.toml:10:8
   |
 6 | do = "crash"
   |      ------- with this
...
10 | flap = { up = "1s", down = "1s" }
   |        ^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
   = help: it strikes nodes: remove it

error[S050]: there is no node `kv.9`
  --> test.toml:14:17
   |
14 | links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2"]
   |                 ^^^^ did you mean `kv.1`?
   |
   = help: the scenario has `kv.1`, `kv.2` or `kv.3`

error[S052]: `kv.1` is no link
  --> test.toml:14:24
   |
14 | links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2"]
   |                        ^^^^^^
   |
   = help: write for example "kv.1->kv.2" for one direction, "kv.1--kv.2" for both

error[S052]: the link leads from a node to itself
  --> test.toml:14:32
   |
14 | links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2"]
   |                                ^^^^^^^^^^^^
   |
   = help: name two nodes

error[S018]: both `links` and `target` say which links the partition strikes
  --> test.toml:19:9
   |
18 | target = "kv"
   |          ---- with this
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
31 | do = "reset"
   |      ------- with this
32 | at = "1s"
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
links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2", "link kv.1->kv.2"]
"#,
        ),
        r#"
error[S050]: there is no node `kv.9`
 --> test.toml:8:17
  |
8 | links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2", "link kv.1->kv.2"]
  |                 ^^^^ did you mean `kv.1`?
  |
  = help: the scenario has `kv.1`, `kv.2` or `kv.3`

error[S052]: `kv.1` is no link
 --> test.toml:8:24
  |
8 | links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2", "link kv.1->kv.2"]
  |                        ^^^^^^
  |
  = help: write for example "kv.1->kv.2" for one direction, "kv.1--kv.2" for both

error[S052]: the link leads from a node to itself
 --> test.toml:8:32
  |
8 | links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2", "link kv.1->kv.2"]
  |                                ^^^^^^^^^^^^
  |
  = help: name two nodes

error[S052]: `link` is for a `target`, and these are links all
 --> test.toml:8:47
  |
8 | links = ["kv.1--kv.9", "kv.1", "kv.2->kv.2", "link kv.1->kv.2"]
  |                                               ^^^^^
  |
  = help: write "kv.1->kv.2"
"#,
    );
}

#[test]
fn links_that_cannot_be_are_refused() {
    let fault = |lines: &str| {
        planned(&format!(
            "[system.kv]\ntype = \"raft\"\n[fault.f]\ndo = \"partition\"\nat = \"1s\"\n{lines}\n"
        ))
    };
    assert_shown(
        &fault("groups = [\"kv\", [\"leader(kv)\", \"kv.1\"]]"),
        r#"
error[S052]: nobody is left for the group of `leader(kv)`
 --> test.toml:8:18
  |
8 | groups = ["kv", ["leader(kv)", "kv.1"]]
  |           ----   ^^^^^^^^^^^^
  |           |
  |           whom two groups name is in the first
  |
  = help: name others, or write "rest" for all that no other group has
"#,
    );
    for twice in ["\"kv.1\", \"kv.2\", \"kv.1\"", "\"kv\", \"kv\"", "\"leader(kv)\", \"leader(kv)\""] {
        assert!(fault(&format!("groups = [{twice}]")).starts_with("error[S052]: nobody is left"), "{twice}");
    }
    for apart in ["\"leader(kv)\", [\"kv\"]", "\"any(kv)\", \"any(kv)\"", "\"kv.1\", [\"kv.1\", \"kv.2\"]"] {
        assert_eq!(fault(&format!("groups = [{apart}]")), "", "{apart}");
    }
    assert_shown(
        &fault("groups = [[], \"kv\"]"),
        r#"
error[S018]: one of the groups is empty: nothing lies between it and another
 --> test.toml:8:10
  |
8 | groups = [[], "kv"]
  |          ^^^^^^^^^^
  |
  = help: name somebody in each, or write "rest" for all that no other group has
"#,
    );
    assert_shown(
        &fault("links = []"),
        r#"
error[S018]: `links` is empty: the partition would strike nothing
 --> test.toml:8:9
  |
8 | links = []
  |         ^^
  |
  = help: write for example links = ["kv.1->kv.2"], or leave it out for all links
"#,
    );
}
