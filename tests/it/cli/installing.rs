//! docs/installing.md: what it says to type works, and leaves what it says.

use super::*;

/// The lines of the page's blocks of commands.
fn commands() -> Vec<String> {
    let page = std::fs::read_to_string(project().join("docs/installing.md")).expect("the page is there");
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().expect("it ends"));
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn what_the_page_says_to_type_works() {
    let folder = Folder::new(&[("my.toml", "schema = 1\n")]);
    let program = Path::new(env!("CARGO_BIN_EXE_seedbed")).parent().expect("a file lies in a folder");
    // What installs the program itself, or needs a `man` or a `sed` of one kind, is left to the reader.
    let is_ours =
        |line: &&String| line.starts_with("mkdir ") || line.starts_with("seedbed ") && !line.contains('|');
    let commands = commands();
    let ours: Vec<&String> = commands.iter().filter(is_ours).collect();
    assert_eq!((commands.len(), ours.len()), (8, 6), "{commands:#?}");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("there is one"));
    for line in ours {
        let done = Command::new("sh")
            .args(["-c", line.as_str()])
            .current_dir(folder.0.path())
            .env("HOME", folder.0.path())
            .env("PATH", &path)
            .output();
        let done: Done = done.expect("there is a shell").into();
        assert_eq!(done.exits(0).stdout, "", "{line}");
    }
    for (file, inside) in [
        (".local/share/man/man1/seedbed.1", ".TH SEEDBED 1"),
        (".local/share/man/man1/seedbed-run.1", "\\-\\-charts"),
        (".local/share/bash-completion/completions/seedbed", "complete -F _seedbed"),
        (".config/fish/completions/seedbed.fish", "complete -c seedbed"),
        (".zfunc/_seedbed", "#compdef seedbed"),
        ("scenario-v1.json", "\"$schema\""),
    ] {
        let text =
            std::fs::read_to_string(folder.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(text.contains(inside), "{file}");
        assert!(!text.contains(env!("CARGO_MANIFEST_DIR")), "{file} names no path of this machine");
    }
}
