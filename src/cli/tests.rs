//! Parts of the command line that cannot be seen from outside.

use clap::ValueEnum;

use super::catalogue::{self, Topic};
use super::*;

#[test]
fn the_declarations_of_all_commands_are_sound() {
    command().debug_assert();
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
