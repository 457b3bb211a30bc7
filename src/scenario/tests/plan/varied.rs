//! What a variant, or `--set`, says against its base: the message has both places, and what to do.

use super::*;

const BASE: &str = r#"schema = 1
duration = "60s"
[system.kv]
type = "raft"
[fault.x]
at = "20s"
do = "crash"
target = "kv.1"
"#;

/// The messages about a file that extends [`BASE`] by these lines, the first of which is its third.
fn varied(lines: &str) -> String {
    let variant = format!("schema = 1\nextends = \"base.toml\"\n{lines}\n");
    let folder = Folder::new(&[("a.toml", &variant), ("base.toml", BASE)]);
    let mut loaded = folder.load("a.toml");
    check_all(&mut loaded);
    shown(&loaded).replace(&format!("{}/", folder.path().display()), "")
}

/// The messages about [`BASE`] with this setting.
fn set(setting: &str) -> String {
    let mut loaded = text(BASE, &[setting]);
    check_all(&mut loaded);
    shown(&loaded)
}

#[test]
fn an_option_that_contradicts_one_of_the_base_shows_both() {
    assert_shown(
        &varied("[fault.x]\nevery = \"5s\""),
        r#"
error[S018]: both `at` and `every` say when it strikes
 --> a.toml:4:9
  |
4 | every = "5s"
  |         ^^^^
  |
 ::: base.toml:6:6
  |
6 | at = "20s"
  |      ----- and so does this
  |
  = help: keep one of them: neither `extends` nor `--set` takes away what is written, so move `at` or `every` into the files that need it, or replace the whole fault: --set 'fault.x={ ... }'
"#,
    );
    assert_shown(
        &set("fault.x.every=exp(5s)"),
        r#"
error[S018]: both `at` and `every` say when it strikes
 --> --set:1:15
  |
1 | fault.x.every=exp(5s)
  |               ^^^^^^^
  |
 ::: test.toml:6:6
  |
6 | at = "20s"
  |      ----- and so does this
  |
  = help: keep one of them: neither `extends` nor `--set` takes away what is written, so move `at` or `every` into the files that need it, or replace the whole fault: --set 'fault.x={ ... }'
"#,
    );
    assert_shown(
        &set("fault.x.groups=[\"kv.2\", \"rest\"]"),
        r#"
error[S018]: a crash has no `groups`
 --> --set:1:16
  |
1 | fault.x.groups=["kv.2", "rest"]
  |                ^^^^^^^^^^^^^^^^
  |
 ::: test.toml:7:6
  |
7 | do = "crash"
  |      ------- with this
  |
  = help: remove it, or write do = "partition"
"#,
    );
}

#[test]
fn a_plain_value_in_place_of_a_table_is_blamed_where_it_is_written() {
    assert_shown(
        &set("system.kv=3"),
        r#"
error[S011]: `kv` must be a table, found a whole number
 --> --set:1:11
  |
1 | system.kv=3
  |           ^
  |
  = help: say what of it: system.kv.NAME = 3
"#,
    );
    assert_shown(
        &varied("fault.x = \"crash\""),
        r#"
error[S011]: `x` must be a table, found a string
 --> a.toml:3:11
  |
3 | fault.x = "crash"
  |           ^^^^^^^
  |
  = help: say what of it: fault.x.NAME = "crash"
"#,
    );
}

#[test]
fn an_empty_table_takes_nothing_away() {
    assert_shown(
        &varied("[fault.x]"),
        r#"
warning[S059]: `x` has nothing in it here, and stays what it was
 --> a.toml:3:8
  |
3 | [fault.x]
  |        ^
  |
 ::: base.toml:5:8
  |
5 | [fault.x]
  |        - what it was
  |
  = help: tables merge, and nothing of a file that is extended is removed: give its keys other values, or move it into the files that need it
"#,
    );
    assert_shown(
        &varied("fault = {}"),
        r#"
warning[S059]: `fault` has nothing in it here, and stays what it was
 --> a.toml:3:1
  |
3 | fault = {}
  | ^^^^^
  |
 ::: base.toml:5:2
  |
5 | [fault.x]
  |  ----- what it was
  |
  = help: tables merge, and nothing of a file that is extended is removed: give its keys other values, or move it into the files that need it
"#,
    );
    assert_shown(
        &set("fault.x={}"),
        r#"
error[S012]: `do` is missing in [fault.x]
 --> --set:1:9
  |
1 | fault.x={}
  |         ^^
  |
  = help: write do = ... ("crash" | "crash-loop" | "rolling-restart" | "pause" | "slow-node" | "slow-disk" | "disk-stall" | "disk-full" | "sector-errors" | "torn-writes" | "lying-disk" | "misdirected-writes" | "bit-rot" | "disk-loss" | "clock-offset" | "clock-step" | "clock-drift" | "clock-sinusoid" | "leap-smear" | "partition" | "loss" | "bursty-loss" | "duplicate" | "corrupt" | "delay" | "bandwidth" | "clog" | "hold" | "reset" | "half-open" | "swizzle" | "cut-link" | "random")
"#,
    );
}
