//! Pages compared: what makes two of them the same though two commands made them.

/// What stands around the command in a page; nothing else stands between the two, as texts are escaped.
const COMMAND: [&str; 2] = ["<div class=\"command\">", "</div>"];

/// Whether two pages are the same but for the command that each names.
pub(super) fn differ_by_command(one: &[u8], other: &[u8]) -> bool {
    let without = |page| around_command(std::str::from_utf8(page).ok()?);
    without(one).is_some_and(|rest| without(other) == Some(rest))
}

/// What of a page stands before its command, and what after it.
fn around_command(page: &str) -> Option<(&str, &str)> {
    let [start, end] = COMMAND;
    let (before, rest) = page.split_once(start)?;
    let (_, after) = rest.split_once(end)?;
    Some((before, after))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::report::html::{Page, RunVerdict, run_page};

    /// A page that names this command and gives this reason for its verdict.
    pub(in crate::run::outputs) fn page(command: &str, reason: &str) -> String {
        run_page(&Page {
            title: "small".to_owned(),
            facts: Vec::new(),
            verdict: RunVerdict::Passed,
            reason: reason.to_owned(),
            reproduce: command.to_owned(),
            warnings: Vec::new(),
            checks: Vec::new(),
            metrics: Vec::new(),
            charts: Vec::new(),
            faults: Vec::new(),
            parameters: Vec::new(),
            scenario: "schema = 1\n".to_owned(),
            digests: Vec::new(),
            versions: Vec::new(),
        })
    }

    #[test]
    fn only_the_command_may_differ() {
        let differ = |one: &str, other: &str| differ_by_command(one.as_bytes(), other.as_bytes());
        let one = page("run a.toml", "good");
        assert!(differ(&one, &page("run b.toml --set x='</div>\"'", "good")));
        for reason in ["bad", "", "good ", "</div>", COMMAND[0]] {
            assert!(!differ(&one, &page("run a.toml", reason)), "{reason}");
            assert!(!differ(&one, &page("run b.toml", reason)), "{reason}");
        }
        assert!(!differ(&one, &one.replace("</html>", "")), "half of it");
        assert!(!differ("no page", "no page") && !differ_by_command(b"\xff", b"\xff"));
    }
}
