//! The command line from outside: what goes to stdout and to stderr, and the exit codes.

mod bad_input;
mod check;
mod compare;
mod explain;
mod extends;
mod find;
mod hunt;
mod installing;
mod list;
mod merge;
mod new;
mod places;
mod plot;
mod repro;
mod running;
mod scaling;
mod schema;
mod stdin;
mod trace;
mod usage;
mod validate;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The project's root, with its shipped scenarios.
fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a command did.
struct Done {
    code: i32,
    stdout: String,
    stderr: String,
}

impl From<Output> for Done {
    fn from(output: Output) -> Done {
        Done {
            code: output.status.code().expect("no signal ended it"),
            stdout: String::from_utf8(output.stdout).expect("it prints text"),
            stderr: String::from_utf8(output.stderr).expect("it prints text"),
        }
    }
}

impl Done {
    /// Holds the exit code, and shows everything if it is another one.
    #[track_caller]
    fn exits(self, code: i32) -> Done {
        assert_eq!(self.code, code, "\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("one JSON document")
    }
}

fn seedbed(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seedbed"));
    command.current_dir(folder).args(arguments).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

/// Runs `seedbed` in a folder.
fn run_in(folder: &Path, arguments: &[&str]) -> Done {
    seedbed(folder, arguments).output().expect("it starts").into()
}

/// Runs `seedbed` in the project's root.
fn run(arguments: &[&str]) -> Done {
    run_in(project(), arguments)
}

/// A folder with files that goes away after the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
        for (name, text) in files {
            let path = folder.path(name);
            std::fs::create_dir_all(path.parent().expect("inside")).expect("writable");
            std::fs::write(path, text).expect("writable");
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Done {
        run_in(self.0.path(), arguments)
    }
}
