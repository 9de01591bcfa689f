//! `{"under": path}`: the parameter is an absolute path, and this one or below it. Paths are compared segment by segment, and only
//! such are compared as every file system reads alike: with empty or dot segments, `\`, `%`, `~` or control characters in it, a text
//! is no path and the rule cannot tell.

use super::{Answer, Kind, Rule, Types};
use crate::attempt::Param;
use crate::document::Node;
use crate::grant::read::text;
use crate::json::Quoted;
use crate::limits::RULE_TEXT_BYTES;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;

#[derive(Debug)]
struct Under(String);

pub(super) fn read(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    let path = text(node, RULE_TEXT_BYTES)?;
    if !is_path(path) {
        return node.expected("an absolute path without empty or dot segments, `\\`, `%`, `~` and control characters");
    }
    Some(Arc::new(Under(path.into())))
}

fn is_path(text: &str) -> bool {
    let Some(below_root) = text.strip_prefix('/') else {
        return false;
    };
    let is_segment = |segment: &str| !matches!(segment, "" | "." | "..");
    let is_plain = |letter: char| !matches!(letter, '\\' | '%' | '~') && !letter.is_control();
    text.chars().all(is_plain) && (below_root.is_empty() || below_root.split('/').all(is_segment))
}

impl Under {
    /// Whether the path `path` is this one or below it.
    fn has(&self, path: &str) -> bool {
        self.0 == "/"
            || path
                .strip_prefix(&self.0)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Kind for Under {
    fn answer(&self, found: Option<&Param>) -> Answer {
        match found {
            Some(Param::Text(text)) if is_path(text) => Answer::of(self.has(text)),
            _ => Answer::CannotTell,
        }
    }

    fn to_json(&self) -> String {
        Quoted(&self.0).to_string()
    }

    fn types(&self) -> Types {
        Types::TEXT
    }

    fn is_implied_by(&self, child: &Rule) -> bool {
        child.kind::<Self>().is_some_and(|child| self.has(&child.0))
    }
}
