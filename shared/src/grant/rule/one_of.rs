//! `{"in": [values]}`: the parameter is one of these. The values may be of several types.

use super::{Answer, Kind, Rule, Types, value};
use crate::attempt::Param;
use crate::document::Node;
use crate::grant::read::distinct;
use crate::grant::write;
use crate::limits::IN_VALUES;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

#[derive(Debug)]
struct OneOf(Vec<Param>);

pub(super) fn read(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    let values = distinct(node, IN_VALUES, value::read, write::param)?;
    Some(Arc::new(OneOf(values)))
}

impl Kind for OneOf {
    fn answer(&self, found: Option<&Param>) -> Answer {
        value::is_one_of(&self.0, found)
    }

    fn to_json(&self) -> String {
        write::params(&self.0)
    }

    fn types(&self) -> Types {
        Types::of_all(&self.0)
    }

    /// A child whose values are not listed can admit others.
    fn is_implied_by(&self, _: &Rule) -> bool {
        false
    }

    fn values(&self) -> Option<&[Param]> {
        Some(&self.0)
    }
}
