//! Charts can be read, in full width and as narrow as a column of print; as PNG they are the same bytes in debug, in release and on every
//! machine.

use std::fmt::Write;
use std::path::Path;

use super::*;
use seedbed::report::charts::Width;
use seedbed::report::raster::{picture, texts};
use seedbed::report::stored::{StoredChart, from_json};
use seedbed::run::figures::figures;

/// A run with every chart that a run can have, and with faults shaded on them.
const SCENARIO: &str = "scenarios/consensus/broken-link.toml";

/// `SEEDBED_BLESS=1` rewrites them: when results, charts, fonts or what packs the bytes change. Look at the pictures then.
#[test]
fn digests_of_pictures_are_those_committed() {
    let executed = run(first_run(Path::new(SCENARIO), Limits::default()));
    let mut found = String::new();
    for figure in figures(&executed.prepared, &executed.recording) {
        let picture = picture(&figure.input.to_svg(Width::FULL)).expect("it is not too high");
        assert!(picture.missing.is_empty(), "{}: {:?}", figure.name, picture.missing);
        let digest = blake3::hash(&picture.png).to_hex();
        writeln!(found, "{} {} {}", figure.name, picture.png.len(), &digest[..16])
            .expect("a string takes any text");
    }
    let golden = root().join("tests/golden/pictures.txt");
    if std::env::var_os("SEEDBED_BLESS").is_some() {
        std::fs::write(&golden, &found).expect("the golden file can be written");
    }
    let committed = std::fs::read_to_string(&golden).expect("the golden file is there");
    assert_eq!(found, committed, "pictures changed");
}

/// Of a chart that is 85 mm wide in print a pixel is 0.6 points.
const POINTS: f32 = 0.6;

/// What of a chart cannot be read: texts beyond its edges, over each other, or smaller than 7 points in print.
fn illegible(chart: &StoredChart) -> Vec<String> {
    let mut found = Vec::new();
    for width in [Width::FULL, Width::millimetres(85.0)] {
        let (texts, (right, bottom)) = texts(&chart.input.to_svg(width));
        let at = format!("{} at {} pixels", chart.name, width.pixels());
        for (i, text) in texts.iter().enumerate() {
            let [from_left, from_top, to_right, to_bottom] = text.edges;
            if from_left < 0.0 || from_top < 0.0 || to_right > right || to_bottom > bottom {
                found.push(format!("{at}: `{}` is clipped: {:?}", text.content, text.edges));
            }
            if text.size * POINTS < 7.0 {
                found.push(format!("{at}: `{}` has {} pixels", text.content, text.size));
            }
            for other in texts[..i].iter().filter(|other| other.overlaps(text)) {
                found.push(format!("{at}: `{}` lies over `{}`", text.content, other.content));
            }
        }
    }
    found
}

/// Holds that every text of these charts can be read.
pub fn assert_legible(of: &Path, charts: &[StoredChart]) {
    let found: Vec<String> = charts.iter().flat_map(illegible).collect();
    assert!(found.is_empty(), "{}:\n{}", of.display(), found.join("\n"));
}

/// The charts of the runs, sweeps and comparisons in the folder that `SEEDBED_OUTPUTS` names.
#[test]
fn charts_of_stored_outputs_can_be_read() {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.is_dir() && !path.is_symlink() {
                collect(&path, found);
            } else if path.file_name().is_some_and(|name| name == "charts.json") {
                found.push(path);
            }
        }
    }
    let Some(folder) = std::env::var_os("SEEDBED_OUTPUTS") else { return };
    let mut files = Vec::new();
    collect(Path::new(&folder), &mut files);
    assert!(!files.is_empty(), "there are charts in {}", Path::new(&folder).display());
    for file in files {
        let charts = from_json(&std::fs::read(&file).expect("readable")).expect("it is a file of charts");
        assert_legible(&file, &charts);
    }
}
