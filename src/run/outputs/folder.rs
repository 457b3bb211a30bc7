//! Folders that are there whole or not at all.
//!
//! A folder is filled under a name of its own, `<name>.<process>-<count>.partial`, so that two programs can make the same
//! run at once; each of its files under a temporary name first. The manifest comes last, and then the folder gets its
//! name. Where that is taken already, what was made must equal what is there: nothing is ever overwritten. What is worth
//! keeping of a run that was cut short becomes `<name>.partial`.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use serde_json::Value;

use super::REPORT;
use super::digest::{Digesting, FileDigest};
use super::document::write_json;
use super::pages::differ_by_command;
use super::sink::{At, OutputError, Sink, read};

/// The name of the file that says what a folder holds.
pub const MANIFEST: &str = "manifest.json";
/// The name of the file that stands in its place in a folder of what was cut short.
pub const PARTIAL: &str = "partial.json";

/// A folder being filled. Dropped before it is finished or kept, it goes, unless it can be resumed.
pub struct Folder<'a> {
    sink: &'a dyn Sink,
    done: PathBuf,
    /// The name for what is not finished.
    kept: PathBuf,
    /// Where it is being filled.
    partial: PathBuf,
    /// Whether it is of no use where it is being filled.
    is_litter: bool,
    files: BTreeMap<String, FileDigest>,
}

/// What became of a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finished {
    /// It is new.
    Written {
        /// Where it is.
        folder: PathBuf,
    },
    /// It was there, and what was made now equals it byte for byte; but for the command that its page names.
    Verified {
        /// Where it is.
        folder: PathBuf,
        /// Files that it lacked and has now.
        added: Vec<String>,
        /// Whether its page names another command, and was kept.
        keeps_page: bool,
    },
    /// It was there and is untouched, but what was made now differs.
    Differs {
        /// Where it is.
        folder: PathBuf,
        /// Where what was made now is.
        other: PathBuf,
        /// The files that differ.
        files: Vec<String>,
    },
    /// It is not finished, and kept as what it is.
    Partial {
        /// Where it is.
        folder: PathBuf,
    },
}

impl Finished {
    /// Where what was made lies.
    ///
    /// # Errors
    /// If something else was there already: a sentence that says where `now`, such as `what was compared now`, is.
    pub fn into_folder(self, now: &str) -> Result<PathBuf, String> {
        match self {
            Finished::Written { folder }
            | Finished::Verified { folder, .. }
            | Finished::Partial { folder } => Ok(folder),
            Finished::Differs { folder, other, files } => {
                let (folder, other) = (folder.display(), other.display());
                Err(format!(
                    "{folder} was there already and differs in {}; {now} is in {other}",
                    files.join(", ")
                ))
            }
        }
    }
}

impl<'a> Folder<'a> {
    /// Begins to fill `parent/name`, apart from everybody else.
    ///
    /// # Errors
    /// If the file system fails.
    pub fn begin(sink: &'a dyn Sink, parent: &Path, name: &str) -> Result<Self, OutputError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let own = parent.join(format!("{name}.{process}-{count}.partial"));
        // A process that was killed may have left a folder under a number that came round again.
        sink.remove_folder(&own).at(&own)?;
        Folder::fill(sink, parent, name, own)
    }

    /// Goes on filling `parent/name` beside what an interrupted run left in `parent/name.partial`: for folders of whole
    /// folders. Whoever calls it holds a [`super::Lock`].
    ///
    /// # Errors
    /// If the file system fails.
    pub fn resume(sink: &'a dyn Sink, parent: &Path, name: &str) -> Result<Self, OutputError> {
        Folder::fill(sink, parent, name, parent.join(format!("{name}.partial")))
    }

    fn fill(sink: &'a dyn Sink, parent: &Path, name: &str, partial: PathBuf) -> Result<Self, OutputError> {
        sink.create_folder(&partial).at(&partial)?;
        let kept = parent.join(format!("{name}.partial"));
        let is_litter = partial != kept;
        Ok(Folder { sink, done: parent.join(name), kept, partial, is_litter, files: BTreeMap::new() })
    }

    /// Whether it is filled apart from what an interrupted run left.
    fn is_apart(&self) -> bool {
        self.partial != self.kept
    }

    /// Where it is being filled.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// The files written so far.
    pub fn files(&self) -> &BTreeMap<String, FileDigest> {
        &self.files
    }

    /// Removes files and folders that an earlier attempt may have left here.
    ///
    /// # Errors
    /// If the file system fails.
    pub fn discard(&self, files: &[&str], folders: &[&str]) -> Result<(), OutputError> {
        for file in files.iter().map(|name| self.partial.join(name)) {
            self.sink.remove_file(&file).at(&file)?;
        }
        for folder in folders.iter().map(|name| self.partial.join(name)) {
            self.sink.remove_folder(&folder).at(&folder)?;
        }
        Ok(())
    }

    /// Writes a file, whole or not at all. `name` may lead into folders within, by `/`.
    ///
    /// # Errors
    /// If the file system fails, or `fill` does.
    pub fn write(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        self.write_unless(name, |out| fill(out).map(ControlFlow::Continue)).map(|_| ())
    }

    /// Writes a file, whole or not at all, unless `fill` breaks off: then there is none.
    ///
    /// # Errors
    /// If the file system fails, or `fill` does.
    pub fn write_unless(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<ControlFlow<()>>,
    ) -> Result<ControlFlow<()>, OutputError> {
        let Some(digest) = self.put(name, fill)? else { return Ok(ControlFlow::Break(())) };
        let replaced = self.files.insert(name.to_owned(), digest);
        assert!(replaced.is_none(), "{name} is written twice");
        Ok(ControlFlow::Continue(()))
    }

    fn put(
        &self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<ControlFlow<()>>,
    ) -> Result<Option<FileDigest>, OutputError> {
        let path = self.partial.join(name);
        let parent = path.parent().expect("a file lies in a folder");
        self.sink.create_folder(parent).at(parent)?;
        let temporary = self.partial.join(format!("{name}.tmp"));
        let written = self.sink.create(&temporary).and_then(|file| {
            let mut out = BufWriter::new(Digesting::new(file));
            let filled = fill(&mut out);
            if !matches!(filled, Ok(ControlFlow::Continue(()))) {
                // What is still held back goes nowhere.
                let _ = out.into_parts();
                return filled.map(|_| None);
            }
            let mut out = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            out.flush()?;
            let digest = out.digest();
            drop(out);
            self.sink.rename(&temporary, &path)?;
            Ok(Some(digest))
        });
        if !matches!(written, Ok(Some(_))) {
            // What matters is the first error; a leftover lies in a folder named partial.
            let _ = self.sink.remove_file(&temporary);
        }
        written.at(&path)
    }

    /// Writes the manifest, which is `facts` with the digests of all files, and `host` apart, and gives the folder
    /// its name; or, if that is taken, compares.
    ///
    /// # Errors
    /// If the file system fails. What stood there before is then as it was, but for files it may have lacked.
    pub fn finish(mut self, facts: &impl Serialize, host: &Value) -> Result<Finished, OutputError> {
        self.put_manifest(facts, &self.files, host)?;
        let marker = self.partial.join(PARTIAL);
        self.sink.remove_file(&marker).at(&marker)?;
        if self.take_name()? {
            self.is_litter = false;
            self.forget_kept()?;
            return Ok(Finished::Written { folder: self.done.clone() });
        }
        let theirs = self.read_manifest()?;
        let listed = |name: &str| theirs.as_ref().map_or(&Value::Null, |theirs| &theirs["files"][name]);
        let is_listed = |name: &str| !listed(name).is_null();
        let (mut differing, mut lacking, mut page) = (Vec::new(), Vec::new(), None);
        for (name, digest) in &self.files {
            match FileDigest::of(self.sink, &self.done.join(name))? {
                None => lacking.push(name.clone()),
                // A page is for people: it names the command too, and the same scenario may have come from elsewhere. One that
                // was changed since is no page of this run.
                Some(theirs)
                    if theirs != *digest
                        && name == REPORT
                        && to_value(&theirs) == *listed(name)
                        && self.names_another_command()? =>
                {
                    page = Some(theirs);
                }
                Some(theirs) if theirs != *digest => differing.push(name.clone()),
                // It came later, and then the manifest could not be written.
                Some(_) if !is_listed(name) => lacking.push(name.clone()),
                Some(_) => {}
            }
        }
        if theirs.as_ref().map(digested) != Some(digested(&to_value(facts))) {
            differing.push(MANIFEST.to_owned());
        }
        if !differing.is_empty() {
            return self.keep_apart(differing);
        }
        let keeps_page = page.is_some();
        self.files.extend(page.map(|page| (REPORT.to_owned(), page)));
        if !lacking.is_empty() {
            self.add(&lacking, facts, theirs.as_ref(), host)?;
        }
        self.sink.remove_folder(&self.partial).at(&self.partial)?;
        self.is_litter = false;
        self.forget_kept()?;
        Ok(Finished::Verified { folder: self.done.clone(), added: lacking, keeps_page })
    }

    /// Writes `partial.json`, which says like a manifest what the folder holds, and keeps the folder as
    /// `<name>.partial`, in place of what may be there.
    ///
    /// # Errors
    /// If the file system fails.
    pub fn keep(mut self, facts: &impl Serialize, host: &Value) -> Result<Finished, OutputError> {
        let marker = Manifest { facts, files: &self.files, host };
        self.put(PARTIAL, |out| write_json(out, &marker).map(ControlFlow::Continue))?;
        // An earlier attempt may have come as far as that, and no further.
        self.discard(&[MANIFEST], &[])?;
        if self.is_apart() {
            let kept = self.kept.clone();
            self.take_place(&kept)?;
        }
        Ok(Finished::Partial { folder: self.kept.clone() })
    }

    /// Gives the folder the name `place`; what had it goes, but only then.
    fn take_place(&mut self, place: &Path) -> Result<(), OutputError> {
        let old = self.partial.with_extension("old.partial");
        let is_taken = self.sink.exists(place).at(place)?;
        if is_taken {
            self.sink.rename(place, &old).at(place)?;
        }
        let taken = self.sink.rename(&self.partial, place);
        if taken.is_err() && is_taken {
            // What matters is the first error; the old one stays all the same, under a name that says what it is.
            let _ = self.sink.rename(&old, place);
        }
        taken.at(place)?;
        self.is_litter = false;
        if is_taken { self.sink.remove_folder(&old).at(&old) } else { Ok(()) }
    }

    /// Gives the folder its name, unless that is taken.
    fn take_name(&self) -> Result<bool, OutputError> {
        if self.sink.exists(&self.done).at(&self.done)? {
            return Ok(false);
        }
        match self.sink.rename(&self.partial, &self.done) {
            Ok(()) => Ok(true),
            // Another program may have come first.
            Err(_) if self.sink.exists(&self.done).at(&self.done)? => Ok(false),
            Err(error) => Err(error).at(&self.done),
        }
    }

    /// What an interrupted run left is worth nothing beside the finished one.
    fn forget_kept(&self) -> Result<(), OutputError> {
        if self.is_apart() { self.sink.remove_folder(&self.kept).at(&self.kept) } else { Ok(()) }
    }

    fn put_manifest(
        &self,
        facts: &impl Serialize,
        files: &BTreeMap<String, FileDigest>,
        host: &Value,
    ) -> Result<(), OutputError> {
        let manifest = Manifest { facts, files, host };
        self.put(MANIFEST, |out| write_json(out, &manifest).map(ControlFlow::Continue)).map(|_| ())
    }

    /// Leaves what stands there alone, and what was made now beside it.
    fn keep_apart(mut self, files: Vec<String>) -> Result<Finished, OutputError> {
        let mut name = self.done.file_name().expect("a folder has a name").to_owned();
        name.push(".differs");
        let other = self.done.with_file_name(name);
        self.take_place(&other)?;
        Ok(Finished::Differs { folder: self.done.clone(), other, files })
    }

    /// Moves files that the finished folder lacks into it, and gives it a manifest that lists both.
    fn add(
        &self,
        lacking: &[String],
        facts: &impl Serialize,
        theirs: Option<&Value>,
        host: &Value,
    ) -> Result<(), OutputError> {
        for name in lacking {
            let (from, to) = (self.partial.join(name), self.done.join(name));
            let parent = to.parent().expect("a file lies in a folder");
            self.sink.create_folder(parent).at(parent)?;
            self.sink.rename(&from, &to).at(&to)?;
        }
        let mut files = self.files.clone();
        let listed = theirs.and_then(|theirs| theirs.get("files")).and_then(Value::as_object);
        for name in
            listed.into_iter().flat_map(|listed| listed.keys()).filter(|&name| !self.files.contains_key(name))
        {
            if let Some(digest) = FileDigest::of(self.sink, &self.done.join(name))? {
                files.insert(name.clone(), digest);
            }
        }
        self.put_manifest(facts, &files, host)?;
        let (from, to) = (self.partial.join(MANIFEST), self.done.join(MANIFEST));
        self.sink.rename(&from, &to).at(&to)
    }

    /// Whether the page that stands there differs from the one made now in the command that it names, and in nothing else.
    fn names_another_command(&self) -> Result<bool, OutputError> {
        let page = |folder: &Path| read(self.sink, &folder.join(REPORT));
        let (theirs, ours) = (page(&self.done)?, page(&self.partial)?);
        Ok(theirs.zip(ours).is_some_and(|(theirs, ours)| differ_by_command(&theirs, &ours)))
    }

    /// The manifest of the folder that stands there; `None` if it has none that can be read as JSON.
    fn read_manifest(&self) -> Result<Option<Value>, OutputError> {
        let text = read(self.sink, &self.done.join(MANIFEST))?;
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
    }
}

impl Drop for Folder<'_> {
    fn drop(&mut self) {
        if self.is_litter {
            // Nobody is left to tell, and what stays has a name that says what it is.
            let _ = self.sink.remove_folder(&self.partial);
        }
    }
}

/// Makes `outputs/latest` lead to `target`, a folder below `outputs`: a relative link, so that `outputs` can be moved,
/// or a text file where there are no links. What `latest` was before it stays until then.
///
/// # Errors
/// If the file system fails.
pub fn point_latest(sink: &dyn Sink, outputs: &Path, target: &Path) -> Result<(), OutputError> {
    // Other programs may do the same at once.
    let temporary = outputs.join(format!(".latest.{}.tmp", std::process::id()));
    let latest = outputs.join("latest");
    let target = target.strip_prefix(outputs).unwrap_or(target);
    sink.create_folder(outputs).at(outputs)?;
    sink.remove_file(&temporary).at(&latest)?;
    let linked = match sink.link(target, &temporary) {
        Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) => {
            let line = format!("{}\n", target.display());
            let write =
                |mut file: Box<dyn Write>| file.write_all(line.as_bytes()).and_then(|()| file.flush());
            sink.create(&temporary).and_then(write)
        }
        linked => linked,
    };
    let pointed = linked.and_then(|()| sink.rename(&temporary, &latest));
    if pointed.is_err() {
        // What matters is the first error.
        let _ = sink.remove_file(&temporary);
    }
    pointed.at(&latest)
}

#[derive(Serialize)]
struct Manifest<'a, F> {
    #[serde(flatten)]
    facts: &'a F,
    files: &'a BTreeMap<String, FileDigest>,
    host: &'a Value,
}

/// What of a manifest must be equal for equal runs, its files apart.
fn digested(manifest: &Value) -> Value {
    let mut manifest = manifest.clone();
    if let Some(fields) = manifest.as_object_mut() {
        fields.remove("host");
        fields.remove("files");
    }
    manifest
}

fn to_value(facts: &impl Serialize) -> Value {
    serde_json::to_value(facts).expect("facts are plain data with text keys")
}
