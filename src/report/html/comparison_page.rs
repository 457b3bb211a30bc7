//! `report.html` of a comparison: what is found, in words, charts, and a table for each figure.

use super::markup::{Cell, Column, Markup};
use super::run_page::{contents, facts_line};
use super::{Fact, Figure};

/// The variants by one figure, under the same circumstances.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ComparisonTable {
    /// The figure, and the circumstances.
    pub title: String,
    /// A text for each of [`ComparisonPage::columns`].
    pub rows: Vec<Vec<String>>,
    /// What cannot be seen in the rows.
    pub notes: Vec<String>,
}

/// All that a comparison's page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ComparisonPage {
    /// The scenario's name.
    pub title: String,
    /// The comparison's id, what is compared and the like, for the line under the title.
    pub facts: Vec<Fact>,
    /// What holds for all of it, in a sentence.
    pub caption: String,
    /// The command that compares the same again.
    pub reproduce: String,
    /// What is found, in sentences.
    pub verdicts: Vec<String>,
    /// What the tables' columns are; those of numbers begin with `#`.
    pub columns: Vec<String>,
    /// In order.
    pub tables: Vec<ComparisonTable>,
    /// One for each figure.
    pub charts: Vec<Figure>,
    /// Of the program, the model and the file formats.
    pub versions: Vec<Fact>,
}

/// The page. Equal inputs give equal bytes.
///
/// # Panics
/// If a row has not one text for each column.
pub fn comparison_page(page: &ComparisonPage) -> String {
    let mut html = Markup::new(&format!("{} comparison", page.title));
    html.open("header", "");
    html.element("h1", "", &format!("{} comparison", page.title));
    html.element("p", "reason", &page.caption);
    facts_line(&mut html, &page.facts);
    html.element("p", "label", "Reproduce this comparison:");
    html.command(&page.reproduce);
    contents(&mut html, &[("#charts", "Charts"), ("#findings", "Findings"), ("#tables", "Tables")]);
    html.close();
    html.open("main", "");
    html.section("charts", "Charts");
    html.figures(&page.charts);
    html.close();
    html.section("findings", "Findings");
    html.open("ul", "");
    page.verdicts.iter().for_each(|verdict| html.element("li", "", verdict));
    html.close();
    html.close();
    html.section("tables", "Tables");
    let columns: Vec<Column> =
        super::markup::columns(&page.columns.iter().map(String::as_str).collect::<Vec<_>>());
    for table in &page.tables {
        html.element("h3", "", &table.title);
        let row = |row: &Vec<String>| {
            assert_eq!(row.len(), columns.len(), "a row has a text for each column");
            let cell = |(text, column): (&String, &Column)| {
                if column.numeric { Cell::number(text) } else { Cell::text(text) }
            };
            row.iter().zip(&columns).map(cell).collect::<Vec<_>>()
        };
        let rows: Vec<Vec<Cell>> = table.rows.iter().map(row).collect();
        html.table(&columns, &rows, "compare.csv");
        table.notes.iter().for_each(|note| html.element("p", "label", note));
    }
    html.facts(&page.versions);
    html.close();
    html.close();
    html.finish()
}
