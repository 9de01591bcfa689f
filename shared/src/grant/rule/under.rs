//! `{"under": path}`: the parameter is an absolute path, and this one or below it. Paths are
//! compared segment by segment. The rule reads only paths that every file system reads alike. About
//! a text with empty or dot segments, `\`, `%`, `~` or control characters it cannot tell.

use super::RuleAnswer;
use crate::grant::elements::read_text;
use crate::json::document::Node;
use crate::limits::RULE_TEXT_BYTES;
use alloc::string::String;

/// An absolute path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Under(String);

impl Under {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let path = read_text(node, RULE_TEXT_BYTES)?;
        if !is_path(path) {
            return node
                .expected("an absolute path without empty or dot segments, `\\`, `%`, `~` and control characters");
        }
        Some(Self(path.into()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn answer(&self, text: &str) -> RuleAnswer {
        if is_path(text) {
            RuleAnswer::of(self.is_above(text))
        } else {
            RuleAnswer::CannotTell
        }
    }

    /// Whether this rule admits every path that `other` admits.
    pub(super) fn includes(&self, other: &Self) -> bool {
        self.is_above(&other.0)
    }

    /// Whether `path` is this one or below it.
    fn is_above(&self, path: &str) -> bool {
        self.0 == "/"
            || path
                .strip_prefix(&self.0)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

fn is_path(text: &str) -> bool {
    let Some(below_root) = text.strip_prefix('/') else {
        return false;
    };
    let is_segment = |segment: &str| !matches!(segment, "" | "." | "..");
    let is_plain = |letter: char| !matches!(letter, '\\' | '%' | '~') && !letter.is_control();
    text.chars().all(is_plain) && (below_root.is_empty() || below_root.split('/').all(is_segment))
}
