//! docs/limits.md, held against the code; and each limit that a short text can reach, reached and passed by one.

use std::path::Path;

use seedbed::scenario::limits::LIMITS;

use crate::scenarios::check_text;

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).expect("digits")).collect();
    parts.join(",")
}

#[test]
fn the_page_shows_every_limit() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/limits.md");
    let page = std::fs::read_to_string(&path).expect("the page is there");
    let rows: Vec<String> =
        LIMITS.iter().map(|limit| format!("| {} | {} |", limit.what, grouped(limit.most))).collect();
    let shown: Vec<&str> =
        page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| of ")).collect();
    assert_eq!(shown, rows, "docs/limits.md is not up to date:\n{}", rows.join("\n"));
}

const KV: &str = "schema = 1\nduration = \"10s\"\n[system.kv]\ntype = \"raft\"\n";

/// What is added to a valid scenario so often as is allowed and once more, and what is said then.
#[test]
fn one_more_than_a_limit_is_refused_and_the_most_is_not() {
    let repeated = |most: u64, part: fn(u64) -> String, message: &str| {
        let text = |count: u64| format!("{KV}{}", (0..count).map(part).collect::<String>());
        let (allowed, refused) = (check_text("x.toml", &text(most)), check_text("x.toml", &text(most + 1)));
        assert!(!allowed.messages.contains(message), "{message}:\n{}", allowed.messages);
        assert!(refused.messages.contains(message), "{message}:\n{}", refused.messages);
        assert!(refused.messages.contains("error[S053]") && refused.messages.contains("--> x.toml"));
    };
    let most = |what: &str| LIMITS.iter().find(|limit| limit.what == what).expect("it is in the table").most;
    repeated(
        most("faults"),
        |n| format!("[fault.f{n}]\ndo = \"crash\"\nat = \"1s\"\ntarget = \"any(kv)\"\n"),
        "more than 1000 faults",
    );
    repeated(
        // One of them is `kv`.
        most("systems, workloads and operations") - 1,
        |n| format!("[system.s{n}]\ntype = \"service\"\nnodes = 1\nwork = \"1ms\"\n"),
        "more than 1000 systems, workloads and operations",
    );
    repeated(
        most("keys of one table"),
        |n| match n {
            0 => "[a]\nb0 = 1\n".to_owned(),
            n => format!("b{n} = 1\n"),
        },
        "a table has more than 4096 keys",
    );
    let deep = |levels: usize| format!("{KV}[x]\na = {}{}\n", "[".repeat(levels), "]".repeat(levels));
    // The first list lies in `x`, which lies in the document.
    let levels = most("levels of tables and lists") as usize - 1;
    assert!(!check_text("x.toml", &deep(levels)).messages.contains("nest deeper"), "{levels}");
    assert!(
        check_text("x.toml", &deep(levels + 1)).messages.contains("tables and lists nest deeper than 64")
    );
    let long = |bytes: usize| format!("{KV}[x]\na = \"{}\"\n", "b".repeat(bytes));
    let bytes = most("bytes of a key or a string") as usize;
    assert!(!check_text("x.toml", &long(bytes)).messages.contains("is longer than"));
    assert!(
        check_text("x.toml", &long(bytes + 1))
            .messages
            .contains("this text of 4097 bytes is longer than 4096")
    );
    let values = most("values of a document") as usize;
    let many = |count: usize| {
        let list = "1,".repeat(count);
        check_text("x.toml", &format!("schema = 1\na = [{list}]\n")).messages
    };
    // The document and the list are two.
    assert!(
        !many(values - 3).contains("values")
            && many(values - 1).contains("the document has more than 100000 values")
    );
    let checks = "[check.c]\ninvariants = [\"agreement\", \"one-leader\"]\n";
    assert!(
        check_text("x.toml", &format!("{KV}{checks}")).messages.is_empty(),
        "{}",
        check_text("x.toml", &format!("{KV}{checks}")).messages
    );
    let sweep = "[sweep]\nvars.a = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n".to_owned()
        + &"bcdef"
            .chars()
            .map(|name| format!("vars.{name} = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"))
            .collect::<String>();
    let condition = ["a > 0"; 5].join(" and ");
    let said = check_text("x.toml", &format!("{KV}{sweep}where = \"{condition}\"\n")).messages;
    assert!(said.contains("a `where` that would make 5000000 comparisons; the most is 4000000"), "{said}");
}
