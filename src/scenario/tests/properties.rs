//! No text, however broken, makes the loader panic, and what it prints reads back.

use super::*;
use crate::scenario::resolved;
use proptest::prelude::*;

/// Lines that are nearly a scenario.
fn nearly_toml() -> impl Strategy<Value = String> {
    let word = "[a-z]{1,3}|\"[a-z${}(),.= ]{0,9}\"|[-+0-9.eE_:]{1,6}|\\[|\\]|\\{|\\}|=|,|'''|\"\"\"|#|\\\\u00|\u{e9}";
    let line = prop::collection::vec(word, 0..7).prop_map(|words| words.join(" "));
    let known = prop::sample::select(vec![
        "schema = 1",
        "[sweep]",
        "vars.x = [1, \"a\"]",
        "[system.kv.raft]",
        "heartbeat = \"${x}\"",
        "zip = [[\"x\"]]",
        "where = \"x < 1\"",
        "a = [",
        "b = {",
    ]);
    let lines = prop_oneof![line, known.prop_map(str::to_string)];
    prop::collection::vec(lines, 0..9).prop_map(|lines| lines.join("\n"))
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<bool>().prop_map(|value| value.to_string()),
        (-1e300..1e300_f64).prop_map(|number| format!("{number:?}")),
        "\\PC{0,8}".prop_map(|text| crate::spec::write::quoted(&text)),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let entry = ("\\PC{0,4}", inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::btree_map("\\PC{0,4}", entry.1, 0..4).prop_map(|entries| {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{} = {value}", crate::spec::write::key(key)))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_toml_panics(document in nearly_toml(), set in "[a-z.\"'=\\[ 0-9{}$]{0,12}") {
        let first = messages(&document, &[&set]);
        let with_schema = messages(&format!("schema = 1\n{document}"), &[&set]);
        prop_assert_eq!(first, messages(&document, &[&set]));
        prop_assert_eq!(with_schema.contains("error"), with_schema.starts_with("error") || with_schema.contains("\nerror"));
    }

    #[test]
    fn no_json_panics(document in "[\\[\\]{}:, 0-9a-z\"\\\\.eE\n-]{0,40}|\\PC{0,20}") {
        let _ = shown(&load_text("x.json", &document, &LoadOptions::default()));
        let document = format!("{{\"schema\": 1, {document}");
        let _ = shown(&load_text("x.json", &document, &LoadOptions::default()));
    }

    #[test]
    fn no_filter_panics(filter in "[a-z0-9<>=!&|()' .]{0,24}|((load|x|1|5ms|'t'|and|or|not|\\(|\\)|<|==) ){0,9}") {
        let filter = crate::spec::write::quoted(&filter);
        let document = format!("schema = 1\na = \"${{load}}\"\n[sweep]\nvars.load = [1, 2]\nwhere = {filter}\n");
        let _ = messages(&document, &[]);
    }

    #[test]
    fn resolved_documents_read_back(values in prop::collection::vec(value(), 1..6)) {
        let lines: Vec<String> =
            values.iter().enumerate().map(|(index, value)| format!("k{index} = {value}")).collect();
        let loaded = text(&format!("schema = 1\n{}\n", lines.join("\n")), &[]);
        prop_assert_eq!(shown(&loaded), "");
        for sources in [None, Some(&loaded.sources)] {
            let again = text(&resolved(node(&loaded), sources), &[]);
            prop_assert!(node(&again).same_value(node(&loaded)));
        }
    }
}
