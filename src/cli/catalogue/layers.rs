//! Pages on what a scenario is made of besides its own file.

use super::Page;
use crate::scenario::source::EXTENDS_DEPTH_MAX;

/// A page on each.
pub(super) fn pages() -> Vec<Page> {
    vec![extends(), set()]
}

fn extends() -> Page {
    Page::new("extends", "The file that this one builds on: it says only what differs.")
        .fact("written as", "extends = \"base.toml\", one file; the path starts at the folder of the file that names it")
        .fact("tables", "merge, key by key, at any depth")
        .fact("everything else", "replaces what the base has: strings, numbers, and lists as a whole")
        .fact("removal", "there is none: a base holds what all that extend it share")
        .fact("chains", format!("a base may extend another file: at most {EXTENDS_DEPTH_MAX} in all, and no circles"))
        .fact("every file", "says `schema = 1` itself; data files are looked for beside the file that names them")
        .fact("stays within", "the scenario root: the nearest folder named `scenarios`, or the file's own; --root names another")
        .fact("name", "is inherited, too: without one of its own a variant's results lie in the folder of the base's")
        .fact("afterwards", "--set, then the variables of [sweep]")
        .fact("see also", "docs/extends.md, `seedbed check --resolved FILE`, which shows where each value comes from")
        .example("schema = 1\nextends = \"base.toml\"\nname = \"five-nodes\"\n\n[system.kv]\nnodes = 5\n")
}

fn set() -> Page {
    Page::new("set", "A value of the scenario that the command line replaces: --set PATH=VALUE.")
        .fact("path", "keys with dots between them, names in quotes where they have dots; an item of a list by its number from 0")
        .fact("value", "as in the file; what is no value of TOML is a string: --set system.kv.disk.fsync=5ms")
        .fact("order", "after `extends`, before the variables of [sweep]; of several the last wins")
        .fact("not set", "`schema` and `extends`, which belong to files")
        .fact("kept as", "the difference that it makes: a value that changes nothing is none, and its spelling is of no account")
}
