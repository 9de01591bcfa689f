//! Reading and checking of the cases of each file. `tests/vectors/grants/README.md` describes them
//! for other implementations.

mod authority;
mod case;
mod language;

pub(crate) use case::VectorCase;

/// The check of a case. The error is the found value.
pub(crate) type CaseCheck = fn(&VectorCase<'_>) -> Result<(), String>;

/// The check for the cases of a file.
pub(crate) fn check_of(file: &str) -> Option<CaseCheck> {
    Some(match file {
        "reading.json" => language::reading,
        "canonical.json" => language::canonical,
        "scopes.json" => language::scopes,
        "patterns.json" => language::pattern,
        "inclusion.json" => language::inclusion,
        "deciding.json" => authority::deciding,
        "narrowing.json" => authority::narrowing,
        _ if file.starts_with("rules-") && file.ends_with(".json") => authority::rule,
        _ => return None,
    })
}

fn same<T: PartialEq + core::fmt::Debug>(found: &T, expected: &T) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("found {found:?}, expected {expected:?}"))
    }
}
