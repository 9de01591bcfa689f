//! Rust source without what looks like code and is none.

/// `text` without comments, without the content of string literals, and without its module of
/// tests.
pub(super) fn code_of(text: &str) -> String {
    without_tests(&without_literals(text))
}

/// `code` without the modules in braces that only tests have. The closing brace of such a module
/// begins a line.
fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, behind)) = rest.split_once("#[cfg(test)]\nmod ") {
        kept.push_str(before);
        let is_declared = behind
            .find(';')
            .is_some_and(|end| behind.find('{').is_none_or(|begin| end < begin));
        rest = if is_declared {
            behind
        } else {
            behind.split_once("\n}").map_or("", |(_, rest)| rest)
        };
    }
    kept.push_str(rest);
    kept
}

fn without_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| behind(rest, end));
        } else if let Some(hashes) = raw_string(rest) {
            let close = format!("\"{}", "#".repeat(hashes));
            code.push_str("\"\"");
            rest = behind(rest, hashes + 2).split_once(&close).map_or("", |(_, rest)| rest);
        } else if next == '"' {
            code.push_str("\"\"");
            rest = behind_string(behind(rest, 1));
        } else if let Some(length) = character(rest) {
            rest = behind(rest, length);
        } else {
            code.push(next);
            rest = behind(rest, next.len_utf8());
        }
    }
    code
}

/// The rest of `text` from the byte `at` on.
fn behind(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// The number of hashes of the raw string that `text` begins with.
fn raw_string(text: &str) -> Option<usize> {
    let text = text.strip_prefix('r')?;
    let hashes = text.len() - text.trim_start_matches('#').len();
    behind(text, hashes).starts_with('"').then_some(hashes)
}

/// The text after the string literal that `text` is the inside of.
fn behind_string(text: &str) -> &str {
    let mut escaped = false;
    for (index, character) in text.char_indices() {
        match character {
            '"' if !escaped => return behind(text, index + 1),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    ""
}

/// The length of the character literal of a quote, which would begin a string otherwise.
fn character(text: &str) -> Option<usize> {
    ["'\"'", "'\\\"'"]
        .iter()
        .find(|own| text.starts_with(**own))
        .map(|own| own.len())
}

#[cfg(test)]
mod tests {
    use super::code_of;

    #[test]
    fn a_module_of_tests_is_left_out() {
        assert_eq!(code_of("a\n#[cfg(test)]\nmod tests {\n    x {\n    }\n}\nb"), "a\n\nb");
        assert_eq!(code_of("#[cfg(test)]\nmod tests;\nfn a() {}"), "tests;\nfn a() {}");
    }

    #[test]
    fn comments_and_strings_are_left_out() {
        assert_eq!(code_of("a // b\nc"), "a \nc");
        assert_eq!(code_of(r#"f("crate::x \" // y") + 1"#), "f(\"\") + 1");
        assert_eq!(code_of("r#\"a \" b\"# c"), "\"\" c");
        assert_eq!(code_of("'\"' b"), " b");
    }
}
