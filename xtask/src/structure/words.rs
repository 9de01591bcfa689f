//! Words that code and pages do not use: pronouns in place of the actor's name, and comments that
//! say nothing.

use std::path::Path;

use super::has_ending;

/// Words whose place the name of the actor takes. Each is cut in two here, so that this file
/// passes.
const REFUSED: [(&str, &str); 11] = [
    ("no", "body"),
    ("no", " one"),
    ("some", "body"),
    ("some", "one"),
    ("any", "one"),
    ("any", "body"),
    ("who", "ever"),
    ("whom", "ever"),
    ("stran", "ger"),
    ("stran", "gers"),
    ("stran", "ge"),
];
/// Endings of the files that are read.
const READ: [&str; 12] = [
    "rs", "md", "toml", "js", "mjs", "ts", "py", "rb", "go", "yaml", "sh", "sql",
];

/// Whether the words of `file` are looked at.
pub(super) fn is_read(file: &Path) -> bool {
    READ.iter().any(|ending| has_ending(file, ending))
}

/// One line for each refused word, and for each doc comment of one word.
pub(super) fn faults(file: &Path, text: &str) -> Vec<String> {
    let refused: Vec<String> = REFUSED.iter().map(|(one, other)| format!("{one}{other}")).collect();
    let mut faults = Vec::new();
    let mut is_doc_before = false;
    for (index, line) in text.lines().enumerate() {
        let place = format!("{}:{}", file.display(), index + 1);
        let lower = line.to_lowercase().replace(['_', '-'], " ");
        let found = refused.iter().filter(|word| has_word(&lower, word));
        faults.extend(found.map(|word| format!("{place}: `{word}`: name the actor, or use the term of the field")));
        if has_ending(file, "rs") && !is_doc_before && is_doc_of_one_word(line) {
            faults.push(format!("{place}: a doc comment of one word: write a sentence, or none"));
        }
        is_doc_before = doc_of(line).is_some();
    }
    faults
}

fn has_word(line: &str, word: &str) -> bool {
    let mut pieces = line.split(word);
    let Some(mut before) = pieces.next() else { return false };
    pieces.any(|behind| {
        let ends_a_word = before.ends_with(char::is_alphanumeric) || behind.starts_with(char::is_alphanumeric);
        before = behind;
        !ends_a_word
    })
}

/// The text of a doc comment.
fn doc_of(line: &str) -> Option<&str> {
    let line = line.trim();
    line.strip_prefix("/// ").or_else(|| line.strip_prefix("//! "))
}

fn is_doc_of_one_word(line: &str) -> bool {
    let word = doc_of(line).and_then(|text| text.strip_suffix('.'));
    word.is_some_and(|word| !word.is_empty() && word.chars().all(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> usize {
        faults(Path::new("a.rs"), line).len()
    }

    #[test]
    fn a_refused_word_is_found_in_every_case_and_in_names() {
        let word = format!("{}{}", "some", "body");
        assert_eq!(found(&format!("let x = 1; // {word} else")), 1);
        assert_eq!(found(&format!("fn asks_{word}_else()")), 1);
        assert_eq!(found(&word.to_uppercase()), 1);
        assert_eq!(found(&format!("// {word}s")), 0);
    }

    #[test]
    fn a_doc_comment_has_more_than_one_word() {
        assert_eq!(found("    /// Anything."), 1);
        assert_eq!(found("    /// The name."), 0);
        assert_eq!(found("//! Text."), 1);
    }
}
