//! Ids that a client or the issuer chooses.

use crate::json::document::Node;
use alloc::borrow::ToOwned as _;
use alloc::string::String;

/// Longest id, in bytes.
pub const ID_BYTES: usize = 128;
/// The form of an id, for messages.
pub const ID_EXPECTED: &str = "1 to 128 characters of `A-Z a-z 0-9 . _ -`, other than `.` and `..`";

/// Whether `text` can be an id: `[A-Za-z0-9._-]+`, not `.` or `..`, at most [`ID_BYTES`] long.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let letters = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    letters && (1..=ID_BYTES).contains(&text.len()) && text != "." && text != ".."
}

/// Reads an id.
#[must_use]
pub fn read_id(node: &Node<'_>) -> Option<String> {
    let text = node.text()?;
    if is_id(text) {
        return Some(text.to_owned());
    }
    node.expected(ID_EXPECTED)
}

#[cfg(test)]
mod tests {
    use super::{ID_BYTES, is_id};

    #[test]
    fn ids_are_path_segments_and_nothing_else() {
        for good in ["a", "task-1", "A.b_c-9", "...", &"x".repeat(ID_BYTES)] {
            assert!(is_id(good), "{good}");
        }
        for bad in [
            "",
            ".",
            "..",
            "a/b",
            "a b",
            "ä",
            "a\0",
            "%2e",
            &"x".repeat(ID_BYTES + 1),
        ] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
