//! The draft as YAML, with the notes as comments.

use super::note::{Kind, Note};
use super::row::{DraftParam, DraftRow};
use super::schema::VALUES;
use super::server::Servers;
use edgewrit_shared::json::text::{visible, visible_json};
use edgewrit_shared::json::{Json, Quoted};
use edgewrit_yaml as yaml;

/// Characters of a comment.
const COMMENT: usize = 200;

/// The part of a configuration that has upstreams and operations.
pub(super) fn draft_to_yaml(title: &str, servers: &Servers, rows: &[DraftRow], left_out: &[DraftRow]) -> Vec<String> {
    let mut lines = vec![
        comment(
            "",
            &format!("made of the OpenAPI document `{title}`: look at every line, above all at actions and resources"),
        ),
        "upstreams:".to_owned(),
    ];
    for (name, origin) in servers.all() {
        lines.push(format!("  {name}:"));
        lines.push(format!("    origin: {origin}"));
        lines.push(format!("    {}", servers.credential()));
    }
    lines.push("operations:".to_owned());
    rows.iter().for_each(|row| write_operation(row, &mut lines));
    for row in left_out {
        lines.push(comment("  ", &format!("left out: {}", row.name)));
        write_notes(&row.notes, &mut lines);
    }
    lines
}

fn write_operation(row: &DraftRow, lines: &mut Vec<String>) {
    lines.extend(row.summary.iter().map(|summary| comment("  ", summary)));
    write_notes(&row.notes, lines);
    for (lead, name, value) in [
        ("-", "match", &row.name),
        (" ", "upstream", &row.upstream),
        (" ", "action", &row.action),
        (" ", "resource", &row.resource),
    ] {
        lines.push(format!("  {lead} {name}: {}", scalar_text(value)));
    }
    if !row.params.is_empty() {
        lines.push("    params:".to_owned());
        lines.extend(row.params.iter().map(param_line));
    }
}

/// The notes as comments. A refused `null` is only a warning on standard error: it is frequent, and
/// does not help to edit the operation.
fn write_notes(notes: &[Note], lines: &mut Vec<String>) {
    let notes = notes.iter().filter(|note| note.kind != Kind::Null);
    lines.extend(notes.map(|note| comment("  ", &note.comment())));
}

fn param_line(param: &DraftParam) -> String {
    let (name, source) = (scalar_text(&param.name), scalar_text(&param.source));
    let kind = (param.kind != "text").then(|| format!("type: {}", param.kind));
    let optional = param.optional.then(|| "optional: true".to_owned());
    let list = param.list.then(|| "list: true".to_owned());
    let more: Vec<_> = [kind, optional, list].into_iter().flatten().collect();
    let line = if more.is_empty() {
        format!("      {name}: {source}")
    } else {
        format!("      {name}: {{from: {source}, {}}}", more.join(", "))
    };
    if param.values.is_empty() || param.values.len() > VALUES {
        return line;
    }
    comment(&format!("{line}  "), &format!("one of {}", param.values.join(", ")))
}

/// Text as a scalar that every reader of YAML reads as this text.
fn scalar_text(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(plain);
    // Some words are no text: `true`, `no`.
    match yaml::read(text, 1) {
        Ok((Json::Text(_), _)) if is_plain => text.to_owned(),
        _ => visible_json(&Quoted(text).to_string()).into_owned(),
    }
}

/// A comment of one line, behind `before`.
fn comment(before: &str, said: &str) -> String {
    let words: Vec<_> = said
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line: String = words.join(" ").chars().take(COMMENT).collect();
    format!("{before}# {}", visible(&line))
}
