//! Diagnostics as people read them: like rustc's, with the source, the underlined text and the way it came.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Renderer, Snippet};

use crate::spec::{Diagnostic, Diagnostics, Level, Origin, SourceId, SourceKind, Sources};

/// The most columns of a line that are shown, and of a place that are underlined: a file may be one long line.
const COLUMNS_MAX: usize = 400;

/// The most values in a string that are shown beside it.
const PARTS_MAX: usize = 8;

/// All messages in the order of the sources, each followed by an empty line; with terminal colours if `color`.
pub fn render(sources: &Sources, diagnostics: &Diagnostics, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    // The same bytes on every terminal: the text must not depend on its width.
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(140);
    let mut out = String::new();
    let mut ordered: Vec<&Diagnostic> = diagnostics.iter().collect();
    ordered.sort_by_key(|diagnostic| (diagnostic.primary.source, diagnostic.primary.start));
    for diagnostic in ordered {
        out.push_str(&renderer.render(&[report(sources, diagnostic)]));
        out.push_str("\n\n");
    }
    match diagnostics.suppressed() {
        0 => {}
        count => out.push_str(&format!("and {count} more\n\n")),
    }
    out
}

/// One underlined place of a message.
struct Mark<'a> {
    origin: &'a Origin,
    kind: AnnotationKind,
    label: String,
}

fn report<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.level {
        Level::Error => annotate_snippets::Level::ERROR,
        Level::Warning => annotate_snippets::Level::WARNING,
    };
    let marks = marks(sources, diagnostic);
    // All columns between the marks of one snippet are shown: what is far to the right has one of its own.
    let mut shown: Vec<(Option<SourceId>, Vec<&Mark<'_>>)> = Vec::new();
    for mark in &marks {
        let near = is_near(sources, mark.origin).then_some(mark.origin.source);
        match shown.iter_mut().find(|(source, _)| near.is_some() && *source == near) {
            Some((_, beside)) => beside.push(mark),
            None => shown.push((near, vec![mark])),
        }
    }
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.name());
    let mut group = title.elements(shown.iter().map(|(_, marks)| snippet(sources, marks)));
    for help in &diagnostic.help {
        group = group.element(annotate_snippets::Level::HELP.message(help.as_str()));
    }
    group
}

/// The places of a message beside its own: the way that its text came, and what belongs to it; each with what is said
/// there.
pub fn context<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Vec<(&'a Origin, String)> {
    marks(sources, diagnostic).into_iter().skip(1).map(|mark| (mark.origin, mark.label)).collect()
}

/// The place itself, the way that its text came, and the related places.
fn marks<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Vec<Mark<'a>> {
    let context = |origin, label| Mark { origin, kind: AnnotationKind::Context, label };
    let primary =
        Mark { origin: &diagnostic.primary, kind: AnnotationKind::Primary, label: diagnostic.label.clone() };
    let mut marks = vec![primary];
    let mut origin = &diagnostic.primary;
    while let Some(through) = &origin.through {
        marks.push(context(&through.at, format!("used through `${{{}}}` here", through.name)));
        origin = &through.at;
    }
    let filled = diagnostic.primary.filled.iter().flat_map(|text| text.parts());
    let mut parts = filled.filter_map(|part| Some((part, &part.through.as_ref()?.name)));
    marks.extend(
        parts.by_ref().take(PARTS_MAX).map(|(part, name)| context(part, format!("`${{{name}}}` is this"))),
    );
    let more = parts.count();
    if let Some(last) = marks.last_mut().filter(|_| more > 0) {
        last.label.push_str(&format!(", and {more} more values stand there"));
    }
    let mut source = sources.get(diagnostic.primary.source);
    while let Some(at) = &source.extended_at {
        marks.push(context(at, "extended here".to_string()));
        source = sources.get(at.source);
    }
    marks.extend(diagnostic.related.iter().map(|(origin, label)| context(origin, label.clone())));
    marks
}

/// Whether it starts within the columns that are shown, found without a look at the rest of the source.
fn is_near(sources: &Sources, origin: &Origin) -> bool {
    let before = sources.get(origin.source).text.get(..origin.start as usize).unwrap_or("");
    let columns = before.chars().rev().take(COLUMNS_MAX).take_while(|c| *c != '\n').count();
    columns < COLUMNS_MAX
}

/// The marks, at least one and all of one source.
fn snippet<'a>(sources: &'a Sources, marks: &[&Mark<'a>]) -> Element<'a> {
    let source = sources.get(marks[0].origin.source);
    if source.text.is_empty() || source.kind == SourceKind::Defaults {
        return annotate_snippets::Origin::path(source.name.as_str()).into();
    }
    let spans = || marks.iter().map(|mark| first_line(&source.text, mark.origin));
    let (lines, number) = lines_of(&source.text, spans());
    let annotations = marks.iter().zip(spans()).map(|(mark, span)| {
        let label = Some(mark.label.clone()).filter(|label| !label.is_empty());
        let annotation: Annotation<'a> = mark.kind.span(span.start - lines.start..span.end - lines.start);
        annotation.label(label)
    });
    let text = Snippet::source(&source.text[lines.clone()]).line_start(number);
    text.path(source.name.as_str()).annotations(annotations).into()
}

/// The bytes from the first line of the spans to their last, and the number of the first, from 1: of a long source the
/// renderer need not see the rest.
fn lines_of(text: &str, spans: impl Iterator<Item = Range<usize>>) -> (Range<usize>, usize) {
    let ends = |(start, end): (usize, usize), span: Range<usize>| (start.min(span.start), end.max(span.end));
    let (start, end) = spans.fold((text.len(), 0), ends);
    let bytes = text.as_bytes();
    let is_break = |byte: &u8| *byte == b'\n';
    let start = bytes[..start].iter().rposition(is_break).map_or(0, |at| at + 1);
    // Behind the last mark no more of a line than could be shown: a file may be one long line.
    let rest = text.get(end..).unwrap_or("");
    let mut columns = rest.char_indices().enumerate();
    let stop = columns.find(|(count, (_, c))| *c == '\n' || *count == COLUMNS_MAX);
    let end = end + stop.map_or(rest.len(), |(_, (at, _))| at);
    (start..end, 1 + bytes[..start].iter().filter(|byte| is_break(byte)).count())
}

/// The part of a place on its first line: nobody wants a whole list underlined.
fn first_line(text: &str, origin: &Origin) -> Range<usize> {
    let span = origin.span();
    let written = text.get(span.clone()).unwrap_or("");
    let mut ends = written.char_indices().enumerate();
    let end = ends.find(|(count, (_, c))| matches!(c, '\n' | '\r') || *count == COLUMNS_MAX);
    let length = end.map_or(written.len(), |(_, (at, _))| at);
    span.start..span.start + length
}
