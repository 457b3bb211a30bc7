//! Sinks: where files go. A disk in earnest; in tests one that fails at every step in turn.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// An input or output that failed, and where.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct OutputError {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Names the place of an error.
pub(super) trait At<T> {
    fn at(self, path: &Path) -> Result<T, OutputError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T, OutputError> {
        self.map_err(|source| OutputError { path: path.to_owned(), source })
    }
}

/// Where files go. Each method does what the function of that name in `std::fs` does, but where it says otherwise.
#[expect(clippy::missing_errors_doc, reason = "every method fails as the file system does")]
pub trait Sink: Sync {
    /// A new file, or an old one emptied.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Write>>;
    /// A new file; [`io::ErrorKind::AlreadyExists`] if something stands there.
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Write>>;
    /// A file, made unless it is there, that is locked while it is open; [`io::ErrorKind::WouldBlock`] if another
    /// program has the lock.
    fn lock(&self, path: &Path) -> io::Result<File>;
    /// A file to read.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>>;
    /// A folder and those above it, unless they are there.
    fn create_folder(&self, path: &Path) -> io::Result<()>;
    /// Gives a file or folder another name; a file of that name is replaced.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a folder and all in it, unless there is none.
    fn remove_folder(&self, path: &Path) -> io::Result<()>;
    /// Removes a file or a link, unless there is none.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Whether something stands there.
    fn exists(&self, path: &Path) -> io::Result<bool>;
    /// Makes `path` a link to `target`, which is relative to the folder of `path`.
    fn link(&self, target: &Path, path: &Path) -> io::Result<()>;
}

/// The machine's disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Sink for Disk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(File::create(path)?))
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(File::create_new(path)?))
    }

    fn lock(&self, path: &Path) -> io::Result<File> {
        let file = File::options().create(true).append(true).open(path)?;
        file.try_lock()?;
        Ok(file)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(File::open(path)?))
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        unless_missing(fs::remove_dir_all(path))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        unless_missing(fs::remove_file(path))
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        path.try_exists()
    }

    #[cfg(unix)]
    fn link(&self, target: &Path, path: &Path) -> io::Result<()> {
        std::os::unix::fs::symlink(target, path)
    }

    #[cfg(not(unix))]
    fn link(&self, _: &Path, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// All of a file; `None` if there is none.
pub(super) fn read(sink: &dyn Sink, path: &Path) -> Result<Option<Vec<u8>>, OutputError> {
    if !sink.exists(path).at(path)? {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    sink.open(path).and_then(|mut file| file.read_to_end(&mut bytes)).at(path)?;
    Ok(Some(bytes))
}

/// Writes a file that is not there yet, whole or not at all.
///
/// # Errors
/// If something stands there ([`io::ErrorKind::AlreadyExists`]), which then stays as it is, or the file system fails.
pub fn write_new(sink: &dyn Sink, path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    let mut file = sink.create_new(path).at(path)?;
    let written = file.write_all(bytes).and_then(|()| file.flush());
    drop(file);
    if written.is_err() {
        // It is ours, and half of it helps nobody; what matters is the first error.
        let _ = sink.remove_file(path);
    }
    written.at(path)
}

/// Writes a file, whole or not at all, and the folders above it; one that was there is replaced.
///
/// # Errors
/// If the file system fails; a file that was there before then still is.
pub fn write_file(sink: &dyn Sink, path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    if let Some(parent) = path.parent().filter(|parent| *parent != Path::new("")) {
        sink.create_folder(parent).at(parent)?;
    }
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    let write = |mut file: Box<dyn Write>| file.write_all(bytes).and_then(|()| file.flush());
    let written = sink.create(&temporary).and_then(write).and_then(|()| sink.rename(&temporary, path));
    if written.is_err() {
        // What matters is the first error.
        let _ = sink.remove_file(&temporary);
    }
    written.at(path)
}

fn unless_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
