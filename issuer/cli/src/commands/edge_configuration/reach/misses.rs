//! The grants that may reach an operation, and what the nearest other grant misses.

use edgewrit_edge::config::view::{self, Row};
use edgewrit_shared::grant::{Grant, Rule, TemplatePiece};

/// An operation as grants see it.
#[derive(Debug)]
pub(super) struct Reach<'a> {
    pub(super) row: Row<'a>,
    /// Indices of the grants that may reach it.
    pub(super) grants: Vec<usize>,
    /// If none does: what a grant misses it by, and the index of that grant.
    pub(super) near: Option<(usize, Miss<'a>)>,
}

/// The part by which a grant misses an operation, the nearest last.
#[derive(Clone, Copy, Debug)]
pub(super) enum Miss<'a> {
    /// The resource is granted.
    Action,
    /// The action is granted.
    Resource,
    /// Both are, and this rule on a parameter never admits what the operation sends.
    Rule(&'a str, &'a Rule),
}

impl<'a> Reach<'a> {
    pub(super) fn of(row: Row<'a>, grants: &'a [Grant]) -> Self {
        let not_captured = row.not_captured();
        let template: Vec<_> = row
            .resource()
            .map(|piece| match piece {
                view::ResourcePiece::Text(text) => TemplatePiece::Text(text),
                view::ResourcePiece::Capture(_) => TemplatePiece::Run(&not_captured),
            })
            .collect();
        let mut reach = Self {
            row,
            grants: Vec::new(),
            near: None,
        };
        for (index, grant) in grants.iter().enumerate() {
            match miss(row, &template, grant) {
                None => reach.grants.push(index),
                Some(Some(miss)) => reach.keep_nearest(index, miss),
                Some(None) => {}
            }
        }
        reach
    }

    fn keep_nearest(&mut self, index: usize, miss: Miss<'a>) {
        if self.near.is_none_or(|(_, held)| miss.nearness() > held.nearness()) {
            self.near = Some((index, miss));
        }
    }
}

impl Miss<'_> {
    fn nearness(self) -> u8 {
        match self {
            Self::Action => 0,
            Self::Resource => 1,
            Self::Rule(..) => 2,
        }
    }
}

/// The part by which `grant` misses the operation: `None` if it does not, `Some(None)` if it is
/// far.
fn miss<'a>(row: Row<'a>, template: &[TemplatePiece<'_>], grant: &'a Grant) -> Option<Option<Miss<'a>>> {
    let has_action = grant.actions().iter().any(|action| action == row.action());
    let has_resource = grant.resources().iter().any(|pattern| pattern.matches_some(template));
    match (has_action, has_resource) {
        (false, false) => Some(None),
        (false, true) => Some(Some(Miss::Action)),
        (true, false) => Some(Some(Miss::Resource)),
        (true, true) => {
            let mut rules = grant.rules().iter();
            let never = rules.find(|(param, rule)| !may_be_met(row, param, rule));
            never.map(|(param, rule)| Some(Miss::Rule(param, rule)))
        }
    }
}

/// Whether some request of the operation may have what `rule` asks of the parameter. One that the
/// operation does not know is never there.
fn may_be_met(row: Row<'_>, param: &str, rule: &Rule) -> bool {
    match row.params().find(|field| field.name == param) {
        None => rule.may_admit(None),
        Some(field) => rule.may_admit(Some(field.value)) || field.optional && rule.may_admit(None),
    }
}
