//! `{"absent": true}`: the request does not have the parameter.

use super::{Answer, Kind, Rule, Types};
use crate::attempt::Param;
use crate::document::Node;
use alloc::string::String;
use alloc::sync::Arc;

#[derive(Debug)]
struct Absent;

pub(super) fn read(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    match node.bool()? {
        true => Some(Arc::new(Absent)),
        false => node.expected("`true`"),
    }
}

impl Kind for Absent {
    fn answer(&self, found: Option<&Param>) -> Answer {
        Answer::of(found.is_none())
    }

    fn to_json(&self) -> String {
        "true".into()
    }

    fn types(&self) -> Types {
        Types::ABSENT
    }

    fn is_implied_by(&self, child: &Rule) -> bool {
        child.types().is_within(Types::ABSENT)
    }
}
