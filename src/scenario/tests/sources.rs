//! Errors of files, of their syntax, of `extends` and of `--set`.

use super::*;
use crate::scenario::source::files::SCENARIO_BYTES_MAX;

fn file_messages(bytes: &[u8]) -> String {
    let folder = Folder::new(&[]);
    folder.write("a.toml", bytes);
    folder.messages("a.toml")
}

#[test]
fn unusable_files_say_why() {
    let folder = Folder::new(&[("folder/x", "")]);
    assert_shown(
        &folder.messages("absent.toml"),
        r#"
error[S001]: `absent.toml` does not exist
--> absent.toml
"#,
    );
    assert_shown(
        &folder.messages("folder"),
        r#"
error[S001]: `folder` is a folder, not a file
--> folder
"#,
    );
    assert_shown(
        &file_messages(b"schema = 1\nname = \"\xff\"\n"),
        r#"
error[S003]: `a.toml` is not UTF-8 text: byte 0xff at offset 19, line 2
--> a.toml
 = help: save it as UTF-8
"#,
    );
    assert_shown(
        &file_messages(b"\x7fELF\x00\x01\xff"),
        r#"
error[S003]: `a.toml` is not UTF-8 text: byte 0xff at offset 6, line 1
--> a.toml
 = help: it looks like a binary file
"#,
    );
    assert_shown(
        &file_messages(b" \n"),
        r#"
error[S004]: `a.toml` is empty
 --> a.toml:1:1
  |
1 |
  | ^
  |
  = help: `seedbed new` shows starter scenarios
"#,
    );
    let large = vec![b'#'; usize::try_from(SCENARIO_BYTES_MAX).expect("small") + 1];
    assert_shown(
        &file_messages(&large),
        r#"
error[S002]: `a.toml` is larger than its limit of 1048576 bytes
--> a.toml
"#,
    );
}

#[cfg(unix)]
#[test]
fn devices_are_refused() {
    let loaded = load(Path::new("/dev/zero"), &LoadOptions::default());
    assert_shown(
        &shown(&loaded),
        r#"
error[S001]: `/dev/zero` is not a regular file
--> /dev/zero
"#,
    );
}

#[test]
fn all_errors_of_syntax_show_once_a_line() {
    let document = "schema = 1\nname = \nduration = 120s\nseed = 1 2\nseed = 3\nat = \"cut\nok = true\n";
    assert_shown(
        &messages(document, &[]),
        r#"
error[S005]: a value is missing
 --> test.toml:2:1
  |
2 | name =
  | ^^^^
  |
  = help: write a value after the `=`

error[S005]: `120s` is not a TOML value
 --> test.toml:3:12
  |
3 | duration = 120s
  |            ^^^^
  |
  = help: write "120s" if it is text

error[S005]: `1 2` is not a TOML value
 --> test.toml:4:8
  |
4 | seed = 1 2
  |        ^^^
  |
  = help: write "1 2" if it is text

error[S013]: the key `seed` is given twice
 --> test.toml:5:1
  |
5 | seed = 3
  | ^^^^
  |
  = help: remove one of them

error[S005]: this string is never closed
 --> test.toml:6:6
  |
6 | at = "cut
  |      ^^^^
  |
  = help: close it with "
"#,
    );
}

#[test]
fn a_bracket_that_is_never_closed_is_one_error() {
    assert_shown(
        &messages("schema = 1\nnodes = [1, 2\nname = \"x\"\nb = [3]\n", &[]),
        r#"
error[S005]: this bracket is never closed
 --> test.toml:2:9
  |
2 | nodes = [1, 2
  |         ^
  |
  = help: close it with ]
"#,
    );
    assert_shown(
        &messages("schema = 1\nname = \"cut off he", &[]),
        r#"
error[S005]: this string is never closed
 --> test.toml:2:8
  |
2 | name = "cut off he
  |        ^^^^^^^^^^^
  |
  = help: close it with "
  = help: the text ends here: is it complete?
"#,
    );
}

/// What is broken may be as long as the file: it is neither quoted nor underlined as a whole, and the lines that are shown
/// are cut.
#[test]
fn what_is_broken_is_shown_in_part() {
    let (open, close) = ("{ a = ".repeat(9_000), " }".repeat(9_000));
    let lines = [
        format!("a = [1,${{ 2]\nb = {open}1{close}"),
        format!("a = {}", "x".repeat(9_000)),
        format!("a = \"{}", "x".repeat(9_000)),
        format!("[{}", "x".repeat(9_000)),
    ];
    for lines in lines {
        let shown = messages(&format!("schema = 1\n{lines}\n"), &[]);
        assert!(shown.starts_with("error[S005]") && shown.len() < 3_000, "{} bytes:\n{shown}", shown.len());
    }
    let far = format!("{{\"schema\": 1, \"a\": 1, \"b\": \"{}\", \"a\": 2}}", "y".repeat(3_000));
    let shown = super::shown(&load_text("x.json", &far, &LoadOptions::default()));
    assert!(shown.contains("first given here") && shown.contains("^^^"), "{shown}");
    assert!(shown.len() < 1_000, "{} bytes:\n{shown}", shown.len());
}

#[test]
fn values_without_meaning_are_refused() {
    let document = "schema = 1\na = nan\nb = 1979-05-27\nc = 99999999999999999999\nd = [-inf, 1e999]\n";
    assert_shown(
        &messages(document, &[]),
        r#"
error[S010]: this number is not finite, and a scenario has no use for it
 --> test.toml:2:5
  |
2 | a = nan
  |     ^^^

error[S010]: a date or time of day has no meaning in simulated time
 --> test.toml:3:5
  |
3 | b = 1979-05-27
  |     ^^^^^^^^^^
  |
  = help: write times as durations: "90s"

error[S010]: this whole number is too large
 --> test.toml:4:5
  |
4 | c = 99999999999999999999
  |     ^^^^^^^^^^^^^^^^^^^^

error[S010]: this number is not finite, and a scenario has no use for it
 --> test.toml:5:6
  |
5 | d = [-inf, 1e999]
  |      ^^^^

error[S010]: this number is not finite, and a scenario has no use for it
 --> test.toml:5:12
  |
5 | d = [-inf, 1e999]
  |            ^^^^^
"#,
    );
}

#[test]
fn the_schema_version_is_checked() {
    assert_shown(
        &messages("name = \"x\"\n", &[]),
        r#"
error[S006]: `test.toml` does not say which schema it follows
 --> test.toml:1:1
  |
1 | name = "x"
  | ^
  |
  = help: write `schema = 1` as its first key
"#,
    );
    assert_shown(
        &messages("schema = 2\n", &[]),
        r#"
error[S006]: schema 2 is newer than this build, which reads 1
 --> test.toml:1:10
  |
1 | schema = 2
  |          ^
  |
  = help: install a newer seedbed, or write it for schema = 1
"#,
    );
    assert_shown(
        &messages("schema = \"1\"\n", &[]),
        r#"
error[S006]: there is no such schema; this build reads 1
 --> test.toml:1:10
  |
1 | schema = "1"
  |          ^^^
  |
  = help: write `schema = 1`
"#,
    );
}

#[test]
fn tables_merge_and_arrays_replace() {
    let folder = Folder::new(&[
        ("scenarios/a.toml", "schema = 1\nextends = \"b.toml\"\nlist = [3]\n[t]\nx = 1\n[t.inner]\nz = 9\n"),
        ("scenarios/b.toml", "schema = 1\nlist = [1, 2]\nkept = true\n[t]\nx = 0\ny = 2\n[t.inner]\nw = 8\n"),
    ]);
    let loaded = folder.load("scenarios/a.toml");
    let printed = crate::scenario::resolved(node(&loaded), None);
    assert_eq!(
        printed,
        "schema = 1\nlist = [3]\nkept = true\n\n[t]\nx = 1\ny = 2\n\n[t.inner]\nw = 8\nz = 9\n"
    );
}

#[test]
fn extends_refuses_circles_depth_and_escapes() {
    let folder = Folder::new(&[
        ("scenarios/a.toml", "schema = 1\nextends = \"b.toml\"\n"),
        ("scenarios/b.toml", "schema = 1\nextends = \"c/../a.toml\"\n"),
        ("scenarios/c/x.toml", "schema = 1\nextends = \"../../outside.toml\"\n"),
        ("scenarios/y.toml", "schema = 1\nextends = [\"a.toml\", \"b.toml\"]\n"),
        ("scenarios/z.toml", "schema = 1\nextends = \"absent.toml\"\n"),
        ("outside.toml", "schema = 1\n"),
    ]);
    assert_shown(
        &folder.messages("scenarios/a.toml"),
        r#"
error[S007]: `c/../a.toml` extends itself: scenarios/a.toml -> scenarios/b.toml -> scenarios/a.toml
 --> scenarios/b.toml:2:11
  |
2 | extends = "c/../a.toml"
  |           ^^^^^^^^^^^^^
  |
 ::: scenarios/a.toml:2:11
  |
2 | extends = "b.toml"
  |           -------- extended here
"#,
    );
    assert_shown(
        &folder.messages("scenarios/c/x.toml"),
        r#"
error[S009]: `../../outside.toml` leads out of the scenario root `scenarios`
 --> scenarios/c/x.toml:2:11
  |
2 | extends = "../../outside.toml"
  |           ^^^^^^^^^^^^^^^^^^^^
  |
  = help: move the file inside, or name a wider folder with --root
"#,
    );
    assert_shown(
        &folder.messages("scenarios/y.toml"),
        r#"
error[S011]: `extends` must be a string, found a list
 --> scenarios/y.toml:2:11
  |
2 | extends = ["a.toml", "b.toml"]
  |           ^^^^^^^^^^^^^^^^^^^^
  |
  = help: a file extends one other: write extends = "base.toml"
"#,
    );
    assert_shown(
        &folder.messages("scenarios/z.toml"),
        r#"
error[S001]: `absent.toml` does not exist
 --> scenarios/z.toml:2:11
  |
2 | extends = "absent.toml"
  |           ^^^^^^^^^^^^^
  |
  = help: a path starts at the folder of the file that names it: no such file exists there
"#,
    );
    for n in 0..20 {
        folder.write(
            &format!("scenarios/{n}.toml"),
            format!("schema = 1\nextends = \"{}.toml\"\n", n + 1).as_bytes(),
        );
    }
    let deep = folder.messages("scenarios/0.toml");
    assert!(
        deep.starts_with("error[S008]: `16.toml` is one too many: a chain of `extends` has at most 16 files"),
        "{deep}"
    );
}

#[test]
fn errors_of_a_file_and_of_its_base_show_together() {
    let folder = Folder::new(&[
        ("scenarios/a.toml", "schema = 1\nextends = \"b.toml\"\nx = oops\n"),
        ("scenarios/b.toml", "schema = 1\ny = \n"),
    ]);
    assert_shown(
        &folder.messages("scenarios/a.toml"),
        r#"
error[S005]: `oops` is not a TOML value
 --> scenarios/a.toml:3:5
  |
3 | x = oops
  |     ^^^^
  |
  = help: write "oops" if it is text

error[S005]: a value is missing
 --> scenarios/b.toml:2:1
  |
2 | y =
  | ^
  |
 ::: scenarios/a.toml:2:11
  |
2 | extends = "b.toml"
  |           -------- extended here
  |
  = help: write a value after the `=`
  = help: the text ends here: is it complete?
"#,
    );
}

#[test]
fn settings_are_typed_as_in_the_file() {
    let loaded = text(
        "schema = 1\nn = 1\nroutes = [{ p = \"a\" }, { p = \"b\" }]\n",
        &[
            "n=2.5",
            "a.b.c=150ms",
            "flag=true",
            "list=[1, 2]",
            "a.\"/x\"=0.5",
            "routes.1.p=c",
            "t={ k = 1 }",
            "text='1'",
        ],
    );
    let printed = crate::scenario::resolved(node(&loaded), None);
    assert_eq!(
        printed,
        "schema = 1\nn = 2.5\nroutes = [{ p = \"a\" }, { p = \"c\" }]\nflag = true\nlist = [1, 2]\ntext = \"1\"\n\
         \n[a]\n\"/x\" = 0.5\n\n[a.b]\nc = \"150ms\"\n\n[t]\nk = 1\n"
    );
}

#[test]
fn settings_that_lead_nowhere_say_why() {
    let set = ["name", "=3", "a..b=1", "name.x=1", "list.7=1", "list=[1, 2", "schema=2", "when=1979-05-27"];
    assert_shown(
        &messages("schema = 1\nname = \"x\"\nlist = [1]\n", &set),
        r#"
error[S017]: a setting is path=value
 --> --set:1:1
  |
1 | name
  | ^^^^
  |
  = help: write --set system.kv.raft.heartbeat=150ms

error[S017]: the path of a setting is keys with dots between them
 --> --set:1:1
  |
1 | =3
  | ^^
  |
  = help: write --set system.kv.raft.heartbeat=150ms

error[S017]: the path of a setting is keys with dots between them
 --> --set:1:1
  |
1 | a..b=1
  | ^^^^^^
  |
  = help: write --set system.kv.raft.heartbeat=150ms

error[S017]: `x` leads into a string
 --> --set:1:6
  |
1 | name.x=1
  |      ^
  |
 ::: test.toml:2:8
  |
2 | name = "x"
  |        --- this value has no keys

error[S017]: there is no item `7` in a list of 1
 --> --set:1:6
  |
1 | list.7=1
  |      ^
  |
 ::: test.toml:3:8
  |
3 | list = [1]
  |        --- the list
  |
  = help: items are counted from 0

error[S005]: this bracket is never closed
 --> --set:1:6
  |
1 | list=[1, 2
  |      ^
  |
  = help: close it with ]

error[S017]: `schema` belongs to a file and cannot be set
 --> --set:1:1
  |
1 | schema=2
  | ^^^^^^

error[S010]: a date or time of day has no meaning in simulated time
 --> --set:1:6
  |
1 | when=1979-05-27
  |      ^^^^^^^^^^
  |
  = help: write times as durations: "90s"
"#,
    );
}

#[test]
fn json_of_the_same_shape_gives_the_same_document() {
    let json = r#"{ "schema": 1, "name": "t\n", "list": [1, 2.5, true], "t": { "a": "1ms" } }"#;
    let loaded = load_text("x.json", json, &LoadOptions::default());
    let toml = text("schema = 1\nname = \"t\\n\"\nlist = [1, 2.5, true]\nt.a = \"1ms\"\n", &[]);
    assert!(node(&loaded).same_value(node(&toml)));
    assert_eq!(loaded.sources.text(&node(&loaded).at("t.a").expect("there").origin), "\"1ms\"");
}

#[test]
fn json_errors_have_places_too() {
    let shown = |json: &str| shown(&load_text("x.json", json, &LoadOptions::default()));
    assert_shown(
        &shown("{\n  \"schema\": 1,\n  \"a\" 2\n}"),
        r#"
error[S005]: a `:` is due after a key
 --> x.json:3:7
  |
3 |   "a" 2
  |       ^
"#,
    );
    assert_shown(
        &shown("{ \"schema\": 1, \"a\": 1, \"a\": null }"),
        r#"
error[S013]: the key `a` is given twice
 --> x.json:1:24
  |
1 | { "schema": 1, "a": 1, "a": null }
  |                ---     ^^^
  |                |
  |                first given here

error[S010]: null has no meaning in a scenario: leave the key out
 --> x.json:1:29
  |
1 | { "schema": 1, "a": 1, "a": null }
  |                             ^^^^
"#,
    );
    assert_shown(
        &shown("{ \"schema\": 1, \"a\": 1, \"a\": 2 }"),
        r#"
error[S013]: the key `a` is given twice
 --> x.json:1:24
  |
1 | { "schema": 1, "a": 1, "a": 2 }
  |                ---     ^^^
  |                |
  |                first given here
"#,
    );
    assert_shown(
        &shown("{ \"schema\": 1"),
        r#"
error[S005]: a `,` or `}` is due here
 --> x.json:1:14
  |
1 | { "schema": 1
  |              ^
  |
  = help: the text ends here: is it complete?
"#,
    );
    assert_shown(
        &shown("[1]"),
        r#"
error[S011]: `x.json` must be a table of keys and values
 --> x.json:1:1
  |
1 | [1]
  | ^
"#,
    );
}

#[test]
fn what_other_languages_assign_with_is_told_from_equals() {
    for (line, start, token) in [
        ("nodes => 3", 7, "=>"),
        ("nodes := 3", 7, ":="),
        ("nodes -> 3", 7, "->"),
        ("disk = { write = 1, nodes => 3 }", 27, "=>"),
    ] {
        let message = format!(
            "error[S005]: `=` is due after the key `nodes`, not `{token}`\n --> test.toml:1:{start}\n  |\n1 | {line}\n  | {}{}\n  |\n  \
             = help: write nodes = ...\n",
            " ".repeat(start - 1),
            "^".repeat(token.len()),
        );
        assert_shown(&messages(line, &[]), &message);
    }
    assert_shown(
        &messages("nodes 3", &[]),
        r#"
error[S005]: `=` is due after the key `nodes`
 --> test.toml:1:7
  |
1 | nodes 3
  |       ^
  |
  = help: write nodes = ...
"#,
    );
}

#[test]
fn a_base_is_a_file() {
    let folder = Folder::new(&[
        ("scenarios/empty.toml", "extends = \"\"\nschema = 1\n"),
        ("scenarios/here.toml", "extends = \".\"\nschema = 1\n"),
    ]);
    assert_shown(
        &folder.messages("scenarios/empty.toml"),
        r#"
error[S001]: `extends` is empty
 --> scenarios/empty.toml:1:11
  |
1 | extends = ""
  |           ^^
  |
  = help: write extends = "base.toml", or remove it
"#,
    );
    assert_shown(
        &folder.messages("scenarios/here.toml"),
        r#"
error[S001]: `.` is a folder, not a file
 --> scenarios/here.toml:1:11
  |
1 | extends = "."
  |           ^^^
  |
  = help: name a scenario file in it
"#,
    );
}
