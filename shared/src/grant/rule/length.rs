//! `{"length": {"min": n, "max": n}}`: the parameter is text of so many Unicode scalar values, or a list of so many elements. One of
//! the bounds may be missing; both belong to what is admitted.

use super::{Answer, Kind, Rule, Types};
use crate::attempt::Param;
use crate::document::Node;
use crate::grant::read::known_members;
use crate::json::write::{member, object};
use crate::limits::BODY_BYTES_MAX;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

#[derive(Debug)]
struct Length {
    min: Option<u64>,
    max: Option<u64>,
}

pub(super) fn read(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    let (members, known) = known_members(node, &["max", "min"])?;
    // No text is longer than the body it came in.
    let bound = |name: &str| match members.optional(name) {
        Some(bound) => bound.integer(0, BODY_BYTES_MAX as u64).map(Some),
        None => Some(None),
    };
    let (min, max) = (bound("min"), bound("max"));
    let length = Length { min: min?, max: max? };
    if known && length.min.is_none() && length.max.is_none() {
        node.fault("a length without bounds, expected `min` or `max`");
        return None;
    }
    known.then(|| Arc::new(length) as Arc<dyn Kind>)
}

impl Kind for Length {
    fn answer(&self, found: Option<&Param>) -> Answer {
        let length = match found {
            Some(Param::Text(text)) => text.chars().count(),
            Some(Param::List(values)) => values.len(),
            _ => return Answer::CannotTell,
        };
        let length = length as u64;
        Answer::of(self.min.is_none_or(|min| length >= min) && self.max.is_none_or(|max| length <= max))
    }

    fn to_json(&self) -> String {
        let max = self.max.map(|max| member("max", max));
        let min = self.min.map(|min| member("min", min));
        object(&max.into_iter().chain(min).collect::<Vec<_>>())
    }

    fn types(&self) -> Types {
        Types::TEXT.or(Types::LIST)
    }

    fn is_implied_by(&self, child: &Rule) -> bool {
        let Some(child) = child.kind::<Self>() else {
            return false;
        };
        let min = self.min.is_none_or(|min| child.min.is_some_and(|own| own >= min));
        let max = self.max.is_none_or(|max| child.max.is_some_and(|own| own <= max));
        min && max
    }
}
