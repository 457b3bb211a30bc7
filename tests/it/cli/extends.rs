//! docs/extends.md: its example, as it says.

use super::*;

#[test]
fn the_example_of_the_page_resolves_as_it_says() {
    let page = std::fs::read_to_string(project().join("docs/extends.md")).expect("the page is there");
    let block = |index: usize| {
        let rest = page.split("```toml\n").nth(index + 1).unwrap_or_else(|| panic!("block {index}"));
        rest.split("```").next().expect("it ends")
    };
    let (base, variant) = ("scenarios/shop/base.toml", "scenarios/shop/slow-disks.toml");
    assert!(page.contains(&format!("`{base}`:")) && page.contains(&format!("`{variant}`:")));
    let folder = Folder::new(&[(base, block(0)), (variant, block(1))]);
    let done = folder.run(&["check", "--resolved", variant]).exits(0);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), (block(2), ""));
    assert!(page.contains(&format!("at most {} files", seedbed::scenario::source::EXTENDS_DEPTH_MAX)));
}
