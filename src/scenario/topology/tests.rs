//! What readers make of good files, and what they say of bad ones.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::kernel::Duration;
use crate::net::Sites;
use crate::net::{Bandwidth, Profile};

fn drawn(format: Format, text: &str) -> Drawn {
    let survey = read(format, text).unwrap_or_else(|mistake| panic!("{}", mistake.within("x")));
    survey.draw(None).unwrap_or_else(|mistake| panic!("{}", mistake.within("x")))
}

fn mistake(format: Format, text: &str) -> String {
    let drawn = read(format, text).and_then(|survey| survey.draw(None));
    drawn.expect_err("a mistake").within("x")
}

fn sites(drawn: Drawn) -> Sites {
    Sites::of_topology(drawn.topology, Profile::default())
}

fn delay(sites: &Sites, from: &str, to: &str) -> Option<Duration> {
    let find =
        |name: &str| sites.find(name).unwrap_or_else(|| panic!("no site {name} among {:?}", sites.names()));
    sites.delay(find(from), find(to))
}

/// A GraphML file with these nodes and edges.
fn graphml(inside: &str) -> String {
    let key = |id: &str, of: &str| {
        format!("<key id=\"{id}\" for=\"{of}\" attr.name=\"{id}\" attr.type=\"string\"/>\n")
    };
    let nodes = ["label", "Latitude", "Longitude"].map(|id| key(id, "node")).concat();
    let edges = ["delay", "delay_ms", "bandwidth", "loss", "LinkSpeedRaw", "LinkSpeed", "LinkSpeedUnits"];
    let edges = edges.map(|id| key(id, "edge")).concat();
    format!("<graphml>\n{nodes}{edges}<graph edgedefault=\"undirected\">\n{inside}\n</graph></graphml>\n")
}

fn node(id: &str, label: &str) -> String {
    format!("<node id=\"{id}\"><data key=\"label\">{label}</data></node>\n")
}

fn edge(from: &str, to: &str, data: &[(&str, &str)]) -> String {
    let data: String =
        data.iter().map(|(key, value)| format!("<data key=\"{key}\">{value}</data>")).collect();
    format!("<edge source=\"{from}\" target=\"{to}\">{data}</edge>\n")
}

#[test]
fn graphml_has_names_delays_and_speeds() {
    let text = graphml(
        &[
            node("0", "Lyon"),
            node("1", "Caf\u{e9} &amp; Bar"),
            node("2", ""),
            edge("0", "1", &[("delay", "2.5ms"), ("LinkSpeedRaw", "2500000000.0")]),
            edge(
                "1",
                "2",
                &[("delay_ms", "4"), ("LinkSpeed", "155"), ("LinkSpeedUnits", "M"), ("loss", "1%")],
            ),
            edge("2", "2", &[("delay", "1ms")]),
        ]
        .concat(),
    );
    let drawn = drawn(Format::GraphMl, &text);
    assert_eq!(drawn.topology.names(), ["Lyon", "Caf\u{e9} & Bar", "2"]);
    assert_eq!(drawn.topology.ducts().len(), 2, "a loop is no link");
    let speeds: Vec<_> = drawn.topology.fibres().iter().map(|fibre| fibre.bandwidth).collect();
    let speed = |bits| Some(Bandwidth::from_bits_per_second(bits));
    assert_eq!(speeds, [speed(2_500_000_000), speed(2_500_000_000), speed(155_000_000), speed(155_000_000)]);
    let sites = sites(drawn);
    assert_eq!(delay(&sites, "Lyon", "2"), Some(Duration::from_micros(6_500)));
    assert_eq!(delay(&sites, "2", "2"), Some(Duration::from_micros(50)), "within a site");
}

#[test]
fn sites_of_one_name_are_told_apart_by_their_ids() {
    let text = graphml(&[node("0", "Paris"), node("1", "Lyon"), node("7", "Paris")].concat());
    assert_eq!(drawn(Format::GraphMl, &text).topology.names(), ["Paris (0)", "Lyon", "Paris (7)"]);
    let text = graphml(&[node("0", "Paris"), node("1", "Paris (7)"), node("7", "Paris")].concat());
    assert_eq!(mistake(Format::GraphMl, &text), "`x:15:1`: a site called `Paris (7)`, as the one of line 14");
}

#[test]
fn links_without_a_delay_are_left_out_or_filled() {
    let place = "<data key=\"Latitude\">45</data><data key=\"Longitude\">5</data>";
    let placed = |id: &str| format!("<node id=\"{id}\">{place}</node>\n");
    let text = graphml(
        &[
            placed("a"),
            placed("b"),
            node("c", "C"),
            node("d", "D"),
            edge("a", "b", &[]),
            edge("b", "c", &[]),
            edge("c", "d", &[]),
            edge("d", "a", &[("delay", "3ms")]),
        ]
        .concat(),
    );
    let out = drawn(Format::GraphMl, &text);
    assert_eq!((out.links_without_delay, out.unplaced), (2, vec!["C".to_owned(), "D".to_owned()]));
    assert_eq!(out.sites_left_out, ["C"], "another link leads to D");
    assert_eq!(out.topology.names(), ["a", "b", "D"]);
    let filled =
        read(Format::GraphMl, &text).expect("valid").draw(Some(Duration::from_millis(1))).expect("valid");
    assert_eq!(filled.sites_left_out, [""; 0]);
    let sites = sites(filled);
    assert_eq!(delay(&sites, "a", "C"), Some(Duration::from_millis(1)), "a and b lie in one place");
    assert_eq!(delay(&sites, "a", "D"), Some(Duration::from_millis(2)));
}

#[test]
fn directed_edges_lead_one_way() {
    let edges = [edge("0", "1", &[("delay", "1ms")]), edge("1", "2", &[("delay", "1ms")])].concat();
    let edges = edges.replace("<edge source=\"1\"", "<edge directed=\"true\" source=\"1\"");
    let text = graphml(&[node("0", "A"), node("1", "B"), node("2", "C"), edges].concat());
    let sites = sites(drawn(Format::GraphMl, &text));
    assert_eq!(delay(&sites, "A", "C"), Some(Duration::from_millis(2)));
    assert_eq!(delay(&sites, "C", "A"), None);
}

#[test]
fn mistakes_in_graphml_have_their_places() {
    let sites = [node("0", "A"), node("1", "B")].concat();
    let with = |more: &str| graphml(&format!("{sites}{more}"));
    let edge = |data: &[(&str, &str)]| with(&edge("0", "1", data));
    for (text, message) in [
        (
            "<graphml><graph>".to_owned(),
            "`x:1:1`: not XML that can be read: the root node was opened but never closed",
        ),
        ("<gexf/>".to_owned(), "`x:1:1`: the file is XML, but no GraphML: it begins with <gexf>"),
        ("<graphml/>".to_owned(), "`x`: the file has no <graph>"),
        (graphml(""), "`x`: the topology has no sites"),
        (with("<edge source=\"0\" target=\"9\"/>"), "`x:15:1`: a link to `9`, which is no site of this file"),
        (with("<edge source=\"0\"/>"), "`x:15:1`: an <edge> without `target`"),
        (with(&node("1", "C")), "`x:15:1`: a second site `1`"),
        (with("<hyperedge/>"), "`x:15:1`: a <hyperedge>: links join two sites each"),
        (
            with("<node id=\"2\"><data key=\"speed\">1</data></node>"),
            "`x:15:14`: a <data> of `speed`, which is no <key>",
        ),
        (
            with("<node id=\"2\"><graph/></node>"),
            "`x:15:1`: a <node> that holds a graph of its own has no place",
        ),
        (
            with("<node id=\"2\"><data key=\"Latitude\">north</data></node>"),
            "`x:15:14`: `latitude` is `north`, and not a number from -90 to 90",
        ),
        (
            with("<node id=\"2\"><data key=\"Latitude\">45</data></node>"),
            "`x:15:14`: a site with a latitude lacks its longitude",
        ),
        (
            edge(&[("delay", "5")]),
            "`x:15:29`: `delay` is `5`, which needs a unit: 5 could be ms or s (write \"5ms\" or \"5s\")",
        ),
        (
            edge(&[("delay", "1ms"), ("delay_ms", "1")]),
            "`x:15:57`: both `delay` and `delay_ms` give the delay of the link",
        ),
        (
            edge(&[("LinkSpeedRaw", "fast")]),
            "`x:15:29`: `linkspeedraw` is `fast`, which is no speed of a link",
        ),
        (
            edge(&[("bandwidth", "0bit/s")]),
            "`x:15:29`: `bandwidth` is `0bit/s`: a link that carries nothing is no link",
        ),
    ] {
        assert_eq!(mistake(Format::GraphMl, &text), message, "{text}");
    }
}

#[test]
fn xml_that_means_harm_is_refused_at_once() {
    // A billion laughs: entities of entities.
    let laughs = "<!DOCTYPE g [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><graphml>&b;</graphml>";
    assert!(
        mistake(Format::GraphMl, laughs).contains("not XML that can be read"),
        "{}",
        mistake(Format::GraphMl, laughs)
    );
    let deep = "<a>".repeat(400_000);
    assert!(mistake(Format::GraphMl, &deep).contains("not XML that can be read"));
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert!(mistake(Format::GraphMl, &deep).contains("begins with <a>"));
    let wide = "<a/>".repeat(XML_WIDE);
    assert!(
        mistake(Format::GraphMl, &format!("<graphml>{wide}</graphml>")).contains("not XML that can be read")
    );
    assert_eq!(mistake(Format::GraphMl, &" ".repeat(BYTES_MAX + 1)), "`x`: a topology of more than 8 MiB");
    let many: String = (0..=SITES_MAX).map(|id| node(&id.to_string(), "")).collect();
    assert!(mistake(Format::GraphMl, &graphml(&many)).ends_with("more than 1000 sites"));
}

const XML_WIDE: usize = 1_000_001;

#[test]
fn dot_has_chains_defaults_and_comments() {
    let text = r#"
/* A ring. */
strict graph "my net" {
    layout = neato; // drawn so
# a line of the preprocessor
    node [shape=box]
    edge [bandwidth="1Gbit/s"; delay="1ms"]
    a [label="Aix \"en\" Provence", lat=43.53, lon=5.45]
    "b c" [lat=-43.7 lon=7.27]
    a -- "b c" -- d [delay="2ms"]
    d -- a
}
"#;
    let drawn = drawn(Format::Dot, text);
    assert_eq!(drawn.topology.names(), ["Aix \"en\" Provence", "b c", "d"]);
    let delays: Vec<_> = drawn.topology.fibres().iter().map(|fibre| fibre.delay.0 / 1_000_000).collect();
    assert_eq!(delays, [2, 2, 2, 2, 1, 1]);
    let gigabit = Some(Bandwidth::from_bits_per_second(1_000_000_000));
    assert!(drawn.topology.fibres().iter().all(|fibre| fibre.bandwidth == gigabit));
    let one_way = sites(super::tests::drawn(Format::Dot, "digraph { a -> b [latency=\"1ms\"] }"));
    assert_eq!(
        (delay(&one_way, "a", "b"), delay(&one_way, "b", "a")),
        (Some(Duration::from_millis(1)), None)
    );
}

#[test]
fn mistakes_in_dot_have_their_places() {
    for (text, message) in [
        ("", "`x:1:1`: the end of the file where `graph` or `digraph` should be"),
        ("graph {\n  a -> b\n}", "`x:2:5`: the edges of a graph are written `--`"),
        ("digraph { a -- b }", "`x:1:13`: the edges of a digraph are written `->`"),
        ("graph { a -- }", "`x:1:14`: `}` where a node should be"),
        ("graph { a -- b [delay] }", "`x:1:22`: `]` where `=` should be"),
        (
            "graph { a -- b [delay=3] }",
            "`x:1:23`: `delay` is `3`, which needs a unit: 3 could be ms or s (write \"3ms\" or \"3s\")",
        ),
        (
            "graph { subgraph x { a } }",
            "`x:1:9`: a subgraph has no meaning in a topology: write its nodes and edges",
        ),
        ("graph { a:n -- b }", "`x:1:10`: a port has no meaning in a topology"),
        ("graph { a [label=<b>] }", "`x:1:18`: HTML has no meaning in a topology: write a quoted string"),
        ("graph { \"a }", "`x:1:9`: a quoted string that does not end"),
        ("graph { /* a }", "`x:1:9`: a comment that does not end"),
        (
            "graph { a; } graph { b }",
            "`x:1:14`: `graph` where nothing more: a topology is one graph should be",
        ),
        ("graph { a ! b }", "`x:1:11`: `!` has no meaning here"),
        ("graph { }", "`x`: the topology has no sites"),
    ] {
        assert_eq!(mistake(Format::Dot, text), message, "{text}");
    }
}

#[test]
fn a_list_of_links_is_told_by_its_header() {
    assert!(matrix::is_list_of_links("from,to,delay\n"));
    assert!(!matrix::is_list_of_links("from,to,one_way\n"));
    let text = "to,from,delay,loss,directed\nb,a,1ms,0.5%,false\nc,b,2ms,,\na,c,9ms,,true\n";
    let drawn = drawn(Format::Csv, text);
    assert_eq!(drawn.topology.names(), ["a", "b", "c"]);
    let sites = sites(drawn);
    assert_eq!(delay(&sites, "a", "c"), Some(Duration::from_millis(3)));
    assert_eq!(delay(&sites, "c", "a"), Some(Duration::from_millis(3)), "shorter than the one-way fibre");
    for (text, message) in [
        ("from,to,delays\n", "`x:1:3`: a list of links has no column `delays`, did you mean `delay`?"),
        ("from,to,loss\n", "`x`: a list of links lacks the column `delay`: it has `from,to,loss`"),
        ("source,to,delay\n", "`x:1:1`: a list of links has no column `source`, did you mean `from`?"),
        (
            "fibre,to,delay\n",
            "`x:1:1`: a list of links has no column `fibre`: its columns are from, to, delay, bandwidth, loss, directed",
        ),
        ("from,to,delay,to\n", "`x:1:4`: a second column `to`"),
        ("from,to,delay\na,b\n", "`x:2:1`: 2 values, not the 3 of the header"),
        (
            "from,to,delay\na,b,4\n",
            "`x:2:3`: `delay` is `4`, which needs a unit: 4 could be ms or s (write \"4ms\" or \"4s\")",
        ),
        ("from,to,delay\na,,4ms\n", "`x:2:2`: a link lacks the name of a site"),
        ("from,to,delay,directed\na,b,4ms,yes\n", "`x:2:4`: `directed` is `yes`, and not `true` or `false`"),
        ("from,to,delay\n", "`x`: the topology has no sites"),
    ] {
        assert_eq!(mistake(Format::Csv, text), message, "{text}");
    }
}

#[test]
fn measured_round_trips_make_a_matrix() {
    let text = "from,to,rtt_min_ms,rtt_avg_ms\na,a,0.1,0.2\na,b,1,3.001\nb,a,1,3\nb,b,0.1,0.2\n";
    let micros = |n| Duration::from_micros(n);
    let (names, delays) = matrix::read(text).expect("a matrix");
    assert_eq!(names, ["a", "b"]);
    assert_eq!(delays, [micros(100), Duration(1_500_500), micros(1_500), micros(100)]);
}

/// A file of the Internet Topology Zoo or of measurements, where it is at hand.
fn test_data(name: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("SEEDBED_TEST_DATA") else {
        println!("skipped: SEEDBED_TEST_DATA does not name the folder that holds {name}");
        return None;
    };
    let path = PathBuf::from(folder).join(name);
    Some(fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

#[test]
fn abilene_of_the_topology_zoo() {
    let Some(text) = test_data("topologies/Abilene.graphml") else { return };
    let drawn = drawn(Format::GraphMl, &text);
    assert_eq!((drawn.topology.names().len(), drawn.topology.ducts().len()), (11, 14));
    assert_eq!((drawn.links_without_delay, drawn.sites_left_out.len()), (0, 0));
    let sites = sites(drawn);
    // As the crow flies it is 3,865 km, which light in glass does in 19.3 ms; the fibres go through Denver, Kansas City,
    // Indianapolis and Chicago.
    let across = delay(&sites, "Seattle", "New York").expect("connected");
    assert!((23_000..24_000).contains(&(across.0 / 1_000)), "{across}");
}

#[test]
fn geant_of_the_topology_zoo_has_sites_that_nobody_placed() {
    let Some(text) = test_data("topologies/Geant2012.graphml") else { return };
    let out = drawn(Format::GraphMl, &text);
    assert_eq!(out.unplaced, ["UA", "MD", "BY"]);
    assert_eq!(out.sites_left_out, out.unplaced);
    assert_eq!((out.links_without_delay, out.topology.names().len()), (3, 37));
    let gigabits = |n: u64| Some(Bandwidth::from_bits_per_second(n * 1_000_000_000));
    assert_eq!(out.topology.fibres().iter().filter(|fibre| fibre.bandwidth == gigabits(10)).count(), 2 * 26);
    let survey = read(Format::GraphMl, &text).expect("valid");
    let filled = survey.draw(Some(Duration::from_millis(5))).expect("valid");
    assert_eq!((filled.topology.names().len(), filled.topology.ducts().len()), (40, 61));
    assert!(delay(&sites(filled), "UA", "PT").is_some());
}

#[test]
fn nsfnet_of_the_topology_zoo_has_long_names() {
    let Some(text) = test_data("topologies/Nsfnet.graphml") else { return };
    let drawn = drawn(Format::GraphMl, &text);
    assert_eq!((drawn.topology.names().len(), drawn.topology.ducts().len()), (13, 15));
    let sites = sites(drawn);
    assert!(delay(&sites, "NorthWestNet, Seattle", "SURANET, Georgia Tech, Atlanta").is_some());
}

#[test]
fn measured_regions_are_those_that_are_built_in() {
    let Some(text) = test_data("regions/aws-2020-06-05.csv") else { return };
    let (names, delays) = matrix::read(&text).expect("a matrix");
    let built_in = crate::net::regions::Matrix::find("aws").expect("built in");
    assert_eq!(names, built_in.regions);
    let n = names.len();
    for (pair, delay) in delays.iter().enumerate() {
        let apart = delay.0.abs_diff(built_in.one_way(pair / n, pair % n).0);
        assert!(apart <= 1_000, "{} {}", names[pair / n], names[pair % n]);
    }
}
