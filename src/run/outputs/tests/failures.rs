//! A disk that fails at every step in turn: nothing is ever there half.

use std::io::ErrorKind;

use super::failing::{Failing, When};
use super::*;

/// A disk that is full from its `steps`-th step on, so that not even what is there can be moved or removed.
fn failing(steps: usize) -> Failing {
    Failing::new(When::Onwards(steps), ErrorKind::StorageFull)
}

/// More steps than any of these tests takes.
const STEPS_MAX: usize = 1_000;

/// Every file of the finished run.
fn whole() -> Vec<(String, Vec<u8>)> {
    let outputs = tempfile::tempdir().expect("there is room");
    make(&Disk, outputs.path(), &facts()).expect("the disk works");
    files_below(&outputs.path().join("small").join(facts().run_id()))
}

#[test]
fn a_new_folder_is_there_whole_or_not_at_all_wherever_the_disk_fails() {
    let whole = whole();
    let mut failed = 0;
    for steps in 0..STEPS_MAX {
        let outputs = tempfile::tempdir().expect("there is room");
        let folder = outputs.path().join("small").join(facts().run_id());
        let result = make(&failing(steps), outputs.path(), &facts());
        if folder.exists() {
            assert_eq!(files_below(&folder), whole, "after {steps} steps");
        }
        for (name, bytes) in files_below(outputs.path()) {
            // Files in a partial folder are whole too, unless they are named temporary.
            let file = name.rsplit('/').next().expect("a path has a last part");
            if let Some((_, expected)) = whole.iter().find(|(name, _)| name == file) {
                assert_eq!(&bytes, expected, "{name} after {steps} steps");
            } else {
                assert!(name.ends_with(".tmp") || name == "latest", "{name} after {steps} steps");
            }
        }
        match result {
            Ok(Finished::Written { .. }) => {
                assert!(failed > 50, "only {failed} steps could fail");
                return;
            }
            Ok(other) => panic!("the folder is new: {other:?}"),
            Err(error) => {
                assert!(error.path.starts_with(outputs.path()), "{error}");
                assert!(error.to_string().ends_with(": no storage space"), "{error}");
                failed += 1;
            }
        }
        // A working disk then makes it as if nothing had been.
        make(&Disk, outputs.path(), &facts()).expect("the disk works");
        assert_eq!(files_below(&folder), whole, "made again after {steps} steps");
    }
    panic!("it never came to its end");
}

#[test]
fn a_finished_folder_stays_as_it_was_wherever_the_disk_fails_while_it_is_compared() {
    let whole = whole();
    for tampered in [false, true] {
        let mut failed = 0;
        for steps in 0..STEPS_MAX {
            let outputs = tempfile::tempdir().expect("there is room");
            make(&Disk, outputs.path(), &facts()).expect("the disk works");
            let folder = outputs.path().join("small").join(facts().run_id());
            let mut before = whole.clone();
            if tampered {
                fs::write(folder.join("roles.csv"), "tampered\n").expect("the disk works");
                before = files_below(&folder);
            }
            let result = make(&failing(steps), outputs.path(), &facts());
            assert_eq!(files_below(&folder), before, "after {steps} steps");
            match result {
                Err(_) => failed += 1,
                Ok(Finished::Written { .. } | Finished::Partial { .. }) => panic!("it was there already"),
                Ok(Finished::Verified { .. } | Finished::Differs { .. }) => break,
            }
        }
        assert!(failed > 50 && failed < STEPS_MAX, "{failed} steps failed");
    }
}

#[test]
fn where_there_are_no_links_latest_is_a_text_file() {
    let outputs = tempfile::tempdir().expect("there is room");
    let mut sink = failing(STEPS_MAX);
    sink.links = false;
    point_latest(&sink, outputs.path(), Path::new("small/0123")).expect("it falls back");
    let text = fs::read_to_string(outputs.path().join("latest")).expect("it is a file");
    assert_eq!(text, "small/0123\n");
}
