//! Cells: one action on one resource of a child, with the check whether the parents cover it.

use crate::grant::attempt::Param;
use crate::grant::pattern::{Pattern, Probes};
use crate::grant::{Grant, Rule};
use crate::limits::EXACT_PARENTS;
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// One action on one resource of a child, and the parents.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) child: &'a Grant,
    pub(super) action: &'a str,
    pub(super) resource: &'a Pattern,
    pub(super) parents: &'a [Grant],
}

/// A parameter of the child whose values are listed, and the values.
type Listed<'a> = (&'a str, Cow<'a, [Param]>);

/// Values chosen for some parameters.
type Chosen<'a> = Vec<(&'a str, &'a Param)>;

impl<'a> Cell<'a> {
    /// The parents that grant the action.
    pub(super) fn acting_parents(&self) -> impl Iterator<Item = &'a Grant> + use<'a> {
        let Self { action, parents, .. } = *self;
        parents.iter().filter(move |parent| parent.has_action(action))
    }

    /// Whether several parents cover the cell together. `questions` is how many more may be asked.
    pub(super) fn is_covered_together(&self, probes: &Probes, questions: &mut u32) -> bool {
        let around = self
            .acting_parents()
            .filter(|parent| parent.covers(probes) && parent.has_room_for(self.child));
        let around: Vec<&Grant> = around.take(EXACT_PARENTS).collect();
        let listed = self.listed_params(&around);
        around.len() > 1
            && !listed.is_empty()
            && self.is_covered_by_values(&listed, &around, &mut Chosen::new(), questions)
    }

    /// The parameters by whose values the parents could share the cell.
    fn listed_params(&self, parents: &[&Grant]) -> Vec<Listed<'a>> {
        let is_asked = |param: &str| parents.iter().any(|parent| parent.rule(param).is_some());
        let rules = self.child.rules.iter().filter(|(param, _)| is_asked(param));
        let listed = rules.filter_map(|(param, rule)| Some((param.as_str(), rule.listed_values()?)));
        listed.filter(|(_, values)| values.len() > 1).collect()
    }

    /// Whether for every choice of listed values some parent encloses the cell.
    fn is_covered_by_values<'l>(
        &self,
        listed: &'l [Listed<'l>],
        parents: &[&Grant],
        chosen: &mut Chosen<'l>,
        questions: &mut u32,
    ) -> bool {
        let Some(((param, values), rest)) = listed.split_first() else {
            return parents
                .iter()
                .any(|parent| take_question(questions) && self.is_within(parent, chosen));
        };
        let permitted = self.child.rule(param);
        let mut permitted = values
            .iter()
            .filter(|value| permitted.is_some_and(|rule| rule.admits(Some(value))));
        permitted.all(|value| {
            chosen.push((param, value));
            let covered = self.is_covered_by_values(rest, parents, chosen, questions);
            chosen.pop();
            covered
        })
    }

    /// Whether the rules of `parent` follow from the rules of the child, if some parameters have
    /// the chosen values.
    fn is_within(&self, parent: &Grant, chosen: &[(&str, &Param)]) -> bool {
        parent.rules.iter().all(
            |(param, required): &(_, Rule)| match chosen.iter().find(|(own, _)| own == param) {
                Some((_, value)) => required.admits(Some(value)),
                None => self.child.rule(param).is_some_and(|own| required.includes(own)),
            },
        )
    }
}

/// Takes one question, if one is left.
pub(super) fn take_question(questions: &mut u32) -> bool {
    let left = questions.checked_sub(1);
    *questions = left.unwrap_or(0);
    left.is_some()
}

#[cfg(test)]
mod tests {
    use super::take_question;

    #[test]
    fn no_more_questions_are_asked_than_are_left() {
        let mut questions = 2;
        let required: [bool; 4] = core::array::from_fn(|_| take_question(&mut questions));
        assert_eq!((required, questions), ([true, true, false, false], 0));
    }
}
