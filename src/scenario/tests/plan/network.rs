//! Networks: matrices of delays and the regions in them.

use super::*;

/// The first line of what is said of a CSV matrix.
fn matrix_message(matrix: &str) -> String {
    let scenario = "schema = 1\nduration = \"1s\"\nsystem.kv = { type = \"raft\", nodes = [\"a\"] }\nnetwork.regions = \"m.csv\"\n";
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
        ("a,a,1ms\na,b,2ms\n", "lacks the pairs b to a, b to b"),
        ("a,a,1ms\na,b,2ms\nb,a,2ms\n", "lacks the pair b to b"),
        ("a,a,1ms\na,a,2ms\n", "gives the pair a to a twice: again in line 3"),
        (",a,1ms\n", "lacks the name of a region in line 2"),
    ] {
        assert_eq!(matrix_message(&format!("{header}{lines}")), format!("error[S037]: `m.csv` {message}"));
    }
    for (header, message) in [
        ("a,b,40ms\n", "has the columns `a,b,40ms`, and not those of a matrix, `from,to,one_way`"),
        (
            "from,to,delay_ms\na,a,1\n",
            "has the columns `from,to,delay_ms`, and not those of a matrix, `from,to,one_way`: for `delay_ms` write `delay`",
        ),
        ("\n", "has no header, and not those of a matrix, `from,to,one_way`"),
    ] {
        assert_eq!(matrix_message(header), format!("error[S037]: `m.csv` {message}"));
    }
    // Few lines with many names must not cost the square of the names.
    let many: String = (0..4_000).map(|n| format!("a{n},b{n},1ms\n")).collect();
    let said = matrix_message(&format!("{header}{many}"));
    assert!(said.starts_with("error[S037]: `m.csv` lacks the pairs a0 to a0, a0 to a1, a0 to b1,"), "{said}");
    assert!(said.ends_with("a0 to a10 and 63995980 more"), "{said}");
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

const FIBRES: &str = "from,to,delay\nLyon,Turin,2ms\nTurin,Milan,1ms\nLyon,Milan,4ms\nMilan,Como,1ms\n";

/// What is said of a scenario with this network and this fault.
fn said(network: &str, fault: &str) -> String {
    let scenario = format!(
        "schema = 1\nduration = \"9s\"\nsystem.kv = {{ type = \"raft\", nodes = [\"Lyon\"] }}\n[network]\n{network}\n{fault}\n"
    );
    let islands = "from,to,delay\nLyon,Turin,2ms\nCorte,Bastia,1ms\n";
    let unplaced = "graph { Lyon -- Turin [delay=\"1ms\"]\nTurin -- Como\nComo -- Zug }";
    let folder = Folder::new(&[
        ("scenarios/a.toml", &scenario),
        ("scenarios/fibres.csv", FIBRES),
        ("scenarios/islands.csv", islands),
        ("scenarios/unplaced.dot", unplaced),
        ("scenarios/broken.dot", "graph {\n  Lyon -- ]\n}"),
        ("scenarios/fibres.json", "{}"),
    ]);
    let mut loaded = folder.load("scenarios/a.toml");
    check_all(&mut loaded);
    shown(&loaded)
}

fn cut(target: &str) -> String {
    format!("[fault.cut]\nat = \"1s\"\ndo = \"cut-link\"\ntarget = \"{target}\"")
}

#[test]
fn what_a_topology_lacks_is_explained() {
    let csv = "regions = \"fibres.csv\"";
    assert_eq!(said(csv, ""), "");
    for (network, message, help) in [
        (
            "regions = \"islands.csv\"",
            "warning[S070]: in `islands.csv` nothing leads from `Lyon` to `Corte`\n",
            "no-route",
        ),
        (
            "regions = \"unplaced.dot\"",
            "warning[S070]: 2 links of `unplaced.dot` have no delay, and there are no coordinates of `Turin`, `Como`, `Zug`: \
             they are left out, and so are the sites `Como`, `Zug`\n",
            "fill = \"5ms\"",
        ),
        (
            "regions = \"broken.dot\"",
            "error[S037]: `broken.dot:2:11`: `]` where a node should be\n",
            "seedbed explain topology",
        ),
        (
            "regions = \"fibres.json\"",
            "error[S037]: nobody can tell what `fibres.json` holds\n",
            "`.graphml`",
        ),
        (
            "regions = \"aws\"\nfill = \"1ms\"",
            "error[S018]: `fill` is of topologies, and this network is a matrix\n",
            "remove",
        ),
        (
            "regions = \"fibres.csv\"\nlink = [{ from = \"Lyon\", to = \"Turin\" }]",
            "error[S012]: a link that differs lacks its `delay`\n",
            "line of its own",
        ),
    ] {
        let said = said(network, "");
        assert!(said.contains(message) && said.contains(help), "{said}");
    }
    assert_eq!(said("regions = \"unplaced.dot\"\nfill = \"5ms\"", ""), "");
}

#[test]
fn a_cut_is_of_a_fibre_that_there_is() {
    let csv = "regions = \"fibres.csv\"";
    for good in ["fibre Lyon--Turin", "fibre  Turin -- Lyon ", "fibre any"] {
        assert_eq!(said(csv, &cut(good)), "", "{good}");
    }
    for (network, target, message, help) in [
        (csv, "fibre Lyon--Turim", "error[S050]: there is no region `Turim`\n", "did you mean `Turin`?"),
        (
            csv,
            "fibre Turin--Como",
            "error[S052]: there is no fibre between `Turin` and `Como`\n",
            "`Lyon--Turin` or `Turin--Milan`",
        ),
        (csv, "kv.1", "error[S052]: `kv.1` is no fibre\n", "write for example \"fibre Lyon--Turin\""),
        (
            "regions = \"lan\"",
            "fibre any",
            "error[S052]: a cut-link strikes fibres, and this network has none",
            "topology",
        ),
        (
            "regions = \"unplaced.dot\"",
            "fibre Turin--Como",
            "error[S050]: the region `Como` is left out of the topology: it has no coordinates\n",
            "fill = \"5ms\"",
        ),
    ] {
        let said = said(network, &cut(target));
        assert!(said.contains(message) && said.contains(help), "{said}");
    }
    let crash = cut("fibre Lyon--Turin").replace("cut-link", "crash");
    let said_of_crash = said(csv, &crash);
    assert!(
        said_of_crash.contains("`fibre Lyon--Turin` is a fibre, and not nodes or links"),
        "{said_of_crash}"
    );
    let nothing = "[fault.cut]\nat = \"1s\"\ndo = \"cut-link\"";
    let said_of_nothing = said(csv, nothing);
    assert!(said_of_nothing.contains("what does the cut-link strike?"), "{said_of_nothing}");
}

#[test]
fn a_mistake_in_the_network_hides_only_what_its_places_decide() {
    let rest = "system.kv = { type = \"raft\", nodes = [\"eu-west-1\", \"moon\"] }\n\
                workload.w = { target = \"kw\", arrival = \"poisson(1/s)\", region = \"eu-west-1\" }\n";
    let said = planned(&format!(
        "network = {{ regions = \"aws\", uplink = \"1Gbit\", default = {{ loss = 5 }} }}\n{rest}"
    ));
    let found: Vec<&str> = said.lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(
        found,
        [
            "error[S021]: `uplink` has an unknown unit `Gbit`",
            "error[S022]: `loss` needs its unit `%`",
            "error[S050]: there is no region `moon`",
            "error[S050]: there is no system `kw`",
        ],
        "{said}"
    );
    // Where the places themselves cannot be read, nobody knows what stands where.
    let said = planned(&format!("network = {{ regions = 5 }}\n{rest}"));
    assert_eq!(said.lines().filter(|line| line.starts_with("error")).count(), 1, "{said}");
}
