//! Frameworks and libraries that only one folder of a crate may name.

use std::path::Path;

use super::source::code_of;

/// A framework, the folder whose code it concerns, and the one folder in it that may name it.
const FRAMEWORKS: [(&str, &str, &str); 2] = [
    ("axum", "issuer/", "issuer/src/http/"),
    ("rusqlite", "issuer/", "issuer/src/store/sqlite/"),
];
/// Tests of the issuer call its routers and read its database, and may name both.
const TESTS: [&str; 2] = ["issuer/tests/", "issuer/cli/tests/"];

/// One line for each framework that `file` names and may not.
pub(super) fn faults(file: &Path, text: &str) -> Vec<String> {
    let concerned = FRAMEWORKS.iter().filter(|(_, folder, only)| {
        file.starts_with(folder) && !file.starts_with(only) && !TESTS.iter().any(|tests| file.starts_with(tests))
    });
    let named = concerned.filter(|(framework, ..)| names(&code_of(text), framework));
    named
        .map(|(framework, _, only)| format!("`{}` names `{framework}`, which only `{only}` may", file.display()))
        .collect()
}

/// Whether `code` has the word `framework`.
fn names(code: &str, framework: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    code.split(|character| !is_word(character))
        .any(|word| word == framework)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_folder_names_the_framework() {
        let code = "use axum::Router;\n";
        assert!(faults(Path::new("issuer/src/http/mod.rs"), code).is_empty());
        assert!(faults(Path::new("issuer/tests/support/mod.rs"), code).is_empty());
        assert!(faults(Path::new("tests/src/upstream.rs"), code).is_empty());
        let fault = "`issuer/src/server/serve.rs` names `axum`, which only `issuer/src/http/` may";
        assert_eq!(faults(Path::new("issuer/src/server/serve.rs"), code), [fault]);
        assert_eq!(
            faults(Path::new("issuer/cli/src/main.rs"), "fn f(x: axum::Json) {}").len(),
            1
        );
    }

    #[test]
    fn only_one_folder_names_the_database() {
        let code = "fn find(connection: &rusqlite::Connection) {}\n";
        assert!(faults(Path::new("issuer/src/store/sqlite/writer.rs"), code).is_empty());
        assert!(faults(Path::new("issuer/tests/audit/evidence.rs"), code).is_empty());
        for file in [
            "issuer/src/store/rules/tasks.rs",
            "issuer/src/data/backup.rs",
            "issuer/cli/src/main.rs",
        ] {
            assert_eq!(faults(Path::new(file), code).len(), 1, "{file}");
        }
    }

    #[test]
    fn a_comment_and_a_longer_name_do_not_name_the_framework() {
        let code = "// as axum does it\nlet axum_like = \"axum\";\n";
        assert!(faults(Path::new("issuer/src/server/serve.rs"), code).is_empty());
    }
}
