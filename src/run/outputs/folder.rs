//! Folders that are there whole or not at all.
//!
//! A folder is filled under the name `<name>.partial`, each of its files under a temporary name first. The manifest comes
//! last, and then the folder gets its own name. Where that name is taken already, what was made must equal what is
//! there: nothing is ever overwritten.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::document::write_json;
use super::sink::{At, OutputError, Sink};

/// The name of the file that says what a folder holds.
pub const MANIFEST: &str = "manifest.json";

/// What a file holds, in short.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FileDigest {
    /// Its length.
    pub bytes: u64,
    /// Its BLAKE3 hash, in hexadecimal.
    pub blake3: String,
}

/// A folder being filled.
pub struct Folder<'a> {
    sink: &'a dyn Sink,
    done: PathBuf,
    partial: PathBuf,
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
    /// It was there, and what was made now equals it byte for byte.
    Verified {
        /// Where it is.
        folder: PathBuf,
        /// Files that it lacked and has now.
        added: Vec<String>,
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
}

impl<'a> Folder<'a> {
    /// Begins to fill `parent/name`. What an interrupted run left half done there goes.
    ///
    /// # Errors
    /// If the file system fails.
    pub fn begin(sink: &'a dyn Sink, parent: &Path, name: &str) -> Result<Self, OutputError> {
        let folder = Folder::resume(sink, parent, name)?;
        sink.remove_folder(&folder.partial).at(&folder.partial)?;
        sink.create_folder(&folder.partial).at(&folder.partial)?;
        Ok(folder)
    }

    /// Goes on filling `parent/name` beside what an interrupted run left there: for folders of whole folders.
    ///
    /// # Errors
    /// If the file system fails.
    pub fn resume(sink: &'a dyn Sink, parent: &Path, name: &str) -> Result<Self, OutputError> {
        let partial = parent.join(format!("{name}.partial"));
        sink.create_folder(&partial).at(&partial)?;
        Ok(Folder { sink, done: parent.join(name), partial, files: BTreeMap::new() })
    }

    /// Where it is being filled.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// The files written so far.
    pub fn files(&self) -> &BTreeMap<String, FileDigest> {
        &self.files
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
        let digest = self.put(name, fill)?;
        let replaced = self.files.insert(name.to_owned(), digest);
        assert!(replaced.is_none(), "{name} is written twice");
        Ok(())
    }

    fn put(
        &self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<FileDigest, OutputError> {
        let path = self.partial.join(name);
        let parent = path.parent().expect("a file lies in a folder");
        self.sink.create_folder(parent).at(parent)?;
        let temporary = self.partial.join(format!("{name}.tmp"));
        let written = self.sink.create(&temporary).and_then(|file| {
            let mut out = BufWriter::new(Digesting { file, hash: blake3::Hasher::new(), bytes: 0 });
            fill(&mut out)?;
            let mut out = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            out.flush()?;
            Ok(FileDigest { bytes: out.bytes, blake3: out.hash.finalize().to_hex().to_string() })
        });
        if written.is_err() {
            // What matters is the first error; a leftover lies in a folder named partial.
            let _ = self.sink.remove_file(&temporary);
        }
        let digest = written.at(&path)?;
        self.sink.rename(&temporary, &path).at(&path)?;
        Ok(digest)
    }

    /// Writes the manifest, which is `facts` with the digests of all files, and `host` apart, and gives the folder
    /// its name; or, if that is taken, compares.
    ///
    /// # Errors
    /// If the file system fails. What stood there before is then as it was, but for files it may have lacked.
    pub fn finish(self, facts: &impl Serialize, host: &Value) -> Result<Finished, OutputError> {
        self.put_manifest(facts, &self.files, host)?;
        if !self.sink.exists(&self.done).at(&self.done)? {
            self.sink.rename(&self.partial, &self.done).at(&self.done)?;
            return Ok(Finished::Written { folder: self.done });
        }
        let (mut differing, mut lacking) = (Vec::new(), Vec::new());
        for (name, digest) in &self.files {
            match self.digest_of(&self.done.join(name))? {
                None => lacking.push(name.clone()),
                Some(theirs) if theirs != *digest => differing.push(name.clone()),
                Some(_) => {}
            }
        }
        let theirs = self.read_manifest()?;
        if theirs.as_ref().map(digested) != Some(digested(&to_value(facts))) {
            differing.push(MANIFEST.to_owned());
        }
        if !differing.is_empty() {
            return self.keep_apart(differing);
        }
        if !lacking.is_empty() {
            self.add(&lacking, facts, theirs.as_ref(), host)?;
        }
        self.sink.remove_folder(&self.partial).at(&self.partial)?;
        Ok(Finished::Verified { folder: self.done, added: lacking })
    }

    fn put_manifest(
        &self,
        facts: &impl Serialize,
        files: &BTreeMap<String, FileDigest>,
        host: &Value,
    ) -> Result<(), OutputError> {
        let manifest = Manifest { facts, files, host };
        self.put(MANIFEST, |out| write_json(out, &manifest)).map(|_| ())
    }

    /// Leaves what stands there alone, and what was made now beside it.
    fn keep_apart(self, files: Vec<String>) -> Result<Finished, OutputError> {
        let mut name = self.done.file_name().expect("a folder has a name").to_owned();
        name.push(".differs");
        let other = self.done.with_file_name(name);
        self.sink.remove_folder(&other).at(&other)?;
        self.sink.rename(&self.partial, &other).at(&other)?;
        Ok(Finished::Differs { folder: self.done, other, files })
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
            if let Some(digest) = self.digest_of(&self.done.join(name))? {
                files.insert(name.clone(), digest);
            }
        }
        self.put_manifest(facts, &files, host)?;
        let (from, to) = (self.partial.join(MANIFEST), self.done.join(MANIFEST));
        self.sink.rename(&from, &to).at(&to)
    }

    /// The manifest of the folder that stands there; `None` if it has none that can be read as JSON.
    fn read_manifest(&self) -> Result<Option<Value>, OutputError> {
        let path = self.done.join(MANIFEST);
        if !self.sink.exists(&path).at(&path)? {
            return Ok(None);
        }
        let mut text = Vec::new();
        self.sink.open(&path).and_then(|mut file| file.read_to_end(&mut text)).at(&path)?;
        Ok(serde_json::from_slice(&text).ok())
    }

    fn digest_of(&self, path: &Path) -> Result<Option<FileDigest>, OutputError> {
        if !self.sink.exists(path).at(path)? {
            return Ok(None);
        }
        let mut sum = Digesting { file: Box::new(io::sink()), hash: blake3::Hasher::new(), bytes: 0 };
        self.sink.open(path).and_then(|mut file| io::copy(&mut file, &mut sum)).at(path)?;
        Ok(Some(FileDigest { bytes: sum.bytes, blake3: sum.hash.finalize().to_hex().to_string() }))
    }
}

/// Makes `outputs/latest` lead to `target`, a folder below `outputs`: a relative link, so that `outputs` can be moved,
/// or a text file where there are no links.
///
/// # Errors
/// If the file system fails.
pub fn point_latest(sink: &dyn Sink, outputs: &Path, target: &Path) -> Result<(), OutputError> {
    let (latest, temporary) = (outputs.join("latest"), outputs.join(".latest.tmp"));
    let target = target.strip_prefix(outputs).unwrap_or(target);
    sink.create_folder(outputs).at(outputs)?;
    sink.remove_file(&temporary).at(&temporary)?;
    if sink.link(target, &temporary).is_err() {
        let line = format!("{}\n", target.display());
        let write = |mut file: Box<dyn Write>| file.write_all(line.as_bytes()).and_then(|()| file.flush());
        sink.create(&temporary).and_then(write).at(&temporary)?;
    }
    sink.rename(&temporary, &latest).at(&latest)
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

struct Digesting {
    file: Box<dyn Write>,
    hash: blake3::Hasher,
    bytes: u64,
}

impl Write for Digesting {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.hash.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
