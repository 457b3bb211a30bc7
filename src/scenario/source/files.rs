//! Reading files with care: only regular files, of bounded size, of UTF-8 text, inside the scenario root.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use crate::spec::{Code, DataFile, DataFiles, Problem, SourceId, Sources, suggest};

/// The most bytes of a scenario file.
pub const SCENARIO_BYTES_MAX: u64 = 1 << 20;
/// The most bytes of a data file that a scenario names.
pub const DATA_BYTES_MAX: u64 = 64 << 20;

/// The most files among which one of a near name is looked for.
const FILES_COMPARED_MAX: usize = 1_000;

/// The text of a regular file of at most `bytes_max` bytes.
///
/// # Errors
/// A predicate for the message, such as "does not exist".
pub fn read_text(path: &Path, bytes_max: u64) -> Result<String, Problem> {
    let problem = |code, message: String| Problem::new(code, 0..0, message);
    let unreadable = |error: std::io::Error| problem(Code::Unreadable, io_message(&error));
    let metadata = fs::metadata(path).map_err(|error| {
        let is_absent = error.kind() == ErrorKind::NotFound;
        let near = is_absent.then(|| near_file(Path::new("."), path.to_str()?)).flatten();
        let help = near.map(|near| format!("did you mean `{near}`?"));
        help.into_iter().fold(unreadable(error), Problem::help)
    })?;
    if metadata.is_dir() {
        return Err(problem(Code::Unreadable, "is a folder, not a file".to_string()));
    }
    if !metadata.is_file() {
        return Err(problem(Code::Unreadable, "is not a regular file".to_string()));
    }
    // A file may grow after its size was asked for: the reader is bounded, not the answer trusted.
    read_stream(File::open(path).map_err(unreadable)?, bytes_max)
}

/// The text of a stream of at most `bytes_max` bytes.
///
/// # Errors
/// A predicate for the message, such as "is not UTF-8 text".
pub fn read_stream(stream: impl Read, bytes_max: u64) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    let read = stream.take(bytes_max + 1).read_to_end(&mut bytes);
    read.map_err(|error| Problem::new(Code::Unreadable, 0..0, io_message(&error)))?;
    if bytes.len() as u64 > bytes_max {
        let message = format!("is larger than its limit of {bytes_max} bytes");
        return Err(Problem::new(Code::TooLarge, 0..0, message));
    }
    String::from_utf8(bytes).map_err(|error| not_text(error.as_bytes(), error.utf8_error().valid_up_to()))
}

fn io_message(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "does not exist".to_string(),
        ErrorKind::PermissionDenied => "may not be read: permission denied".to_string(),
        _ => format!("cannot be read: {error}"),
    }
}

fn not_text(bytes: &[u8], at: usize) -> Problem {
    let line = bytes[..at].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let message = format!("is not UTF-8 text: byte 0x{:02x} at offset {at}, line {line}", bytes[at]);
    let problem = Problem::new(Code::NotText, 0..0, message);
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => problem.help("it looks like UTF-16: save it as UTF-8"),
        bytes if bytes.contains(&0) => problem.help("it looks like a binary file"),
        _ => problem.help("save it as UTF-8"),
    }
}

/// The folder that no path of the scenario at `path` may leave.
pub fn scenario_root(path: &Path, given: Option<&Path>) -> PathBuf {
    // Without the file itself there is nothing to protect; the absence is reported when it is read.
    let file = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let own = file.parent().unwrap_or(Path::new("")).to_path_buf();
    if let Some(root) = given {
        return root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    }
    let named = own.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "scenarios"));
    named.map_or(own.clone(), Path::to_path_buf)
}

/// The real path of a file that `written` names, relative to `folder`.
///
/// # Errors
/// If it does not exist or lies outside `root`.
pub fn resolve(folder: &Path, written: &str, root: &Path) -> Result<PathBuf, Problem> {
    let problem = |code, message: String| Problem::new(code, 0..written.len(), message);
    let joined = folder.join(written);
    let outside = |path: &Path| !path.starts_with(root);
    let refuse = || {
        problem(Code::OutsideRoot, format!("leads out of the scenario root `{}`", root.display()))
            .help("move the file inside, or name a wider folder with --root")
    };
    // Say "outside" also of what does not exist there.
    let folder_real = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    if outside(&tidy(&folder_real.join(written))) {
        return Err(refuse());
    }
    let real = joined.canonicalize().map_err(|error| {
        let problem = problem(Code::Unreadable, io_message(&error));
        if error.kind() != ErrorKind::NotFound {
            return problem;
        }
        match near_file(folder, written) {
            Some(near) => problem.did_you_mean(Some(&near)),
            None => problem
                .help("a path starts at the folder of the file that names it: no such file exists there"),
        }
    })?;
    // A link inside may still lead outside.
    if outside(&real) { Err(refuse()) } else { Ok(real) }
}

/// The path, as one writes it, of the file beside the one that `written` would name whose name is nearest.
fn near_file(folder: &Path, written: &str) -> Option<String> {
    let (before, name) = written.rsplit_once('/').map_or(("", written), |(before, name)| (before, name));
    let entries = fs::read_dir(folder.join(before)).ok()?.take(FILES_COMPARED_MAX);
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    // Folders are read in any order.
    names.sort_unstable();
    let near = suggest::closest(name, names.iter().map(String::as_str))?;
    Some(if before.is_empty() { near.to_owned() } else { format!("{before}/{near}") })
}

/// The path without `.` and `..` where the text alone tells.
pub fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidy.components().next_back(), Some(Component::Normal(_))) => {
                tidy.pop();
            }
            Component::ParentDir | Component::Normal(_) | Component::RootDir | Component::Prefix(_) => {
                tidy.push(component);
            }
        }
    }
    tidy
}

/// The data files of a loaded scenario: each is looked up relative to the file that names it.
pub struct ScenarioFiles {
    folders: Vec<(SourceId, PathBuf)>,
    /// Where paths of `--set` start: the folder of the scenario itself.
    first: Option<PathBuf>,
    root: Option<PathBuf>,
    taken: RefCell<Vec<DataFile>>,
}

impl ScenarioFiles {
    /// The folders of the sources.
    pub fn new(sources: &Sources, root: Option<PathBuf>) -> ScenarioFiles {
        let folders: Vec<(SourceId, PathBuf)> =
            sources.iter().filter_map(|(id, source)| Some((id, source.folder.clone()?))).collect();
        let first = folders.first().map(|(_, folder)| folder.clone());
        ScenarioFiles { folders, first, root, taken: RefCell::default() }
    }
}

impl DataFiles for ScenarioFiles {
    fn read(&self, named_in: SourceId, path: &str) -> Result<String, Problem> {
        let own = self.folders.iter().find(|(id, _)| *id == named_in).map(|(_, folder)| folder);
        let (Some(folder), Some(root)) = (own.or(self.first.as_ref()), &self.root) else {
            return crate::spec::NoDataFiles.read(named_in, path);
        };
        let text = read_text(&resolve(folder, path, root)?, DATA_BYTES_MAX)?;
        let mut taken = self.taken.borrow_mut();
        let of_path = taken.iter().filter(|file| file.path == path);
        let reading = of_path.map(|file| file.readings.len() as u32).sum();
        match taken.iter_mut().find(|file| file.path == path && file.text == text) {
            Some(file) => file.readings.push(reading),
            None => {
                let (path, text) = (path.to_owned(), text.clone());
                taken.push(DataFile { path, text, readings: vec![reading] });
            }
        }
        Ok(text)
    }

    fn taken(&self) -> Vec<DataFile> {
        self.taken.borrow().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_their_detours() {
        assert_eq!(tidy(Path::new("scenarios/a/./../base.toml")), Path::new("scenarios/base.toml"));
        assert_eq!(tidy(Path::new("../../x.toml")), Path::new("../../x.toml"));
    }

    #[test]
    fn an_absent_file_is_told_with_the_nearest_name() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        fs::write(temporary.path().join("quickstart.toml"), "x").expect("writable");
        let help = |name: &str| read_text(&temporary.path().join(name), 1).expect_err("it is absent").help;
        let near = temporary.path().join("quickstart.toml");
        assert_eq!(help("quickstrat.toml"), [format!("did you mean `{}`?", near.display())]);
        assert_eq!(help("x"), [""; 0]);
    }

    #[test]
    fn the_root_is_the_nearest_folder_named_scenarios() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let top = temporary.path().canonicalize().expect("exists");
        fs::create_dir_all(top.join("scenarios/deep")).expect("writable");
        fs::write(top.join("scenarios/deep/a.toml"), "x").expect("writable");
        fs::write(top.join("b.toml"), "x").expect("writable");
        assert_eq!(scenario_root(&top.join("scenarios/deep/a.toml"), None), top.join("scenarios"));
        assert_eq!(scenario_root(&top.join("b.toml"), None), top);
        assert_eq!(scenario_root(&top.join("scenarios/deep/a.toml"), Some(&top)), top);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_cannot_lead_outside() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let top = temporary.path().canonicalize().expect("exists");
        fs::create_dir_all(top.join("scenarios")).expect("writable");
        fs::write(top.join("secret"), "x").expect("writable");
        std::os::unix::fs::symlink(top.join("secret"), top.join("scenarios/link")).expect("writable");
        let root = top.join("scenarios");
        assert_eq!(resolve(&root, "link", &root).expect_err("outside").code, Code::OutsideRoot);
        assert_eq!(resolve(&root, "../absent", &root).expect_err("outside").code, Code::OutsideRoot);
        assert_eq!(resolve(&root, "absent", &root).expect_err("absent").code, Code::Unreadable);
    }
}
