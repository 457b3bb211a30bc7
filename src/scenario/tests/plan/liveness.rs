//! `[liveness]`: when faults stop.

use super::*;

#[test]
fn the_run_leaves_room_for_the_bound_and_has_a_store() {
    assert_shown(
        &planned(
            r#"
[system.api]
type = "service"
work = "exp(1ms)"
[liveness]
after = "5s"
within = "6s"
from = "3s"
"#,
        ),
        r#"
error[S018]: the run ends at 10s, before the bound that systems have to be well again, 11s
 --> test.toml:7:9
  |
7 | after = "5s"
  |         ^^^^
  |
  = help: let the run last 11s or longer, or shorten `within`

error[S018]: the scenario has no store whose liveness could be judged
 --> test.toml:7:9
  |
7 | after = "5s"
  |         ^^^^
  |
  = help: add a system of type "raft", or remove [liveness]

error[S014]: unknown key `from` in [liveness]
 --> test.toml:9:1
  |
9 | from = "3s"
  | ^^^^
  |
  = help: the keys here are after, within, core, others, expect
"#,
    );
}

#[test]
fn the_name_is_taken_and_patience_is_asked_for() {
    assert_shown(
        &planned(
            r#"
[system.kv]
type = "raft"
nodes = 7
[workload.clients]
target = "kv"
arrival = "poisson(1/s)"
[fault.liveness]
at = "1s"
do = "crash"
target = "kv.1"
[fault.late]
at = "8s"
do = "crash"
target = "kv.1"
[liveness]
after = "5s"
within = "0s"
"#,
        ),
        r#"
warning[S018]: the clients of `clients` ask 3 times, and 3 nodes of `kv` may stay as they are: they may ask nobody else
 --> test.toml:7:10
  |
7 | target = "kv"
  |          ^^^^
  |
  = help: write attempts = 4 or more

error[S051]: `liveness` is what [liveness] is called in tables of faults and checks
 --> test.toml:9:8
  |
9 | [fault.liveness]
  |        ^^^^^^^^
  |
  = help: give this one another name

warning[S056]: `late` never strikes: [liveness] ends all faults at 5s
  --> test.toml:18:9
   |
18 | after = "5s"
   |         ^^^^
   |
   = help: let it strike earlier, or `after` be later

error[S016]: nothing is well again in no time
  --> test.toml:19:10
   |
19 | within = "0s"
   |          ^^^^
   |
   = help: write for example within = "10s"
"#,
    );
}
