//! Values as rules spell them: text, numbers, truth values.

use crate::attempt::Param;
use crate::document::Node;
use crate::grant::read::text;
use crate::grant::rule::{Answer, Types};
use crate::json::Json;
use crate::limits::RULE_TEXT_BYTES;

pub(super) fn read(node: &Node<'_>) -> Option<Param> {
    match node.json() {
        Json::Text(_) => Some(Param::Text(text(node, RULE_TEXT_BYTES)?.into())),
        Json::Number(number) => Some(Param::Number(number.clone())),
        Json::Bool(value) => Some(Param::Bool(*value)),
        Json::Null | Json::List(_) | Json::Object(_) => node.expected("a string, a number, `true` or `false`"),
    }
}

/// Whether `found` is one of `named`; not to be told if all of these are of other types.
pub(super) fn is_one_of(named: &[Param], found: Option<&Param>) -> Answer {
    match found {
        Some(found) if Types::of_all(named).has(found) => Answer::of(named.contains(found)),
        _ => Answer::CannotTell,
    }
}
