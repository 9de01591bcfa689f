//! `{"eq": value}`: the parameter is this text, number or truth value. Numbers are compared by value, text byte for byte.

use super::{Answer, Kind, Rule, Types, value};
use crate::attempt::Param;
use crate::document::Node;
use crate::grant::write;
use alloc::string::String;
use alloc::sync::Arc;

#[derive(Debug)]
struct Eq([Param; 1]);

pub(super) fn read(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    Some(Arc::new(Eq([value::read(node)?])))
}

impl Kind for Eq {
    fn answer(&self, found: Option<&Param>) -> Answer {
        value::is_one_of(&self.0, found)
    }

    fn to_json(&self) -> String {
        self.0.iter().map(write::param).collect()
    }

    fn types(&self) -> Types {
        Types::of_all(&self.0)
    }

    /// A child whose values are not listed can admit more than one.
    fn is_implied_by(&self, _: &Rule) -> bool {
        false
    }

    fn values(&self) -> Option<&[Param]> {
        Some(&self.0)
    }
}
