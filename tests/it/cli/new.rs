//! `seedbed new`.

use super::*;

#[test]
fn every_template_is_listed_printed_and_valid_and_passes() {
    let templates = run(&["new", "--list", "--format", "json"]).exits(0).json();
    let templates = templates["templates"].as_array().expect("a list").clone();
    assert_eq!(templates.len(), 3);
    let folder = Folder::new(&[]);
    for template in templates {
        let name = template["name"].as_str().expect("a name");
        assert!(run(&["new", "--list"]).exits(0).stdout.contains(name));
        let file = format!("{name}.toml");
        let done = folder.run(&["new", name, &file]).exits(0);
        assert_eq!((done.stdout.as_str(), done.stderr.contains(&file)), ("", true));
        let text = std::fs::read_to_string(folder.path(&file)).expect("it was written");
        assert_eq!(folder.run(&["new", name]).exits(0).stdout, text);
        let done = folder.run(&["check", &file]).exits(0);
        assert_eq!(done.stderr, "");
        assert!(done.stdout.starts_with(&format!("{file}: {name}, 1 run, ")), "{}", done.stdout);
        // Its own checks hold, and nothing is worth a warning.
        let done = folder.run(&["run", &file, "--charts", "none"]).exits(0);
        assert_eq!(done.stderr, "", "{}", done.stdout);
    }
}

#[test]
fn a_template_goes_to_standard_output_and_into_no_file_that_is_read_as_json() {
    let folder = Folder::new(&[]);
    let done = folder.run(&["new", "raft", "-"]).exits(0);
    assert_eq!((done.stdout, done.stderr.as_str()), (folder.run(&["new", "raft"]).exits(0).stdout, ""));
    for file in ["mine.json", "mine.JSON"] {
        let done = folder.run(&["new", "raft", file]).exits(2);
        let said = "would be read as JSON, and templates are TOML\n  help: name a file that ends in .toml\n";
        assert_eq!(done.stderr, format!("error: `{file}` {said}"));
    }
    assert_eq!(std::fs::read_dir(folder.path("")).expect("it is there").count(), 0, "nothing is written");
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new(&[("mine.toml", "precious")]);
    let done = folder.run(&["new", "raft", "mine.toml"]).exits(2);
    assert!(
        done.stderr.starts_with("error: `mine.toml` exists already\n  help: remove it first"),
        "{}",
        done.stderr
    );
    assert_eq!(std::fs::read_to_string(folder.path("mine.toml")).expect("still there"), "precious");
}

#[test]
fn what_cannot_be_written_or_found_says_so() {
    let folder = Folder::new(&[]);
    let done = folder.run(&["new", "raft", "no/such/folder.toml"]).exits(74);
    assert!(done.stderr.starts_with("error: `no/such/folder.toml` cannot be written"), "{}", done.stderr);
    let done = folder.run(&["new", "rafft"]).exits(2);
    assert_eq!(done.stderr, "error: there is no template `rafft`\n  help: did you mean `raft`?\n");
}

#[test]
fn without_a_template_they_are_listed() {
    let done = run(&["new"]).exits(0);
    assert_eq!(done.stdout, run(&["new", "--list"]).exits(0).stdout);
    for line in ["raft               a replicated store", "service            instances with queues"] {
        assert!(done.stdout.lines().any(|one| one.starts_with(line)), "{}", done.stdout);
    }
    assert!(done.stderr.contains("`seedbed new TEMPLATE FILE` writes one"), "{}", done.stderr);
    assert!(run(&["new", "--format", "json"]).exits(0).json()["templates"].is_array());
    run(&["new", "raft", "--format", "json"]).exits(2);
}
