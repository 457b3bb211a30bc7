//! Scenarios as the command line names them: files, and `-` for standard input.

use std::path::Path;

use crate::scenario::{self, LoadOptions, Loaded};

/// What standard input is called in messages.
const STDIN: &str = "<stdin>";

/// Whether the path means standard input.
fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// What the scenario is called in messages; without a name of its own it gets one from this.
pub(super) fn shown(path: &Path) -> &Path {
    if is_stdin(path) { Path::new(STDIN) } else { path }
}

/// Loads a scenario file, or the scenario on standard input, whose paths start at the working directory.
pub(super) fn load(path: &Path, options: &LoadOptions) -> Loaded {
    match is_stdin(path) {
        true => scenario::load_stream(std::io::stdin().lock(), STDIN, Path::new("."), options),
        false => scenario::load(path, options),
    }
}
