//! Parts of the command line that cannot be seen from outside.

use clap::ValueEnum;

use super::catalogue::{self, Topic};
use super::*;

#[test]
fn the_declarations_of_all_commands_are_sound() {
    command().debug_assert();
}

#[test]
fn a_users_program_is_called_by_its_file_wherever_that_is() {
    let called = |path: &str| called(&[OsString::from(path), OsString::from("run")]);
    assert_eq!(called("target/release/examples/my_protocol"), "my_protocol");
    assert_eq!(called("my_protocol"), called("/elsewhere/my_protocol"));
    assert_eq!(called("bin/store-2.0"), "store-2.0");
    assert_eq!(called(&format!("store{}", std::env::consts::EXE_SUFFIX)), "store");
    // Whoever starts a program may call it nothing.
    assert_eq!((called(""), super::called(&[])), (NAME.to_owned(), NAME.to_owned()));
}

#[test]
fn every_command_has_examples_in_its_manual_and_they_can_be_typed() {
    let commands = command();
    let names: Vec<&str> =
        std::iter::once("").chain(commands.get_subcommands().map(|one| one.get_name())).collect();
    assert!(names.len() > 9);
    for name in names {
        assert!(!man::examples(name).is_empty(), "{name}");
        for (arguments, _) in man::examples(name) {
            assert!(name.is_empty() || arguments.split(' ').next() == Some(name), "{arguments}");
            let words = std::iter::once(NAME).chain(arguments.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{arguments}");
        }
    }
}

#[test]
fn a_panic_is_an_internal_error() {
    assert_eq!(internal::catch(|| panic!("expected in this test")), Exit::Internal);
    assert_eq!(internal::catch(|| Exit::Violated), Exit::Violated);
}

#[test]
fn no_topic_has_two_pages_of_one_name() {
    for topic in Topic::value_variants() {
        let mut names: Vec<String> = topic.pages().into_iter().map(|page| page.name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count, "{topic:?}");
    }
}

#[test]
fn every_page_says_something_in_whole_sentences() {
    for (topic, page) in catalogue::all() {
        let starts_well = page.doc.starts_with(|c: char| !c.is_lowercase());
        assert!(starts_well && page.doc.ends_with('.'), "{topic:?} {}: {}", page.name, page.doc);
    }
}

/// Every path of the schema, with `mine` for a name of the user's and 0 for an item of a list.
fn paths(schema: &serde_json::Value, before: &str, found: &mut Vec<String>) {
    let inside = |key: &str| if before.is_empty() { key.to_owned() } else { format!("{before}.{key}") };
    if let Some(properties) = schema["properties"].as_object() {
        for (key, inner) in properties {
            found.push(inside(key));
            paths(inner, &inside(key), found);
        }
    }
    if schema["additionalProperties"].is_object() {
        found.push(inside("mine"));
        paths(&schema["additionalProperties"], &inside("mine"), found);
    }
    if schema["items"].is_object() {
        found.push(inside("0"));
        paths(&schema["items"], &inside("0"), found);
    }
    let either = schema["anyOf"].as_array().into_iter().flatten();
    either.for_each(|inner| paths(inner, before, found));
}

/// Every word of the schema that may stand for a value.
fn constants(schema: &serde_json::Value, found: &mut Vec<String>) {
    match schema {
        serde_json::Value::Object(fields) => {
            found.extend(fields.get("const").and_then(|word| word.as_str()).map(str::to_owned));
            fields.values().for_each(|inner| constants(inner, found));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|inner| constants(inner, found)),
        _ => {}
    }
}

#[test]
fn every_key_and_word_of_a_scenario_is_explained() {
    let (mut all, mut words) = (Vec::new(), Vec::new());
    paths(&scenario_schema(), "", &mut all);
    constants(&scenario_schema(), &mut words);
    assert!(all.len() > 180 && words.len() > 60, "{} {}", all.len(), words.len());
    for path in &all {
        // The last word that is none of the user's.
        let key =
            path.rsplit('.').find(|word| !["mine", "0"].contains(word)).expect("a path begins with one");
        for asked in [path.clone(), format!("[{path}]"), format!("{path}=1")] {
            let meanings = explain::meanings(&asked);
            let is_meant = |meaning: &explain::Meaning| match meaning {
                explain::Meaning::Option(_, item) => item.row.key == key,
                explain::Meaning::Page(_, page) => page.name == key,
                explain::Meaning::Topic(..) | explain::Meaning::Word(..) => false,
            };
            assert!(meanings.iter().any(is_meant), "{asked}");
            assert!(!path.contains('.') || meanings.iter().all(is_meant), "{asked}");
        }
        assert!(!explain::meanings(key).is_empty(), "{key}");
    }
    let unknown: Vec<&String> = words.iter().filter(|word| explain::meanings(word).is_empty()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_word_of_a_verdict_or_a_label_is_explained() {
    use crate::run::metrics::{Aggregate, Label, Verdict};
    use crate::run::outputs::{RunVerdict, Seen};
    use crate::run::{Cut, Ending, Phase, Stopped};

    let mut words: Vec<&str> = Verdict::ALL.map(Verdict::name).to_vec();
    words.extend(RunVerdict::ALL.map(RunVerdict::name));
    words.extend(Seen::ALL.map(Seen::name));
    words.extend([Cut::Interrupt, Cut::WallLimit, Cut::MaxMemory].map(Cut::name));
    words.extend(crate::sim::Limit::ALL.map(crate::sim::Limit::name));
    words.extend([Stopped::End.name(), "same", "diverged"]);
    words.extend(exit::TABLE.iter().map(|row| row.name));
    words.extend(Label::ALL.map(Label::name));
    words.extend(Aggregate::ALL.map(Aggregate::name));
    words.extend(Ending::ALL.map(Ending::name));
    words.extend(Phase::MEASURED.map(Phase::name));
    words.extend(crate::net::DropReason::ALL.map(crate::net::DropReason::name));
    words.extend(crate::model::history::Reason::ALL.map(crate::model::history::Reason::name));
    words.extend(crate::model::op::OpKind::ALL.map(crate::model::op::OpKind::name));
    let unknown: Vec<&&str> = words.iter().filter(|word| explain::meanings(word).is_empty()).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_page_of_a_fault_has_the_options_of_links_that_its_kind_takes() {
    use crate::faults::FaultKind;
    use crate::scenario::nouns::fault::FaultOptions;
    use crate::scenario::{LoadOptions, load_text};
    use crate::spec::choices::Choice;
    use crate::spec::{Decode, Decoder, Diagnostics, NoDataFiles};

    const VALUES: [(&str, &str); 5] = [
        ("groups", "groups = [\"kv.1\", \"rest\"]\ntarget = \"kv\""),
        ("links", "links = [\"kv.1->kv.2\"]"),
        ("layout", "layout = \"ring\""),
        ("flap", "flap = { up = \"1s\", down = \"1s\" }"),
        ("direction", "direction = \"in\"\ntarget = \"kv\""),
    ];
    for kind in FaultKind::ALL {
        let pages = explain::meanings(kind.name());
        let shown = pages.iter().find_map(|meaning| match meaning {
            explain::Meaning::Page(Topic::Faults, page) => Some(page.options.clone()),
            _ => None,
        });
        let shown = shown.expect("every kind has a page");
        for (key, line) in VALUES {
            let text = format!("schema = 1\n[f]\nat = \"1s\"\ndo = \"{kind}\"\n{line}\n");
            let loaded = load_text("a.toml", &text, &LoadOptions::default());
            let node = loaded.document.as_ref().and_then(|document| document.at("f")).expect("it is TOML");
            let mut diagnostics = Diagnostics::default();
            let _ = FaultOptions::decode(node, &mut Decoder::new(&mut diagnostics, &NoDataFiles));
            let refusals = [format!("has no `{key}`"), "is over in a moment".to_owned()];
            let is_refused =
                diagnostics.iter().any(|one| refusals.iter().any(|text| one.message.contains(text)));
            let is_shown = shown.iter().flat_map(|section| section.items()).any(|item| item.key == key);
            assert_eq!(is_shown, !is_refused, "{kind} {key}");
        }
    }
}
