//! Colons in captured values. An upstream that tells operations apart by the text after a colon
//! gets no captured colon.

use crate::operation::pattern::RoutePattern;
use alloc::format;
use alloc::vec::Vec;
use edgewrit_shared::json::Json;
use edgewrit_shared::json::document::{Members, Node};
use edgewrit_shared::small_code::heap_sort::sorted;

/// The statements of the operations of each upstream about colons.
#[derive(Default)]
pub(super) struct Colons<'n> {
    /// Upstreams of operations with `colon: true`, and the place of that member.
    allowed: Vec<(&'n str, Node<'n>)>,
    /// Upstreams of operations with a literal that begins with `:`, and the indices of these
    /// operations.
    verbs: Vec<(&'n str, usize)>,
}

impl<'n> Colons<'n> {
    /// Adds the operation with this index.
    pub(super) fn add(&mut self, members: &Members<'n>, pattern: Option<&RoutePattern>, index: usize) {
        let upstream = members.optional("upstream").map(Node::json);
        let Some(Json::Text(upstream)) = upstream else { return };
        let colon = members.optional("colon");
        let allows = colon.filter(|node| *node.json() == Json::Bool(true));
        self.allowed
            .extend(allows.map(|node| (upstream.as_str(), node.clone())));
        if pattern.is_some_and(RoutePattern::has_verb) {
            self.verbs.push((upstream, index));
        }
    }

    /// Reports every `colon: true` beside which an operation of the same upstream has a literal
    /// that begins with `:`.
    pub(super) fn report_conflicts(self) {
        let verbs = sorted(self.verbs);
        for (upstream, node) in self.allowed {
            let first = verbs.partition_point(|(own, _)| *own < upstream);
            if let Some((_, index)) = verbs.get(first).filter(|(own, _)| *own == upstream) {
                node.fault(format!(
                    "captured values may hold no `:` where the upstream tells operations apart by it, as `/operations/{index}` does"
                ));
            }
        }
    }
}
