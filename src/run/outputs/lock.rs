//! Locks: of several programs that fill one folder at once, one goes on and the others say so.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::sink::{At, OutputError};

/// While it lives, no other program has the lock of this name. The system takes it back from a program that dies.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock `parent/name.lock`.
    ///
    /// # Errors
    /// If another program has it ([`io::ErrorKind::WouldBlock`]), or the file system fails.
    pub fn take(parent: &Path, name: &str) -> Result<Lock, OutputError> {
        let path = parent.join(format!("{name}.lock"));
        fs::create_dir_all(parent).at(parent)?;
        let file = File::options().create(true).append(true).open(&path).at(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { path, _file: file }),
            Err(TryLockError::Error(error)) => Err(error).at(&path),
            Err(TryLockError::WouldBlock) => {
                let message =
                    "another seedbed is at work on the same runs; wait for it, or use another --out";
                Err(io::Error::new(io::ErrorKind::WouldBlock, message)).at(&path)
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A file that stays is no lock any more: it is the open file that counts.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_has_one_holder_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let lock = Lock::take(folder.path(), "sweep").expect("it is free");
        let other = Lock::take(folder.path(), "sweep").expect_err("it is taken");
        assert_eq!(other.source.kind(), io::ErrorKind::WouldBlock);
        Lock::take(folder.path(), "other").expect("another name is free");
        drop(lock);
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0);
        Lock::take(folder.path(), "sweep").expect("it is free again");
    }
}
