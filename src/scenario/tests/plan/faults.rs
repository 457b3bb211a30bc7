//! Faults: when they strike, and what each kind takes.

use super::*;

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

warning[S056]: this loss changes nothing, so it never strikes
  --> test.toml:16:9
   |
16 | share = "0%"
   |         ^^^^
   |
   = help: let `share` be other than 0, unless this is what others are compared with

error[S014]: unknown key `dealy` in [fault.d]
  --> test.toml:20:1
   |
20 | dealy = "5ms"
   | ^^^^^ did you mean `delay`?

error[S018]: `direction` is of the links of a `target`
  --> test.toml:26:13
   |
25 | target = "link kv.1->kv.2"
   |          ----------------- with this
26 | direction = "in"
   |             ^^^^
   |
   = help: for groups write one_way = true, for a link "link a->b"

error[S018]: a pause has no `direction`
  --> test.toml:31:13
   |
28 | do = "pause"
   |      ------- with this
...
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
