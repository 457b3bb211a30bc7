//! Writes down what a hunt found.

use std::path::{Component, Path, PathBuf};

use serde_json::json;

use super::{Kept, MINIMAL};
use crate::cli::internal::quoted;
use crate::cli::{Exit, Failure};
use crate::hunt::{Pursued, Violation};
use crate::run::drawing::Charts;
use crate::run::execute::Executed;
use crate::run::outputs::{CAPSULE, Disk, OutputError, REPORT, Sink, run_id, write_file};
use crate::run::product::{self, Origin, Wanted};
use crate::scenario::resolved;
use crate::spec::Node;
use crate::systems::Custom;

/// Holds that results can be written, before anything is simulated.
pub(super) fn check_writable(folder: &Path) -> Result<(), Failure> {
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    let write = || {
        Disk.create_folder(folder)?;
        Disk.create(&probe)?;
        Disk.remove_file(&probe)
    };
    write().map_err(|error| {
        let message = format!("{}: results cannot be written: {error}", folder.display());
        Failure::new(Exit::InputOutput, message).help("nothing was run; --out names another folder")
    })
}

/// Writes a failure down: the capsule last, so that it is there only with the rest.
pub(super) fn keep<X: Custom>(
    program: &str,
    pursued: Pursued<X>,
    document: &Node,
    home: &Path,
    others: Vec<Violation>,
) -> Result<Kept, Failure> {
    let Pursued { capsule, minimal, run, resolved: own, seed } = pursued;
    let id = run_id(&resolved(document, None), capsule.seed, &[]);
    let folder = home.join(format!("hunt-{id}-{}", capsule.check.kind));
    let write = || -> Result<(), OutputError> {
        for input in &capsule.inputs {
            // One that leads out of the folder cannot be put there; the capsule has it in any case.
            let path = Path::new(&input.path);
            let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
            if is_inside {
                write_file(&Disk, &folder.join(path), input.text.as_bytes())?;
            }
        }
        write_file(&Disk, &folder.join(MINIMAL), minimal.as_bytes())?;
        write_file(&Disk, &folder.join(CAPSULE), capsule.json().as_bytes())
    };
    // From the folder of the page, which lies in the capsule's.
    let reproduce = format!("{} repro ../{CAPSULE}", quoted(program));
    let page = write()
        .and_then(|()| write_page(&run, own, reproduce, &folder))
        .map_err(|error| Failure::new(Exit::InputOutput, error.to_string()))?;
    Ok(Kept { capsule, minimal, seed, folder, page, others })
}

/// Writes the run of the least scenario as any other run is, with the diagram of its last moments; returns its page.
fn write_page<X: Custom>(
    run: &Executed<X>,
    resolved: String,
    reproduce: String,
    folder: &Path,
) -> Result<PathBuf, OutputError> {
    let (overrides, params, host) = (Vec::new(), Vec::new(), json!({}));
    let origin = Origin { resolved, overrides, params, reproduce, cut: None, host };
    let facts = run.facts(&origin);
    let wanted = Wanted { parent: folder, charts: Charts::Svg, per_request: true, trace: None };
    product::write(run, &facts, &origin, &product::usual(run), wanted, &Disk)?;
    Ok(folder.join(facts.run_id()).join(REPORT))
}
