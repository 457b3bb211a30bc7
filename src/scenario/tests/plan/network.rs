//! Networks: matrices of delays and the regions in them.

use super::*;

/// The first line of what is said of a CSV matrix.
fn matrix_message(matrix: &str) -> String {
    let scenario = "schema = 1\nduration = \"1s\"\nsystem.kv.type = \"raft\"\nnetwork.regions = \"m.csv\"\n";
    let folder = Folder::new(&[("scenarios/a.toml", scenario), ("scenarios/m.csv", matrix)]);
    let mut loaded = folder.load("scenarios/a.toml");
    check_all(&mut loaded);
    shown(&loaded).lines().next().unwrap_or_default().to_string()
}

#[test]
fn a_matrix_of_delays_is_complete_and_well_formed() {
    let header = "from,to,one_way\n";
    assert_eq!(matrix_message(&format!("{header}a,a,1ms\na,b,2ms\nb,a,2ms\nb,b,1ms\n")), "");
    for (lines, message) in [
        ("", "has no regions"),
        ("a,a\n", "has 2 values in line 2, not 3"),
        ("a,a,1ms\na,a,40\n", "has in line 3 a delay `40` that needs a unit: 40 could be ms or s"),
        ("a,a,-4ms\n", "has in line 2 a delay `-4ms` that is negative, and a duration is never"),
        ("a,a,1ms\na,b,2ms\n", "lacks the pair b to a"),
        ("a,a,1ms\na,a,2ms\n", "gives the pair a to a twice: again in line 3"),
        (",a,1ms\n", "lacks the name of a region in line 2"),
    ] {
        assert_eq!(matrix_message(&format!("{header}{lines}")), format!("error[S037]: `m.csv` {message}"));
    }
    let message = "error[S037]: `m.csv` does not begin with the header `from,to,one_way`";
    assert_eq!(matrix_message("a,b,40ms\n"), message);
    // Few lines with many names must not cost the square of the names.
    let many: String = (0..4_000).map(|n| format!("a{n},b{n},1ms\n")).collect();
    assert_eq!(matrix_message(&format!("{header}{many}")), "error[S037]: `m.csv` lacks the pair a0 to a0");
}

#[test]
fn the_regions_of_a_matrix_can_be_named_and_no_others() {
    let scenario = "schema = 1\nduration = \"1s\"\nnetwork.regions = \"m.csv\"\n\
                    system.kv = { type = \"raft\", nodes = [\"eu\", \"us\", \"ue\"] }\n";
    let matrix = "from,to,one_way\neu,eu,1ms\neu,us,40ms\nus,eu,41ms\nus,us,1ms\n";
    let folder = Folder::new(&[("scenarios/a.toml", scenario), ("scenarios/m.csv", matrix)]);
    let mut loaded = folder.load("scenarios/a.toml");
    check_all(&mut loaded);
    let shown = shown(&loaded);
    assert!(shown.contains("error[S050]: there is no region `ue`\n"), "{shown}");
    assert!(shown.contains("the scenario has `eu` or `us`"), "{shown}");
}

#[test]
fn a_matrix_that_cannot_be_read_keeps_the_code_of_its_reason() {
    for (path, message) in [
        ("absent.csv", "error[S001]: `absent.csv` does not exist"),
        ("../../x.csv", "error[S009]: `../../x.csv` leads out of the scenario root"),
        ("/dev/zero", "error[S009]: `/dev/zero` leads out of the scenario root"),
        ("awz", "error[S050]: there is no network `awz`"),
        ("binary.csv", "error[S003]: `binary.csv` is not UTF-8 text"),
    ] {
        let scenario = format!(
            "schema = 1\nduration = \"1s\"\nsystem.kv = {{ type = \"raft\", nodes = [\"mars\"] }}\nnetwork.regions = \"{path}\"\n"
        );
        let folder = Folder::new(&[("scenarios/a.toml", &scenario)]);
        folder.write("scenarios/binary.csv", b"from,to\xff\0");
        let mut loaded = folder.load("scenarios/a.toml");
        check_all(&mut loaded);
        let shown = shown(&loaded);
        assert!(shown.starts_with(message), "{shown}");
        // Whether a region exists cannot be told without the matrix.
        assert_eq!(loaded.diagnostics.error_count(), 1, "{shown}");
    }
}
