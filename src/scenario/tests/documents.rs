//! The shipped shapes of scenarios as raw documents: read, resolved, read again.

use super::*;
use crate::scenario::resolved;

const STORE: &str = include_str!("store.toml");
const POLICIES: &str = include_str!("policies.toml");
const SHOP: &str = include_str!("shop.toml");

#[test]
fn examples_load_without_a_word_and_resolve_to_themselves() {
    for document in [STORE, POLICIES, SHOP] {
        let loaded = text(document, &[]);
        assert_eq!(shown(&loaded), "");
        let again = text(&resolved(node(&loaded), None), &[]);
        assert!(node(&again).same_value(node(&loaded)));
        let with_origins = text(&resolved(node(&loaded), Some(&loaded.sources)), &[]);
        assert!(node(&with_origins).same_value(node(&loaded)));
    }
}

#[test]
fn tables_keep_their_written_order() {
    let loaded = text(SHOP, &[]);
    let systems = node(&loaded).at("system").and_then(Node::as_table).expect("a table");
    let names: Vec<&str> = systems.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(names, ["registry", "edge", "users", "orders", "accounts", "stock", "mail", "mailer"]);
}

#[test]
fn every_value_knows_its_line() {
    let loaded = text(STORE, &["system.kv.disk.fsync=5ms"]);
    let place = |path: &str| loaded.sources.place(&node(&loaded).at(path).expect("there").origin);
    assert_eq!(place("system.kv.raft.heartbeat"), "test.toml:20");
    assert_eq!(place("system.kv.disk.fsync"), "--set system.kv.disk.fsync=5ms");
    let heartbeat = &node(&loaded).at("system.kv.raft.heartbeat").expect("there").origin;
    assert_eq!(loaded.sources.text(heartbeat), "\"150ms\"");
}

#[test]
fn the_sweep_of_policies_expands() {
    let mut loaded = text(POLICIES, &[]);
    let document = loaded.document.take().expect("valid");
    let sweep = Sweep::new(&document, &mut loaded.diagnostics).expect("valid");
    assert_eq!(shown(&loaded), "");
    assert_eq!((sweep.len(), sweep.repeat), (24, 30));
    let point = sweep.point(4 * 4 + 3);
    let written: Vec<&str> = point.parameters.iter().map(|parameter| parameter.written.as_str()).collect();
    assert_eq!(written, ["power-of-d(2)", "0.95"]);
    let printed = resolved(&point.document, None);
    assert!(printed.contains("arrival = \"poisson(load=0.95 of api)\""), "{printed}");
    assert!(printed.contains("policy = \"power-of-d(2)\""), "{printed}");
}

#[test]
fn a_resolved_document_tells_the_origin_of_each_value() {
    let folder = Folder::new(&[
        (
            "scenarios/a.toml",
            "schema = 1\nextends = \"b.toml\"\nname = \"a\"\nx.y = \"${v}\"\n[sweep]\nvars.v = [3]\n",
        ),
        ("scenarios/b.toml", "schema = 1\nname = \"b\"\nseed = 7\n"),
    ]);
    let set = vec!["x.z=5ms".to_string()];
    let mut loaded = load(&folder.path().join("scenarios/a.toml"), &LoadOptions { root: None, set });
    let document = loaded.document.take().expect("valid");
    let sweep = Sweep::new(&document, &mut loaded.diagnostics).expect("valid");
    let printed = resolved(&sweep.point(0).document, Some(&loaded.sources));
    let printed = printed.replace(&format!("{}/", folder.path().display()), "");
    assert_shown(
        &printed,
        r#"
schema = 1
name = "a"                                               # scenarios/a.toml:3
seed = 7                                                 # scenarios/b.toml:3

[x]
y = 3                                                    # scenarios/a.toml:6 through ${v}
z = "5ms"                                                # --set x.z=5ms
"#,
    );
}
