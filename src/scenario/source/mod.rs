//! Loading a scenario: the file, what it extends, and the `--set` texts, merged into one document in which
//! every value knows where it was written.
//!
//! The document is not yet checked against any option: unknown keys, also those of `--set`, are found when it
//! is decoded.

pub mod bounds;
mod changes;
mod extend;
pub mod files;
mod json;
mod set;
mod toml;

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::spec::{Diagnostics, Node, Sources};

pub use extend::EXTENDS_DEPTH_MAX;
pub use files::ScenarioFiles;

/// The version of the scenario format that this build reads.
pub const SCHEMA_VERSION: i64 = 1;

/// What the command line adds to a scenario file.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The folder that no path in a scenario may leave (`--root`). Without it: the nearest folder named
    /// `scenarios` around the file, else the file's own folder.
    pub root: Option<PathBuf>,
    /// The `--set path=value` texts, in order; later ones win.
    pub set: Vec<String>,
}

/// What loading gave: the document, unless there were errors, and what to tell the user in any case.
pub struct Loaded {
    /// Every text that values came from.
    pub sources: Sources,
    /// The merged document without `schema` and `extends`; `None` after an error.
    pub document: Option<Node>,
    /// What `--set` comes to: the settings that make the document of what the files say, the same however they were
    /// spelled.
    pub overrides: Vec<String>,
    /// Errors and warnings so far; decoding adds to them.
    pub diagnostics: Diagnostics,
    /// The folder that no path may leave; `None` for a text that is no file.
    pub root: Option<PathBuf>,
}

impl Loaded {
    /// The data files that the scenario may name.
    pub fn files(&self) -> ScenarioFiles {
        ScenarioFiles::new(&self.sources, self.root.clone())
    }
}

/// Loads a scenario file. All errors of all files are reported, in reading order.
pub fn load(path: &Path, options: &LoadOptions) -> Loaded {
    let root = files::scenario_root(path, options.root.as_deref());
    let mut loader = extend::Loader::new(Some(root));
    let document = loader.file(path);
    finish(loader, document, options)
}

/// Loads a scenario from a stream; what it names is looked for in `folder`.
pub fn load_stream(stream: impl Read, name: &str, folder: &Path, options: &LoadOptions) -> Loaded {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let root = files::scenario_root(&folder.join(name), options.root.as_deref());
    let mut loader = extend::Loader::new(Some(root));
    let document = loader.stream(stream, name, &folder);
    finish(loader, document, options)
}

/// Loads a scenario that is no file, such as a template; it can extend nothing.
pub fn load_text(name: &str, text: &str, options: &LoadOptions) -> Loaded {
    let mut loader = extend::Loader::new(None);
    let document = loader.text(name, text);
    finish(loader, document, options)
}

fn finish(loader: extend::Loader, document: Option<Node>, options: &LoadOptions) -> Loaded {
    let extend::Loader { mut sources, mut diagnostics, root, .. } = loader;
    let of_files = document.clone().filter(|_| !options.set.is_empty());
    let mut document = document;
    for text in &options.set {
        set::apply(text, document.as_mut(), &mut sources, &mut diagnostics);
    }
    let document =
        document.filter(|document| !diagnostics.has_errors() && bounds::check(document, &mut diagnostics));
    let overrides = of_files.zip(document.as_ref()).map(|(before, after)| changes::changes(&before, after));
    Loaded { sources, document, overrides: overrides.unwrap_or_default(), diagnostics, root }
}
