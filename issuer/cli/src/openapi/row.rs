//! An operation that is made of an OpenAPI document.

use super::note::{Kind, Note};
use edgewrit_shared::json::document::more;
use edgewrit_shared::limits::PARAMS_PER_OPERATION;
use std::collections::BTreeSet;
use std::fmt::Display;

/// Parameters that are named when they are left out because there are too many.
const NAMED: usize = 16;

/// An operation of the draft.
#[derive(Debug)]
pub(crate) struct DraftRow {
    /// The place in the document, as a JSON pointer.
    pub(super) place: String,
    /// The summary that the document gives.
    pub(super) summary: Option<String>,
    /// `METHOD /path`.
    pub(crate) name: String,
    pub(crate) action: String,
    pub(super) resource: String,
    pub(super) upstream: String,
    pub(crate) params: Vec<DraftParam>,
    /// Names of the parameters.
    pub(super) names: BTreeSet<String>,
    pub(super) notes: Vec<Note>,
    /// Values of the body that were looked at.
    pub(super) looked_at: u32,
    /// Whether no edge can judge the operation.
    pub(super) unjudged: bool,
}

/// A parameter of an operation of the draft.
#[derive(Debug)]
pub(crate) struct DraftParam {
    pub(crate) name: String,
    /// The source, such as `query.from`.
    pub(crate) source: String,
    pub(crate) kind: &'static str,
    pub(crate) optional: bool,
    pub(super) list: bool,
    /// The values that it may have, if they are listed.
    pub(crate) values: Vec<String>,
}

impl DraftRow {
    pub(super) fn note(&mut self, kind: Kind, place: impl Display, message: impl Into<String>) {
        self.notes.push(Note::new(kind, place, message));
    }

    /// Notes that `what` is left out, and if requests need it that none passes.
    pub(super) fn left_out(&mut self, kind: Kind, place: impl Display, what: impl Display, is_needed: bool) {
        self.note(kind, &place, format!("left out: {what}"));
        if is_needed {
            let message = "what is left out is required: no request that the API takes is taken, until you add it";
            self.note(Kind::Required, place, message);
        }
    }

    /// Adds a parameter under a name that no other has.
    pub(super) fn push(&mut self, mut param: DraftParam) {
        if !self.names.insert(param.name.clone()) {
            param.name.clone_from(&param.source);
        }
        self.params.push(param);
    }

    /// Leaves out what is more than an operation can map, what is optional first.
    pub(super) fn bound(&mut self) {
        let Some(surplus) = self
            .params
            .len()
            .checked_sub(PARAMS_PER_OPERATION)
            .filter(|surplus| *surplus > 0)
        else {
            return;
        };
        let (needed, mut optional): (Vec<_>, Vec<_>) = self.params.drain(..).partition(|param| !param.optional);
        let left = optional.split_off(optional.len().saturating_sub(surplus));
        self.params = needed.into_iter().chain(optional).collect();
        let rest = left.len().checked_sub(NAMED).filter(|rest| *rest > 0).map(more);
        let named = left.iter().take(NAMED).map(|param| format!("`{}`", param.source));
        let left: Vec<_> = named.chain(rest).collect();
        let message = format!(
            "more than {PARAMS_PER_OPERATION} parameters; left out: {}",
            left.join(", ")
        );
        let place = self.place.clone();
        self.note(Kind::TooMany, &place, message);
    }
}
