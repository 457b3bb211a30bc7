//! `report.html` of a validation: what came of all rows, charts, and a table for each family of rows.

use super::markup::{Cell, Column, Markup, class_of_run, columns};
use super::run_page::{contents, facts_line};
use super::{CheckOutcome, Fact, Figure, RunVerdict};

/// Rows that are held against the same thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ValidationTable {
    /// What they are about.
    pub title: String,
    /// What they are held against, and where that comes from.
    pub notes: Vec<String>,
    /// What each came to, if it was run; its name, the published figure, the tolerance, the simulated figure, its interval, and seeds.
    pub rows: Vec<(Option<CheckOutcome>, [String; 6])>,
}

/// All that a validation's page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ValidationPage {
    /// The validation's id and the like, for the line under the title.
    pub facts: Vec<Fact>,
    /// The gravest of the rows' verdicts.
    pub verdict: RunVerdict,
    /// How many rows came to what, in a sentence.
    pub reason: String,
    /// The command that validates the same again.
    pub reproduce: String,
    /// One for each chapter.
    pub charts: Vec<Figure>,
    /// In order.
    pub tables: Vec<ValidationTable>,
    /// Of the program, the model and the file formats.
    pub versions: Vec<Fact>,
}

/// The page. Equal inputs give equal bytes.
pub fn validation_page(page: &ValidationPage) -> String {
    let mut html = Markup::new(&format!("Validation: {}", page.verdict.word()));
    html.open("header", "");
    html.open("h1", "");
    html.text("Validation ");
    html.badge(class_of_run(page.verdict), page.verdict.word());
    html.close();
    html.element("p", "reason", &page.reason);
    facts_line(&mut html, &page.facts);
    html.element("p", "label", "Reproduce this validation:");
    html.command(&page.reproduce);
    contents(&mut html, &[("#charts", "Charts"), ("#tables", "Tables")]);
    html.close();
    html.open("main", "");
    html.section("charts", "Charts");
    html.figures(&page.charts);
    html.close();
    html.section("tables", "Tables");
    let columns: Vec<Column> =
        columns(&["verdict", "row", "#published", "#tolerance", "#simulated", "#interval", "#seeds"]);
    for table in &page.tables {
        html.element("h3", "", &table.title);
        table.notes.iter().for_each(|note| html.element("p", "label", note));
        let row = |(outcome, [name, figures @ ..]): &(Option<CheckOutcome>, [String; 6])| {
            let verdict = outcome.map_or(Cell::text("not run"), Cell::check);
            let figures = figures.iter().map(|figure| Cell::number(figure));
            [verdict, Cell::text(name)].into_iter().chain(figures).collect::<Vec<_>>()
        };
        let rows: Vec<Vec<Cell>> = table.rows.iter().map(row).collect();
        html.table(&columns, &rows, "validate.csv");
    }
    html.facts(&page.versions);
    html.close();
    html.close();
    html.finish()
}
