//! Scenarios as the command line names them: files, and `-` for standard input.

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};

use crate::scenario::{self, LoadOptions, Loaded};

/// What standard input is called in messages.
const STDIN: &str = "<stdin>";

/// Reads the argument of `--root`: a folder that is there.
pub(super) fn folder() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.is_dir() {
        true => Ok(path),
        false if path.exists() => Err("is no folder"),
        false => Err("there is no such folder"),
    })
}

/// Whether the path means standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
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
