//! Folders made once and again.

use super::*;
use crate::run::outputs::pages::tests::page;

#[test]
fn the_same_run_again_verifies_and_changes_nothing_though_the_host_differs() {
    let outputs = tempfile::tempdir().expect("there is room");
    let folder = outputs.path().join("small").join(facts().run_id());
    make(&Disk, outputs.path(), &facts()).expect("the disk works");
    let before = files_below(outputs.path());
    let mut again = facts();
    again.host = json!({ "os": "windows", "wall_s": 99 });
    let finished = make(&Disk, outputs.path(), &again).expect("the disk works");
    assert_eq!(finished, Finished::Verified { folder, added: Vec::new(), keeps_page: false });
    assert_eq!(files_below(outputs.path()), before);
}

#[test]
fn a_page_that_names_another_command_is_kept_unless_it_was_changed() {
    let outputs = tempfile::tempdir().expect("there is room");
    let made = |page: &str, more: &[&str]| {
        let mut folder = Folder::begin(&Disk, outputs.path(), "run").expect("the disk works");
        for (name, text) in
            [("data.csv", "1\n"), (REPORT, page)].into_iter().chain(more.iter().map(|name| (*name, "x")))
        {
            folder.write(name, |out| out.write_all(text.as_bytes())).expect("the disk works");
        }
        folder.finish(&json!({ "run_id": "run" }), &json!({})).expect("the disk works")
    };
    let kept = || fs::read_to_string(outputs.path().join("run").join(REPORT)).expect("it is there");
    let [a, b] = ["run a.toml", "run b.toml"].map(|command| page(command, "good"));
    assert!(matches!(made(&a, &[]), Finished::Written { .. }));
    let folder = outputs.path().join("run");
    // Also where the folder gets a file that it lacked, and with it another manifest.
    for (more, added) in [(&["b.csv"][..], vec!["b.csv".to_owned()]), (&["b.csv"], Vec::new())] {
        let verified = Finished::Verified { folder: folder.clone(), added, keeps_page: true };
        assert_eq!(made(&b, more), verified);
        assert_eq!(kept(), a);
    }
    let differs = |page: &str| {
        let Finished::Differs { files, other, .. } = made(page, &[]) else { panic!("the pages differ") };
        assert_eq!(files, [REPORT]);
        assert_eq!(other, outputs.path().join("run.differs"));
        assert_eq!(fs::read_to_string(other.join(REPORT)).expect("it is there"), page);
    };
    // What differs elsewhere differs, whichever command made it.
    differs(&page("run a.toml", "bad"));
    differs(&page("run b.toml", "bad"));
    assert_eq!(kept(), a);
    fs::write(folder.join(REPORT), "changed").expect("the disk works");
    differs(&a);
    // Another command is no excuse for what was changed since.
    fs::write(folder.join(REPORT), &b).expect("the disk works");
    differs(&a);
}

#[test]
fn a_file_that_differs_is_named_and_what_was_there_stays() {
    let outputs = tempfile::tempdir().expect("there is room");
    make(&Disk, outputs.path(), &facts()).expect("the disk works");
    let folder = outputs.path().join("small").join(facts().run_id());
    fs::write(folder.join("roles.csv"), "tampered\n").expect("the disk works");
    let before = files_below(&folder);
    let mut other_digest = facts();
    other_digest.digest = 1;
    for _ in 0..2 {
        let Finished::Differs { files, other, folder: named } =
            make(&Disk, outputs.path(), &other_digest).expect("the disk works")
        else {
            panic!("the runs differ");
        };
        assert_eq!(files, ["roles.csv", "summary.json", MANIFEST]);
        assert_eq!((named, files_below(&folder)), (folder.clone(), before.clone()));
        assert_eq!(other, outputs.path().join("small").join(format!("{}.differs", facts().run_id())));
        assert_ne!(files_below(&other), before);
    }
}

#[test]
fn files_that_a_finished_folder_lacks_are_added_to_it() {
    let outputs = tempfile::tempdir().expect("there is room");
    let write = |files: &[(&str, &str)]| {
        let mut folder = Folder::begin(&Disk, outputs.path(), "run").expect("the disk works");
        for (name, text) in files {
            folder.write(name, |out| out.write_all(text.as_bytes())).expect("the disk works");
        }
        folder.finish(&json!({ "seed": 1 }), &json!({})).expect("the disk works")
    };
    let folder = outputs.path().join("run");
    write(&[("a.csv", "a"), ("charts/c.svg", "c")]);
    let finished = write(&[("a.csv", "a"), ("trace.jsonl", "t"), ("charts/d.svg", "d")]);
    let added = vec!["charts/d.svg".to_owned(), "trace.jsonl".to_owned()];
    assert_eq!(finished, Finished::Verified { folder: folder.clone(), added, keeps_page: false });
    let files = files_below(&folder);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a.csv", "charts/c.svg", "charts/d.svg", MANIFEST, "trace.jsonl"]);
    let text = fs::read_to_string(folder.join(MANIFEST)).expect("it is written");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let listed: Vec<&String> = manifest["files"].as_object().expect("files are an object").keys().collect();
    assert_eq!(listed, ["a.csv", "charts/c.svg", "charts/d.svg", "trace.jsonl"]);
    assert!(!outputs.path().join("run.partial").exists());
}

#[test]
fn what_an_interrupted_run_left_is_no_part_of_the_next() {
    let outputs = tempfile::tempdir().expect("there is room");
    let mut interrupted = Folder::begin(&Disk, outputs.path(), "run").expect("the disk works");
    interrupted.write("old.csv", |out| out.write_all(b"old")).expect("the disk works");
    let finished = interrupted.keep(&json!({ "seed": 1 }), &json!({})).expect("the disk works");
    let kept = outputs.path().join("run.partial");
    assert_eq!(finished, Finished::Partial { folder: kept.clone() });
    let names = || files_below(&kept).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(), ["old.csv", PARTIAL]);
    let resumed = Folder::resume(&Disk, outputs.path(), "run").expect("the disk works");
    assert!(resumed.partial().join("old.csv").exists(), "a sweep goes on with the runs it has");
    drop(resumed);
    let begun = Folder::begin(&Disk, outputs.path(), "run").expect("the disk works");
    assert!(!begun.partial().join("old.csv").exists());
    begun.finish(&json!({}), &json!({})).expect("the disk works");
    assert!(!kept.exists(), "beside the finished folder it is worth nothing");
}

#[test]
fn a_resumed_folder_that_is_finished_is_no_longer_marked() {
    let outputs = tempfile::tempdir().expect("there is room");
    let resume = || Folder::resume(&Disk, outputs.path(), "sweep").expect("the disk works");
    resume().keep(&json!({}), &json!({})).expect("the disk works");
    resume().finish(&json!({}), &json!({})).expect("the disk works");
    let names: Vec<String> = files_below(outputs.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["sweep/manifest.json"]);
}

#[test]
fn two_that_make_the_same_run_at_once_do_not_disturb_each_other() {
    let outputs = tempfile::tempdir().expect("there is room");
    let begin = || {
        let mut folder = Folder::begin(&Disk, outputs.path(), "run").expect("the disk works");
        folder.write("a.csv", |out| out.write_all(b"a")).expect("the disk works");
        folder
    };
    let (one, two) = (begin(), begin());
    assert_ne!(one.partial(), two.partial());
    let finish = |folder: Folder<'_>| folder.finish(&json!({}), &json!({})).expect("the disk works");
    let folder = outputs.path().join("run");
    assert_eq!(finish(one), Finished::Written { folder: folder.clone() });
    assert_eq!(finish(two), Finished::Verified { folder, added: Vec::new(), keeps_page: false });
    let left: Vec<_> = fs::read_dir(outputs.path()).expect("it is there").collect();
    assert_eq!(left.len(), 1);
}

#[test]
fn a_folder_that_is_given_up_goes() {
    let outputs = tempfile::tempdir().expect("there is room");
    drop(Folder::begin(&Disk, outputs.path(), "run").expect("the disk works"));
    assert_eq!(fs::read_dir(outputs.path()).expect("it is there").count(), 0);
}

#[cfg(unix)]
#[test]
fn latest_leads_to_the_last_run_by_a_relative_link() {
    let outputs = tempfile::tempdir().expect("there is room");
    for name in ["one/1", "two/2"] {
        for target in [Path::new(name), &outputs.path().join(name)] {
            point_latest(&Disk, outputs.path(), target).expect("the disk works");
            let target = fs::read_link(outputs.path().join("latest")).expect("it is a link");
            assert_eq!(target, Path::new(name));
        }
    }
}
