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
    assert_shown(&folder.messages("absent.toml"), r#"@sources1@"#);
    assert_shown(&folder.messages("folder"), r#"@sources2@"#);
    assert_shown(&file_messages(b"schema = 1\nname = \"\xff\"\n"), r#"@sources3@"#);
    assert_shown(&file_messages(b"\x7fELF\x00\x01\xff"), r#"@sources4@"#);
    assert_shown(&file_messages(b" \n"), r#"@sources5@"#);
    let large = vec![b'#'; usize::try_from(SCENARIO_BYTES_MAX).expect("small") + 1];
    assert_shown(&file_messages(&large), r#"@sources6@"#);
}

#[cfg(unix)]
#[test]
fn devices_are_refused() {
    let loaded = load(Path::new("/dev/zero"), &LoadOptions::default());
    assert_shown(&shown(&loaded), r#"@sources7@"#);
}

#[test]
fn all_errors_of_syntax_show_once_a_line() {
    let document = "schema = 1\nname = \nduration = 120s\nseed = 1 2\nseed = 3\nat = \"cut\nok = true\n";
    assert_shown(&messages(document, &[]), r#"@sources8@"#);
}

#[test]
fn a_bracket_that_is_never_closed_is_one_error() {
    assert_shown(&messages("schema = 1\nnodes = [1, 2\nname = \"x\"\nb = [3]\n", &[]), r#"@sources9@"#);
    assert_shown(&messages("schema = 1\nname = \"cut off he", &[]), r#"@sources10@"#);
}

#[test]
fn values_without_meaning_are_refused() {
    let document = "schema = 1\na = nan\nb = 1979-05-27\nc = 99999999999999999999\nd = [-inf]\n";
    assert_shown(&messages(document, &[]), r#"@sources11@"#);
}

#[test]
fn the_schema_version_is_checked() {
    assert_shown(&messages("name = \"x\"\n", &[]), r#"@sources12@"#);
    assert_shown(&messages("schema = 2\n", &[]), r#"@sources13@"#);
    assert_shown(&messages("schema = \"1\"\n", &[]), r#"@sources14@"#);
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
    assert_shown(&folder.messages("scenarios/a.toml"), r#"@sources15@"#);
    assert_shown(&folder.messages("scenarios/c/x.toml"), r#"@sources16@"#);
    assert_shown(&folder.messages("scenarios/y.toml"), r#"@sources17@"#);
    assert_shown(&folder.messages("scenarios/z.toml"), r#"@sources18@"#);
    for n in 0..20 {
        folder.write(&format!("scenarios/{n}.toml"), format!("schema = 1\nextends = \"{}.toml\"\n", n + 1).as_bytes());
    }
    let deep = folder.messages("scenarios/0.toml");
    assert!(deep.starts_with("error[S008]: `16.toml` is one too many: a chain of `extends` has at most 16 files"), "{deep}");
}

#[test]
fn errors_of_a_file_and_of_its_base_show_together() {
    let folder = Folder::new(&[
        ("scenarios/a.toml", "schema = 1\nextends = \"b.toml\"\nx = oops\n"),
        ("scenarios/b.toml", "schema = 1\ny = \n"),
    ]);
    assert_shown(&folder.messages("scenarios/a.toml"), r#"@sources19@"#);
}

#[test]
fn settings_are_typed_as_in_the_file() {
    let loaded = text(
        "schema = 1\nn = 1\nroutes = [{ p = \"a\" }, { p = \"b\" }]\n",
        &["n=2.5", "a.b.c=150ms", "flag=true", "list=[1, 2]", "a.\"/x\"=0.5", "routes.1.p=c", "t={ k = 1 }", "text='1'"],
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
    assert_shown(&messages("schema = 1\nname = \"x\"\nlist = [1]\n", &set), r#"@sources20@"#);
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
    assert_shown(&shown("{\n  \"schema\": 1,\n  \"a\" 2\n}"), r#"@sources21@"#);
    assert_shown(&shown("{ \"schema\": 1, \"a\": 1, \"a\": null }"), r#"@sources22@"#);
    assert_shown(&shown("{ \"schema\": 1, \"a\": 1, \"a\": 2 }"), r#"@sources23@"#);
    assert_shown(&shown("{ \"schema\": 1"), r#"@sources24@"#);
    assert_shown(&shown("[1]"), r#"@sources25@"#);
}
