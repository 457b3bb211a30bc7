//! A disk for tests, which counts what is done to it and fails when it is told to.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use super::{Disk, Sink};

/// Which steps fail; the first one is 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum When {
    /// None.
    Never,
    /// The n-th alone.
    Once(usize),
    /// The n-th, and all after it.
    Onwards(usize),
    /// Of the n-th and all after it those that take room on a disk.
    Full(usize),
}

/// What is done to a disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum What {
    Create,
    CreateFolder,
    Exists,
    Flush,
    Link,
    Lock,
    Open,
    Remove,
    Rename,
    Write,
}

impl What {
    fn takes_room(self) -> bool {
        match self {
            What::Create | What::CreateFolder | What::Flush | What::Link | What::Lock | What::Write => true,
            What::Exists | What::Open | What::Remove | What::Rename => false,
        }
    }
}

/// A step that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Step {
    pub what: What,
    /// The file or folder; of a rename both.
    pub paths: Vec<PathBuf>,
}

/// The steps taken so far.
#[derive(Debug)]
struct Steps {
    when: When,
    kind: ErrorKind,
    taken: usize,
    failed: Vec<Step>,
}

/// The machine's disk, with failures.
#[derive(Clone)]
pub(crate) struct Failing {
    steps: Arc<Mutex<Steps>>,
    /// Whether there are links.
    pub links: bool,
}

impl Failing {
    pub fn new(when: When, kind: ErrorKind) -> Failing {
        let steps = Steps { when, kind, taken: 0, failed: Vec::new() };
        Failing { steps: Arc::new(Mutex::new(steps)), links: true }
    }

    fn steps(&self) -> MutexGuard<'_, Steps> {
        self.steps.lock().expect("nothing panics while it is held")
    }

    /// How many steps were taken.
    pub fn taken(&self) -> usize {
        self.steps().taken
    }

    /// The steps that failed.
    pub fn failed(&self) -> Vec<Step> {
        self.steps().failed.clone()
    }

    /// Counts what is written to `file`, and flushed, as steps of a file at `path`.
    pub fn file(&self, path: &Path, file: Box<dyn Write>) -> Box<dyn Write> {
        Box::new(FailingFile { disk: self.clone(), path: path.to_owned(), file })
    }

    fn step(&self, what: What, paths: &[&Path]) -> io::Result<()> {
        let mut steps = self.steps();
        let number = steps.taken;
        steps.taken += 1;
        let fails = match steps.when {
            When::Never => false,
            When::Once(one) => number == one,
            When::Onwards(first) => number >= first,
            When::Full(first) => number >= first && what.takes_room(),
        };
        if !fails {
            return Ok(());
        }
        steps.failed.push(Step { what, paths: paths.iter().map(|path| path.to_path_buf()).collect() });
        Err(steps.kind.into())
    }
}

/// A file of a [`Failing`] disk: half of what is written last is there when it fails for good.
struct FailingFile {
    disk: Failing,
    path: PathBuf,
    file: Box<dyn Write>,
}

impl Write for FailingFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if let Err(error) = self.disk.step(What::Write, &[&self.path]) {
            if error.kind() != ErrorKind::Interrupted {
                self.file.write_all(&buffer[..buffer.len() / 2])?;
            }
            return Err(error);
        }
        self.file.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.disk.step(What::Flush, &[&self.path])?;
        self.file.flush()
    }
}

impl Sink for Failing {
    fn create(&self, path: &Path) -> io::Result<Box<dyn Write>> {
        self.step(What::Create, &[path])?;
        Ok(self.file(path, Disk.create(path)?))
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn Write>> {
        self.step(What::Create, &[path])?;
        Ok(self.file(path, Disk.create_new(path)?))
    }

    fn lock(&self, path: &Path) -> io::Result<File> {
        self.step(What::Lock, &[path])?;
        Disk.lock(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        self.step(What::Open, &[path])?;
        Disk.open(path)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.step(What::CreateFolder, &[path])?;
        Disk.create_folder(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step(What::Rename, &[from, to])?;
        Disk.rename(from, to)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.step(What::Remove, &[path])?;
        Disk.remove_folder(path)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.step(What::Remove, &[path])?;
        Disk.remove_file(path)
    }

    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.step(What::Exists, &[path])?;
        Disk.exists(path)
    }

    fn link(&self, target: &Path, path: &Path) -> io::Result<()> {
        if !self.links {
            return Err(ErrorKind::Unsupported.into());
        }
        self.step(What::Link, &[path])?;
        Disk.link(target, path)
    }
}
