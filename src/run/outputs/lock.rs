//! Locks: of several programs that fill one folder at once, one goes on and the others say so.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::sink::{At, OutputError, Sink};

/// While it lives, no other program has the lock of this name. The system takes it back from a program that dies.
pub struct Lock<'a> {
    sink: &'a dyn Sink,
    path: PathBuf,
    _file: File,
}

impl<'a> Lock<'a> {
    /// Takes the lock `parent/name.lock`.
    ///
    /// # Errors
    /// If another program has it ([`io::ErrorKind::WouldBlock`]), or the file system fails.
    pub fn take(sink: &'a dyn Sink, parent: &Path, name: &str) -> Result<Lock<'a>, OutputError> {
        let path = parent.join(format!("{name}.lock"));
        sink.create_folder(parent).at(parent)?;
        match sink.lock(&path) {
            Ok(file) => Ok(Lock { sink, path, _file: file }),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let message =
                    "another seedbed is at work on the same runs; wait for it, or use another --out";
                Err(io::Error::new(io::ErrorKind::WouldBlock, message)).at(&path)
            }
            Err(error) => Err(error).at(&path),
        }
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        // A file that stays is no lock any more: it is the open file that counts.
        let _ = self.sink.remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::run::outputs::Disk;

    #[test]
    fn a_lock_has_one_holder_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let lock = Lock::take(&Disk, folder.path(), "sweep").expect("it is free");
        let other = Lock::take(&Disk, folder.path(), "sweep").err().expect("it is taken");
        assert_eq!(other.source.kind(), io::ErrorKind::WouldBlock);
        Lock::take(&Disk, folder.path(), "other").expect("another name is free");
        drop(lock);
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0);
        Lock::take(&Disk, folder.path(), "sweep").expect("it is free again");
    }
}
