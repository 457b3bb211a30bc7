//! Charts as PNG are the same bytes in debug, in release and on every machine.

use std::fmt::Write;
use std::path::Path;

use super::*;
use seedbed::report::raster::picture;
use seedbed::run::figures::figures;

/// A run with every chart that a run can have, and with faults shaded on them.
const SCENARIO: &str = "scenarios/consensus/broken-link.toml";

/// `SEEDBED_BLESS=1` rewrites them: when results, charts, fonts or what packs the bytes change. Look at the pictures then.
#[test]
fn digests_of_pictures_are_those_committed() {
    let executed = run(first_run(Path::new(SCENARIO), Limits::default()));
    let mut found = String::new();
    for figure in figures(&executed.prepared, &executed.recording) {
        let picture = picture(&figure.svg).expect("it is not too high");
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
