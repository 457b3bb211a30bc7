//! The loader against texts that libFuzzer grows by coverage, held to what the tests hold it to (`tests/it/fuzz`). The
//! texts are scenarios, or inputs as `tests/fuzz` keeps them; CONTRIBUTING.md has the command.

#![no_main]

#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../../tests/it/fuzz/input.rs"]
mod input;
#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../../tests/it/fuzz/judge.rs"]
mod judge;

use std::sync::LazyLock;

use input::Input;
use libfuzzer_sys::{Corpus, fuzz_target};
use tempfile::TempDir;

/// As in the program: what loading a scenario holds is measured.
#[global_allocator]
static ALLOCATOR: seedbed::cli::Counting = seedbed::cli::Counting;

/// Where the files of an input lie.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a temporary folder"));

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    let Some(input) = Input::of_text(text) else { return Corpus::Reject };
    if let Some(wrong) = judge::judge(&input, FOLDER.path()).wrong {
        panic!("{wrong}");
    }
    Corpus::Keep
});
