//! One file after another along `extends`, each merged over the one it extends: tables merge, arrays replace.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::files::{self, SCENARIO_BYTES_MAX};
use super::{SCHEMA_VERSION, bounds, json, toml};
use crate::spec::{
    Code, Diagnostic, Diagnostics, Entry, Node, Origin, Problem, Source, SourceId, SourceKind, Sources,
    Table, Value, suggest, write,
};

/// The most files in a chain of `extends`.
pub const EXTENDS_DEPTH_MAX: usize = 16;

/// Reads files and collects what they say and what is wrong with them.
pub(super) struct Loader {
    pub(super) sources: Sources,
    pub(super) diagnostics: Diagnostics,
    pub(super) root: Option<PathBuf>,
    /// The files on the way to the current one: real path and shown name. A stream, which no path leads back to, has none.
    chain: Vec<(PathBuf, String)>,
}

impl Loader {
    pub(super) fn new(root: Option<PathBuf>) -> Loader {
        let (sources, diagnostics) = (Sources::default(), Diagnostics::default());
        Loader { sources, diagnostics, root, chain: Vec::new() }
    }

    /// The document of a file named on the command line.
    pub(super) fn file(&mut self, path: &Path) -> Option<Node> {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        self.read(&real, path.display().to_string(), None)
    }

    /// The document of a text that is no file.
    pub(super) fn text(&mut self, name: &str, text: &str) -> Option<Node> {
        let source = self.sources.add_text(SourceKind::File, name, text);
        self.document(source, is_json_file(name))
    }

    /// The document of a stream; what it names is looked for in `folder`.
    pub(super) fn stream(&mut self, stream: impl Read, name: &str, folder: &Path) -> Option<Node> {
        let read = files::read_stream(stream, SCENARIO_BYTES_MAX);
        let source = self.add(name.to_owned(), read, Some(folder.to_path_buf()), None)?;
        // It has no name that would tell; no TOML begins like an object of JSON.
        let text = self.sources.get(source).text.trim_start_matches('\u{feff}').trim_start();
        let is_json = text.starts_with('{');
        self.link(source, is_json, PathBuf::new(), name.to_owned())
    }

    fn read(&mut self, real: &Path, name: String, extended_at: Option<Origin>) -> Option<Node> {
        let read = files::read_text(real, SCENARIO_BYTES_MAX);
        let folder = real.parent().map(Path::to_path_buf);
        let source = self.add(name.clone(), read, folder, extended_at)?;
        self.link(source, is_json_file(&name), real.to_path_buf(), name)
    }

    /// The document of a source that is one more on the way.
    fn link(&mut self, source: SourceId, is_json: bool, real: PathBuf, name: String) -> Option<Node> {
        self.chain.push((real, name));
        let document = self.document(source, is_json);
        self.chain.pop();
        document
    }

    /// A new source; without a text it has been reported.
    fn add(
        &mut self,
        name: String,
        read: Result<String, Problem>,
        folder: Option<PathBuf>,
        extended_at: Option<Origin>,
    ) -> Option<SourceId> {
        let (text, problem) = match read {
            Ok(text) => (text, None),
            Err(problem) => (String::new(), Some(problem)),
        };
        let source = self.sources.add(Source { kind: SourceKind::File, name, text, folder, extended_at });
        if let Some(problem) = problem {
            self.report_at_start(source, problem);
            return None;
        }
        Some(source)
    }

    /// The document of a source, merged over what it extends.
    fn document(&mut self, source: SourceId, is_json: bool) -> Option<Node> {
        let text = self.sources.get(source).text.clone();
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            let help = "`seedbed new` shows starter scenarios";
            self.report_at_start(source, Problem::new(Code::EmptyFile, 0..0, "is empty").help(help));
            return None;
        }
        let read = if is_json { json::read } else { toml::read };
        let errors_before = self.diagnostics.error_count();
        let node = read(source, &text, &mut self.diagnostics);
        let node = node.filter(|node| bounds::check(node, &mut self.diagnostics));
        // What a broken file seems to hold would only give more, misleading errors; but a base that cannot be
        // found is worth knowing at once.
        let broken = self.diagnostics.error_count() > errors_before;
        let mut node = node?;
        let Value::Table(table) = &mut node.value else {
            let problem = Problem::new(Code::WrongType, 0..0, "must be a table of keys and values");
            self.report_at_start(source, problem);
            return None;
        };
        let extends = table.remove("extends");
        if !broken {
            let schema = table.remove("schema");
            self.check_schema(source, schema, table);
        }
        match extends {
            Some(extends) => {
                let mut base = self.base(source, &extends)?;
                merge(&mut base, node, &mut self.diagnostics);
                Some(base).filter(|_| !broken)
            }
            None => Some(node).filter(|_| !broken),
        }
    }

    fn check_schema(&mut self, source: SourceId, schema: Option<Entry>, table: &Table) {
        let meant = |entry: &&Entry| suggest::closest(&entry.key, ["schema"]).is_some();
        let report = match (schema, table.iter().find(meant)) {
            (None, Some(entry)) => {
                let message = format!("unknown key `{}` at the top level", entry.key);
                let error = Diagnostic::error(Code::UnknownKey, &entry.key_origin, message);
                error
                    .did_you_mean(Some("schema"))
                    .help(format!("write `schema = {SCHEMA_VERSION}` as its first key"))
            }
            (None, None) => {
                let problem = Problem::new(Code::SchemaVersion, 0..0, "does not say which schema it follows");
                let help = format!("write `schema = {SCHEMA_VERSION}` as its first key");
                return self.report_at_start(source, problem.help(help));
            }
            (Some(Entry { node, .. }), _) => match node.value {
                Value::Integer(SCHEMA_VERSION) => return,
                Value::Integer(version) if version > SCHEMA_VERSION => {
                    let message =
                        format!("schema {version} is newer than this build, which reads {SCHEMA_VERSION}");
                    Diagnostic::error(Code::SchemaVersion, &node.origin, message)
                        .help(format!("install a newer seedbed, or write it for schema = {SCHEMA_VERSION}"))
                }
                Value::Integer(_)
                | Value::Bool(_)
                | Value::Float(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Table(_) => {
                    let message = format!("there is no such schema; this build reads {SCHEMA_VERSION}");
                    Diagnostic::error(Code::SchemaVersion, &node.origin, message)
                        .help(format!("write `schema = {SCHEMA_VERSION}`"))
                }
            },
        };
        self.diagnostics.push(report);
    }

    /// The document that `extends` names, or reports.
    fn base(&mut self, source: SourceId, extends: &Entry) -> Option<Node> {
        let origin = &extends.node.origin;
        let Value::String(written) = &extends.node.value else {
            let message = format!("`extends` must be a string, found {}", extends.node.value.type_name());
            let error = Diagnostic::error(Code::WrongType, origin, message);
            self.diagnostics.push(error.help("a file extends one other: write extends = \"base.toml\""));
            return None;
        };
        let written = written.as_str();
        match self.find_base(source, written) {
            Ok((real, name)) => self.read(&real, name, Some(origin.clone())),
            Err(problem) => {
                self.diagnostics.push(problem.at(&format!("`{written}`"), origin));
                None
            }
        }
    }

    /// The real path and shown name of a base.
    fn find_base(&self, source: SourceId, written: &str) -> Result<(PathBuf, String), Problem> {
        let (Some(folder), Some(root)) = (&self.sources.get(source).folder, &self.root) else {
            let message = "cannot be extended by a scenario that is no file";
            return Err(Problem::new(Code::Unreadable, 0..0, message));
        };
        if written.trim().is_empty() {
            let problem = Problem::new(Code::Unreadable, 0..0, "is empty").of("`extends`");
            return Err(problem.help("write extends = \"base.toml\", or remove it"));
        }
        let real = files::resolve(folder, written, root)?;
        if real.is_dir() {
            let problem = Problem::new(Code::Unreadable, 0..0, "is a folder, not a file");
            return Err(problem.help("name a scenario file in it"));
        }
        let shown = Path::new(&self.sources.get(source).name).parent().unwrap_or(Path::new("")).join(written);
        let name = files::tidy(&shown).display().to_string();
        if let Some(start) = self.chain.iter().position(|(path, _)| *path == real) {
            let mut circle: Vec<&str> = self.chain[start..].iter().map(|(_, name)| name.as_str()).collect();
            circle.push(circle[0]);
            let message = format!("extends itself: {}", circle.join(" -> "));
            return Err(Problem::new(Code::ExtendsCycle, 0..0, message));
        }
        if self.chain.len() == EXTENDS_DEPTH_MAX {
            let message =
                format!("is one too many: a chain of `extends` has at most {EXTENDS_DEPTH_MAX} files");
            return Err(Problem::new(Code::ExtendsDepth, 0..0, message));
        }
        Ok((real, name))
    }

    /// Reports what is wrong with a file as a whole.
    fn report_at_start(&mut self, source: SourceId, problem: Problem) {
        let name = format!("`{}`", self.sources.get(source).name);
        self.diagnostics.push(problem.at(&name, &Origin::new(source, 0..0)));
    }
}

/// Puts `over` on top of `base`: tables merge key by key, everything else replaces.
fn merge(base: &mut Node, over: Node, diagnostics: &mut Diagnostics) {
    let Node { value, origin } = over;
    match (&mut base.value, value) {
        (Value::Table(merged), Value::Table(table)) => {
            base.origin = origin;
            for entry in table {
                match merged.entry_mut(&entry.key) {
                    Some(present) => {
                        if is_empty_table(&entry.node) && !is_empty_table(&present.node) {
                            let key = write::excerpt(&entry.key);
                            let message = format!("`{key}` has nothing in it here, and stays what it was");
                            let warning = Diagnostic::warning(Code::NoEffect, &entry.key_origin, message);
                            let warning = warning.related(&present.key_origin, "what it was");
                            diagnostics.push(warning.help(NOTHING_IS_REMOVED));
                        }
                        present.key_origin = entry.key_origin;
                        merge(&mut present.node, entry.node, diagnostics);
                    }
                    None => merged.set(entry),
                }
            }
        }
        (_, value) => *base = Node { value, origin },
    }
}

fn is_json_file(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".json")
}

/// What to do where a table without keys was to take those of a base away.
const NOTHING_IS_REMOVED: &str = "tables merge, and nothing of a file that is extended is removed: give its keys other values, or \
                                  move it into the files that need it";

fn is_empty_table(node: &Node) -> bool {
    node.as_table().is_some_and(|table| table.is_empty())
}

/// A table with nothing in it, at a place.
pub(super) fn empty_table(origin: &Origin) -> Node {
    Node { value: Value::Table(Table::default()), origin: origin.clone() }
}
