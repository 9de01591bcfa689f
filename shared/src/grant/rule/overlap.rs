//! An example of a value that two rules both admit.

use super::kind::RuleKind;
use super::{Rule, RuleIntersection, Samples};
use crate::grant::Pattern;
use crate::grant::attempt::Param;

impl Rule {
    /// A value that both rules admit, or absence, which comes first; `None` if none was found. The
    /// search uses the samples and the patterns of both rules. With several kinds about text it may
    /// miss a value.
    pub(in crate::grant) fn overlap(&self, other: &Self) -> Option<Option<Param>> {
        let joined = match self.meet(other) {
            RuleIntersection::Nothing => return None,
            RuleIntersection::Rule(rule) => Some(rule),
            RuleIntersection::Inexpressible => None,
        };
        let is_common = |value: &Option<Param>| self.admits(value.as_ref()) && other.admits(value.as_ref());
        let of_both = || Samples::of(Some(self), &[other]);
        let samples = joined.map_or_else(of_both, |rule| Samples::of(Some(&rule), &[]));
        let mut values = samples
            .iter()
            .map(Option::<&Param>::cloned)
            .chain(self.common_glob_texts(other));
        values.find(is_common)
    }

    /// Texts that patterns of both rules match.
    fn common_glob_texts(&self, other: &Self) -> impl Iterator<Item = Option<Param>> {
        let common = self.find_glob().zip(other.find_glob());
        let text = common.and_then(|(own, other)| own.overlap(other));
        text.map(|text| Some(Param::Text(text))).into_iter()
    }

    fn find_glob(&self) -> Option<&Pattern> {
        self.value_rule().kinds.iter().find_map(|kind| match kind {
            RuleKind::Glob(pattern) => Some(pattern),
            _ => None,
        })
    }

    /// A value that the rule admits, or absence; `None` if none was found.
    pub(in crate::grant) fn example(&self) -> Option<Option<Param>> {
        self.overlap(self)
    }
}
