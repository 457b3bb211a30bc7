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
