//! Usage, colours, and streams that close or fail.

use std::process::Stdio;

use super::*;

#[test]
fn help_is_a_result_and_wrong_usage_is_not() {
    let help = run(&["--help"]).exits(0);
    assert!(help.stdout.contains("Usage: seedbed") && help.stderr.is_empty());
    assert!(run(&["--version"]).exits(0).stdout.starts_with("seedbed "));
    for arguments in [&[][..], &["chek"], &["check"], &["list", "moons"], &["check", "--nonsense", "a.toml"]]
    {
        let done = run(arguments).exits(2);
        assert!(done.stdout.is_empty(), "{arguments:?}");
        assert!(done.stderr.contains("Usage") || done.stderr.contains("possible values"), "{}", done.stderr);
    }
    assert!(run(&["chek"]).stderr.contains("'check'"), "a slip is met with the command that was meant");
}

#[test]
fn colours_come_only_when_asked_for() {
    let folder = Folder::new(&[("a.toml", "schema = 1\n")]);
    let colour = |arguments: &[&str]| folder.run(arguments).exits(2).stderr.contains('\u{1b}');
    assert!(!colour(&["check", "a.toml"]));
    assert!(colour(&["check", "a.toml", "--color", "always"]));
    assert!(!colour(&["check", "a.toml", "--color", "never"]));
    // Also where the arguments as a whole cannot be read.
    assert!(colour(&["--color", "always", "chek"]) && colour(&["chek", "--color=always"]));
    assert!(!colour(&["chek"]));
    let asked =
        seedbed(folder.0.path(), &["check", "a.toml", "--color", "always"]).env("NO_COLOR", "1").output();
    assert!(Done::from(asked.expect("it starts")).stderr.contains('\u{1b}'), "the flag is the nearer wish");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for command in printing(folder.path()) {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        let output = seedbed(project(), &arguments).stdout(writer).output().expect("it starts");
        let done = Done::from(output).exits(0);
        assert!(!done.stderr.contains("error"), "{command:?}: {}", done.stderr);
    }
}

/// A command of each kind that prints a result; one of them fills a folder too.
#[cfg(unix)]
fn printing(outputs: &Path) -> Vec<Vec<String>> {
    let scenario = "scenarios/faults/half-open.toml";
    let outputs = outputs.display().to_string();
    let commands: [&[&str]; 10] = [
        &["--help"],
        &["schema"],
        &["man"],
        &["list"],
        &["list", "--format", "json"],
        &["explain", "raft"],
        &["check", scenario],
        &["new", "raft"],
        &["completions", "bash"],
        &[
            "run",
            scenario,
            "--max-events",
            "1000",
            "--charts",
            "none",
            "--dry-run",
            "--quiet",
            "--out",
            &outputs,
        ],
    ];
    commands.iter().map(|command| command.iter().map(|&word| word.to_owned()).collect()).collect()
}

/// Standard output that is not there at all is one that nobody reads.
#[cfg(unix)]
#[test]
fn a_closed_stdout_is_no_failure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for command in printing(folder.path()) {
        let closed = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" >&-", env!("CARGO_BIN_EXE_seedbed")])
            .args(&command)
            .current_dir(project())
            .output();
        let Ok(output) = closed else { return eprintln!("skipped: there is no sh") };
        let done = Done::from(output).exits(0);
        assert!(!done.stderr.contains("error"), "{command:?}: {}", done.stderr);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_of_output() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for command in printing(folder.path()) {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
        let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        let output = seedbed(project(), &arguments).stdout(Stdio::from(full)).output().expect("it starts");
        let done = Done::from(output).exits(74);
        if command[0] != "--help" {
            assert!(done.stderr.starts_with("error: the result could not be written"), "{}", done.stderr);
        }
    }
}

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let done = run(&["completions", shell]).exits(0);
        for command in ["new", "list", "explain", "check", "run", "schema"] {
            assert!(done.stdout.contains(command), "{shell} lacks {command}");
        }
    }
}

#[test]
fn completions_know_the_names_that_explain_and_new_take() {
    for shell in ["bash", "zsh"] {
        let script = run(&["completions", shell]).exits(0).stdout;
        for name in ["service-over-raft", "pre_vote", "not-seen", "crash-loop", "leader-lost", "S022"] {
            assert!(
                script
                    .split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
                    .any(|word| word == name),
                "{shell} lacks {name}"
            );
        }
    }
    // The help and the manual stay short, and a slip is met with the nearest name.
    assert!(!run(&["explain", "--help"]).exits(0).stdout.contains("crash-loop"));
    assert!(!run(&["man"]).exits(0).stdout.contains("crash-loop"));
}

/// What bash itself makes of the script.
#[cfg(unix)]
#[test]
fn bash_completes_what_explain_explains() {
    let folder = Folder::new(&[]);
    let script = run(&["completions", "bash"]).exits(0).stdout;
    let ask = "\nCOMP_WORDS=(seedbed explain crash-)\nCOMP_CWORD=2\n_seedbed seedbed crash- explain\n\
               printf '%s\\n' \"${COMPREPLY[@]}\"\n";
    std::fs::write(folder.path("ask.sh"), script + ask).expect("writable");
    let Ok(output) = Command::new("bash").arg(folder.path("ask.sh")).output() else {
        return eprintln!("skipped: there is no bash");
    };
    assert_eq!(Done::from(output).exits(0).stdout, "crash-loop\n");
}

#[test]
fn manual_pages_name_every_command_and_flag() {
    let page = run(&["man"]).exits(0);
    assert!(
        page.stdout.contains(".TH SEEDBED 1") && page.stdout.contains("seedbed\\-run(1)"),
        "{}",
        page.stdout
    );
    let folder = Folder::new(&[]);
    folder.run(&["man", "--out", "man/pages"]).exits(0);
    let mut files: Vec<String> = std::fs::read_dir(folder.path("man/pages"))
        .expect("it was made")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let commands = [
        "check",
        "compare",
        "completions",
        "explain",
        "hunt",
        "list",
        "man",
        "merge",
        "new",
        "plot",
        "repro",
        "run",
        "schema",
        "validate",
    ];
    let mut expected: Vec<String> = commands.iter().map(|command| format!("seedbed-{command}.1")).collect();
    expected.push("seedbed.1".to_owned());
    expected.sort();
    assert_eq!(files, expected, "each command has its page, and nothing else is left");
    let run_page = std::fs::read_to_string(folder.path("man/pages/seedbed-run.1")).expect("it is text");
    for flag in ["\\-\\-seed", "\\-\\-max\\-events", "\\-\\-charts"] {
        assert!(run_page.contains(flag), "{flag} is missing");
    }
    for heading in
        ["NAME", "SYNOPSIS", "OPTIONS", "NOTES", "\"EXIT STATUS\"", "FILES", "EXAMPLES", "\"SEE ALSO\""]
    {
        assert!(run_page.contains(&format!("\n.SH {heading}\n")), "{heading} is missing: {run_page}");
    }
    for part in [".TP\n\\fB1\\fR\na check was violated", "seedbed\\-repro(1)", ".SH VERSION"] {
        let pages = format!("{run_page}{}", page.stdout);
        assert!(pages.contains(part), "{part} is missing: {pages}");
    }
    assert!(!run_page.contains("EXTRA") && !page.stdout.contains("EXTRA"));
    assert!(run_page.contains(".TH SEEDBED\\-RUN 1") || run_page.contains(".TH SEEDBED-RUN 1"), "{run_page}");
}

#[test]
fn a_manual_page_that_cannot_be_written_is_named_and_nothing_is_left() {
    // A file stands where the folder should be, and a folder where the page should.
    let folder = Folder::new(&[("file", "x"), ("man/seedbed.1/x", "x")]);
    let done = folder.run(&["man", "--out", "file/man"]).exits(74);
    assert!(done.stderr.starts_with("error: file/man: "), "{}", done.stderr);
    let done = folder.run(&["man", "--out", "man"]).exits(74);
    assert!(done.stderr.starts_with("error: man/seedbed.1: "), "{}", done.stderr);
    assert_eq!(
        std::fs::read_dir(folder.path("man")).expect("it is there").count(),
        1,
        "no temporary file is left"
    );
}

#[test]
fn a_root_is_a_folder_that_is_there() {
    let folder = Folder::new(&[("a.toml", "schema = 1\nduration = \"1s\"\nsystem.kv.type = \"raft\"\n")]);
    for command in ["check", "run"] {
        for (root, why) in [("absent", "there is no such folder"), ("a.toml", "is no folder")] {
            let done = folder.run(&[command, "--root", root, "a.toml"]).exits(2);
            let said = format!("error: invalid value '{root}' for '--root <DIR>': {why}\n");
            assert!(done.stderr.starts_with(&said), "{}", done.stderr);
        }
    }
    folder.run(&["check", "--root", ".", "a.toml"]).exits(0);
}
