//! Text for people: aligned columns and wrapped paragraphs, within a width that does not depend on the terminal.

/// The columns that a line may have.
pub(super) const WIDTH: usize = 100;

/// Rows with their columns aligned by two spaces; the last column is wrapped to the width under its own start.
pub(super) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.saturating_sub(1)).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        if let Some(last) = row.get(columns.saturating_sub(1)) {
            let start = line.chars().count();
            let room = WIDTH.saturating_sub(start).max(30);
            let wrapped = wrap(last, room).join(&format!("\n{}", " ".repeat(start)));
            line.push_str(&wrapped);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The text in lines of at most `width` characters, broken at spaces; a longer word stands alone.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The text wrapped with `indent` spaces before each line, and a line break at its end.
pub(super) fn paragraph(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    wrap(text, WIDTH - indent).iter().map(|line| format!("{margin}{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_the_last_one_wrapped() {
        let row = |cells: &[&str]| cells.iter().map(|cell| cell.to_string()).collect::<Vec<_>>();
        let long = ["word"; 30].join(" ");
        let text = aligned(&[row(&["a", "first"]), row(&["long-name", &long]), row(&["b", ""])]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "a          first");
        assert!(lines[1].starts_with("long-name  word") && lines[2].starts_with("           word"));
        assert!(lines.iter().all(|line| line.len() <= WIDTH));
        assert_eq!(lines[lines.len() - 1], "b");
    }

    #[test]
    fn words_longer_than_the_width_stand_alone() {
        assert_eq!(wrap("a abcdefgh b", 4), ["a", "abcdefgh", "b"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
