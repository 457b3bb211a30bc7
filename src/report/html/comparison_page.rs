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

/// How a figure scales, under some circumstances.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScalingTable {
    /// The figure, and the circumstances.
    pub title: String,
    /// What the columns are; those of numbers begin with `#`.
    pub columns: Vec<String>,
    /// A text for each of them.
    pub rows: Vec<Vec<String>>,
    /// What laws say of it.
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
    /// How figures scale; empty if that is not asked for.
    pub scaling: Vec<ScalingTable>,
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
    let scaling = Some(("#scaling", "Scaling")).filter(|_| !page.scaling.is_empty());
    let parts = [("#charts", "Charts"), ("#findings", "Findings")].into_iter().chain(scaling);
    contents(&mut html, &parts.chain([("#tables", "Tables")]).collect::<Vec<_>>());
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
    if !page.scaling.is_empty() {
        html.section("scaling", "Scaling");
        for scaling in &page.scaling {
            html.element("h3", "", &scaling.title);
            table(&mut html, &scaling.columns, &scaling.rows, "scaling.csv");
            html.open("ul", "");
            scaling.notes.iter().for_each(|note| html.element("li", "", note));
            html.close();
        }
        html.close();
    }
    html.section("tables", "Tables");
    for one in &page.tables {
        html.element("h3", "", &one.title);
        table(&mut html, &page.columns, &one.rows, "compare.csv");
        one.notes.iter().for_each(|note| html.element("p", "label", note));
    }
    html.facts(&page.versions);
    html.close();
    html.close();
    html.finish()
}

fn table(html: &mut Markup, columns: &[String], rows: &[Vec<String>], file: &str) {
    let columns: Vec<Column> =
        super::markup::columns(&columns.iter().map(String::as_str).collect::<Vec<_>>());
    let row = |row: &Vec<String>| {
        assert_eq!(row.len(), columns.len(), "a row has a text for each column");
        let cell = |(text, column): (&String, &Column)| {
            if column.numeric { Cell::number(text) } else { Cell::text(text) }
        };
        row.iter().zip(&columns).map(cell).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<Cell>> = rows.iter().map(row).collect();
    html.table(&columns, &rows, file);
}
