//! `{"glob": pattern}`: the parameter is text that matches a pattern (see [`Pattern`]; `*` stops at `/` and `:` here too).

use super::{Answer, Kind, Rule, Types};
use crate::attempt::Param;
use crate::document::Node;
use crate::grant::pattern::Pattern;
use crate::grant::read;
use crate::json::Quoted;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;

#[derive(Debug)]
struct Glob(Pattern);

pub(super) fn read(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    Some(Arc::new(Glob(read::pattern(node)?)))
}

impl Kind for Glob {
    fn answer(&self, found: Option<&Param>) -> Answer {
        match found {
            Some(Param::Text(text)) => Answer::of(self.0.matches(text)),
            _ => Answer::CannotTell,
        }
    }

    fn to_json(&self) -> String {
        Quoted(&self.0.to_string()).to_string()
    }

    fn types(&self) -> Types {
        Types::TEXT
    }

    fn is_implied_by(&self, child: &Rule) -> bool {
        child.kind::<Self>().is_some_and(|child| self.0.includes(&child.0))
    }
}
