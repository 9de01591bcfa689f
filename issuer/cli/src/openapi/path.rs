//! Paths: templates become what an edge matches and what grants name.

use super::note::{Kind, Note};
use std::collections::BTreeMap;
use std::fmt::Display;

/// A path.
#[derive(Debug)]
pub(super) struct Path {
    /// The path as the edge matches it, without the beginning that all paths of a server have.
    pub(super) pattern: String,
    pub(super) resource: String,
    /// The names of the document's parameters that are whole segments, and of their captures.
    pub(super) captures: Vec<(String, String)>,
    pub(super) notes: Vec<Note>,
}

impl Path {
    pub(super) fn read(template: &str, place: &dyn Display) -> Self {
        let mut path = Self {
            pattern: String::new(),
            resource: String::new(),
            captures: Vec::new(),
            notes: Vec::new(),
        };
        let mut names = Names::default();
        for segment in template.split('/').skip(1) {
            let shown = if segment.contains('{') {
                let name = names.unused(&snake(segment));
                path.capture(segment, &name, place);
                format!("{{{name}}}")
            } else {
                segment.to_owned()
            };
            path.pattern.push('/');
            path.pattern.push_str(&shown);
        }
        let resource = path.pattern.trim_start_matches('/');
        path.resource = if resource.is_empty() { "/" } else { resource }.to_owned();
        path
    }

    fn capture(&mut self, segment: &str, name: &str, place: &dyn Display) {
        let whole = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match whole.filter(|own| !own.contains(['{', '}'])) {
            Some(own) => self.captures.push((own.to_owned(), name.to_owned())),
            None => {
                let mut message =
                    format!("`{{{name}}}` captures the whole segment `{segment}`, and grants name it whole");
                if segment.contains(':') {
                    message.push_str(
                        "; a value with a `:` is refused unless the operation says `colon: true`, which lets every verb pass",
                    );
                }
                self.notes.push(Note::new(Kind::PartialSegment, place, message));
            }
        }
    }

    /// The capture of the parameter called `name`.
    pub(super) fn capture_of(&self, name: &str) -> Option<&str> {
        let mut captures = self.captures.iter();
        captures.find_map(|(own, capture)| (own == name).then_some(capture.as_str()))
    }
}

/// `AccountSid` as `account_sid`: captures are named with `a-z`, `0-9` and `_`.
fn snake(text: &str) -> String {
    let mut name = String::new();
    let mut was_lower = false;
    for character in text.chars() {
        let is_plain = character.is_ascii_alphanumeric();
        if (!is_plain || character.is_ascii_uppercase() && was_lower) && !name.ends_with('_') {
            name.push('_');
        }
        if is_plain {
            name.push(character.to_ascii_lowercase());
        }
        was_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
    }
    let name = name.trim_matches('_');
    if name.is_empty() { "x" } else { name }.to_owned()
}

/// Names of captures that are in use, each with the number that another one of the name gets.
#[derive(Default)]
struct Names(BTreeMap<String, u32>);

impl Names {
    /// The name, or with a number behind it that makes it another.
    fn unused(&mut self, name: &str) -> String {
        let mut number = self.0.get(name).copied().unwrap_or(1);
        let unused = loop {
            let one = if number == 1 {
                name.to_owned()
            } else {
                format!("{name}_{number}")
            };
            number += 1;
            if !self.0.contains_key(&one) {
                break one;
            }
        };
        self.0.insert(unused.clone(), 2);
        self.0.insert(name.to_owned(), number);
        unused
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn templates_become_patterns_and_resources() {
        for (template, pattern, resource, parts) in [
            ("/", "/", "/", 0),
            ("/a/{AccountSid}", "/a/{account_sid}", "a/{account_sid}", 0),
            ("/a/{id}/b/{id}/", "/a/{id}/b/{id_2}/", "a/{id}/b/{id_2}/", 0),
            ("/a/{Sid}.json", "/a/{sid_json}", "a/{sid_json}", 1),
            ("/a/{x}:{y}", "/a/{x_y}", "a/{x_y}", 1),
            ("/a/{-}", "/a/{x}", "a/{x}", 0),
            (
                "/{owner-name}/HTTPProxy",
                "/{owner_name}/HTTPProxy",
                "{owner_name}/HTTPProxy",
                0,
            ),
        ] {
            let path = Path::read(template, &"");
            assert_eq!((&*path.pattern, &*path.resource), (pattern, resource), "{template}");
            assert_eq!(path.notes.len(), parts, "{template}");
            let warns = path.notes.iter().any(|note| note.message.contains("`colon: true`"));
            assert_eq!(warns, template.contains(':'), "{template}");
        }
    }
}
