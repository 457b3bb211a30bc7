//! Faults: a nemesis, what it draws and whom it hunts.

use super::*;

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
for = "1s"
[fault.b]
do = "random"
every = "5s"
for = "1s"
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
  --> test.toml:14:11
   |
14 | kinds = ["krash", "random", { do = "delay", delai = "5ms", weight = 0 }, { do = "loss", share = "200%" }]
   |           ^^^^^ did you mean `crash`?

error[S018]: a nemesis cannot draw a random
  --> test.toml:14:19
   |
14 | kinds = ["krash", "random", { do = "delay", delai = "5ms", weight = 0 }, { do = "loss", share = "200%" }]
   |                   ^^^^^^^^
   |
   = help: name the kinds that it may draw from

error[S014]: unknown key `delai` in [fault.b.kinds]
  --> test.toml:14:45
   |
14 | kinds = ["krash", "random", { do = "delay", delai = "5ms", weight = 0 }, { do = "loss", share = "200%" }]
   |                                             ^^^^^ did you mean `delay`?

error[S016]: `weight` is 0, and must be from 1 to 1000000
  --> test.toml:14:69
   |
14 | kinds = ["krash", "random", { do = "delay", delai = "5ms", weight = 0 }, { do = "loss", share = "200%" }]
   |                                                                     ^
   |
   = help: write weight = 1

error[S024]: `share` is more than the whole (100%)
  --> test.toml:14:98
   |
14 | kinds = ["krash", "random", { do = "delay", delai = "5ms", weight = 0 }, { do = "loss", share = "200%" }]
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
for = "1s"
target = "leader(kv)"
[fault.b]
do = "random"
every = "5s"
for = "1s"
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
  --> test.toml:12:10
   |
12 | target = "leader(kv)"
   |          ^^^^^^^^^^^^
   |
   = help: a nemesis chooses its victims itself: name the system that it hunts

error[S018]: `two` has 2 nodes and can do without none, as a crash would have it
  --> test.toml:18:23
   |
18 | kinds = ["slow-disk", "crash"]
   |                       ^^^^^^^
   |
   = help: write survivable = false to see what becomes of it

error[S018]: it never strikes: `until` is not after `at`
  --> test.toml:22:9
   |
21 | at = "5s"
   |      ---- with this
22 | until = "4s"
   |         ^^^^
   |
   = help: let `until` be later
"#,
    );
}

#[test]
fn a_nemesis_draws_from_something_and_not_from_too_much() {
    let kinds = |list: &str| {
        planned(&format!(
            "[system.kv]\ntype = \"raft\"\n[fault.a]\ndo = \"random\"\nevery = \"5s\"\nfor = \"1s\"\ntarget = \"kv\"\nkinds = [{list}]\n"
        ))
    };
    assert!(kinds("").contains("`kinds` is empty: the nemesis would do nothing"));
    assert_eq!(kinds(&"\"crash\", ".repeat(1_000)), "");
    let many = kinds(&"\"crash\", ".repeat(1_001));
    assert!(many.contains("a nemesis draws from at most 1000 kinds, not 1001"), "{many}");
}
