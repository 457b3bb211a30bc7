//! Calls of services that lead back to themselves.

use super::*;

#[test]
fn a_circle_of_calls_is_shown_call_by_call() {
    assert_shown(
        &planned(
            r#"
[system.front]
type = "service"
steps = [{ work = "exp(1ms)" }, { call = "orders" }, { call = "kv" }]
[system.orders]
type = "service"
steps = [{ call = "stock", op = "write" }, { call = "front" }]
[system.stock]
type = "service"
steps = [{ call = "kv" }, { call = "front" }]
[system.kv]
type = "raft"
[system.mirror]
type = "service"
steps = [{ call = "mirror" }, { call = "front" }]
"#,
        ),
        r#"
error[S057]: a request would call itself without end: front -> orders -> front
 --> test.toml:5:42
  |
5 | steps = [{ work = "exp(1ms)" }, { call = "orders" }, { call = "kv" }]
  |                                          ^^^^^^^^
...
8 | steps = [{ call = "stock", op = "write" }, { call = "front" }]
  |                                                     ------- calls on
  |
  = help: take one of these calls out

error[S057]: a request would call itself without end: mirror -> mirror
  --> test.toml:16:19
   |
16 | steps = [{ call = "mirror" }, { call = "front" }]
   |                   ^^^^^^^^
   |
   = help: take one of these calls out

error[S018]: `front` is a service, which a step cannot call
  --> test.toml:16:40
   |
16 | steps = [{ call = "mirror" }, { call = "front" }]
   |                                        ^^^^^^^
   |
   = help: a step calls a store, such as a system of type raft
"#,
    );
}

#[test]
fn two_calls_of_one_store_are_no_circle() {
    let shown = planned(
        r#"
[system.api]
type = "service"
steps = [{ call = "kv" }, { work = "exp(1ms)" }, { call = "kv", op = "append" }]
[system.kv]
type = "raft"
"#,
    );
    assert_eq!(shown, "");
}
