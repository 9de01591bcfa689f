//! `{"not_in": [values]}`: the parameter is of a type that is listed, and none of the values.

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
struct NotIn(Vec<Param>);

pub(super) fn read(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    let values = distinct(node, IN_VALUES, value::read, write::param)?;
    Some(Arc::new(NotIn(values)))
}

impl Kind for NotIn {
    fn answer(&self, found: Option<&Param>) -> Answer {
        match value::is_one_of(&self.0, found) {
            Answer::Admits => Answer::Objects,
            Answer::Objects => Answer::Admits,
            Answer::CannotTell => Answer::CannotTell,
        }
    }

    fn to_json(&self) -> String {
        write::params(&self.0)
    }

    fn types(&self) -> Types {
        Types::of_all(&self.0)
    }

    /// Whatever in the child keeps the values out, or of another type.
    fn is_implied_by(&self, child: &Rule) -> bool {
        child.types().is_within(self.types()) && !self.0.iter().any(|value| child.admits(value))
    }
}
