//! What files hold, in short: their lengths and hashes.

use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::sink::{At, OutputError, Sink};

/// What a file holds, in short.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FileDigest {
    /// Its length.
    pub bytes: u64,
    /// Its BLAKE3 hash, in hexadecimal.
    pub blake3: String,
}

impl FileDigest {
    /// Of the file at `path`; `None` if there is none.
    pub(in crate::run) fn of(sink: &dyn Sink, path: &Path) -> Result<Option<FileDigest>, OutputError> {
        if !sink.exists(path).at(path)? {
            return Ok(None);
        }
        let mut sum = Digesting::new(Box::new(io::sink()));
        sink.open(path).and_then(|mut file| io::copy(&mut file, &mut sum)).at(path)?;
        Ok(Some(sum.digest()))
    }
}

/// A file that is hashed as it is written.
pub(super) struct Digesting {
    file: Box<dyn Write>,
    hash: blake3::Hasher,
    bytes: u64,
}

impl Digesting {
    pub(super) fn new(file: Box<dyn Write>) -> Digesting {
        Digesting { file, hash: blake3::Hasher::new(), bytes: 0 }
    }

    /// Of all that was written.
    pub(super) fn digest(&self) -> FileDigest {
        FileDigest { bytes: self.bytes, blake3: self.hash.finalize().to_hex().to_string() }
    }
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
