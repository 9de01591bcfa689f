//! The names that a query or a form may have.

use super::ValueUse;
use super::param::ParamId;
use crate::http::case_folding::fold;
use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::limits::PARAMS_PER_OPERATION;

/// The names that an operation knows, sorted, each once.
#[derive(Debug, Default)]
pub(crate) struct FieldNames(Vec<FieldName>);

/// A name that an operation knows.
#[derive(Debug)]
pub(crate) struct FieldName {
    /// The name in the configuration, decoded.
    pub(crate) text: String,
    pub(crate) purpose: ValueUse,
    /// The bit of this name in a set of names.
    pub(crate) bit: u64,
    /// The bits of the names that [some reader](are_rivals) could read as this one.
    pub(crate) rivals: u64,
    /// Whether the name is no parameter and a rival of it is one. The value of such a name could
    /// become the value of the parameter without being judged.
    pub(crate) shadows: bool,
}

// Each name has a bit.
const _: () = assert!(PARAMS_PER_OPERATION <= u64::BITS as usize);

impl FieldNames {
    /// The entry for `name`; `None` if the operation does not know the name.
    pub(crate) fn find(&self, name: &str) -> Option<&FieldName> {
        self.0.get(self.find_index(name).ok()?)
    }

    /// Adds a name, at most [`PARAMS_PER_OPERATION`] names. Returns false if the name is there
    /// already.
    pub(crate) fn add(&mut self, text: String, purpose: ValueUse) -> bool {
        let Err(place) = self.find_index(&text) else {
            return false;
        };
        let bit = u32::try_from(self.0.len()).map_or(0, |own| 1_u64.checked_shl(own).unwrap_or_default());
        let is_param = |purpose| matches!(purpose, ValueUse::Param(_));
        let (mut rivals, mut shadows) = (0, false);
        for other in self.0.iter_mut().filter(|other| are_rivals(&other.text, &text)) {
            rivals |= other.bit;
            other.rivals |= bit;
            shadows |= !is_param(purpose) && is_param(other.purpose);
            other.shadows |= is_param(purpose) && !is_param(other.purpose);
        }
        let name = FieldName {
            text,
            purpose,
            bit,
            rivals,
            shadows,
        };
        self.0.insert(place, name);
        true
    }

    /// Whether there is no name.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find_index(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|own| own.text.as_str().cmp(name))
    }

    /// Whether a name belongs to this parameter.
    pub(crate) fn contains_param(&self, param: ParamId) -> bool {
        self.0.iter().any(|own| own.purpose == ValueUse::Param(param))
    }
}

/// Whether some reader lets one of the two names replace the other: `user` and `User` (ASP.NET),
/// `user.id` and `user_id` (PHP), `ids` and `ids[]` (PHP, Rack, qs), `filter` and `filter[tag]`.
fn are_rivals(one: &str, other: &str) -> bool {
    let (one, other) = (lenient_name(one), lenient_name(other));
    let is_within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('['));
    one == other || is_within(&one, &other) || is_within(&other, &one)
}

/// The name as the most lenient reader reads it: without case, leading spaces and a trailing `[]`,
/// and with `_` for the characters that PHP replaces.
fn lenient_name(name: &str) -> String {
    let folded = fold(name.trim_start_matches(' '));
    folded.trim_end_matches("[]").replace(['.', ' ', '+'], "_")
}

#[cfg(test)]
mod tests {
    use super::{FieldNames, are_rivals};
    use crate::operation::ValueUse;
    use crate::operation::param::ParamId;
    use alloc::format;
    use edgewrit_shared::limits::PARAMS_PER_OPERATION;

    #[test]
    fn names_that_some_reader_confuses_are_rivals() {
        for (one, other) in [
            ("user", "User"),
            ("user.id", "user_id"),
            (" user", "user"),
            ("ids", "ids[]"),
            ("ids[]", "ids[0]"),
            ("filter", "filter[tag]"),
            ("a[b]", "A[b][c]"),
        ] {
            assert!(are_rivals(one, other) && are_rivals(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("user", "users"),
            ("filter[tag]", "filter[kind]"),
            ("filter[tag]", "filter[tags]"),
            ("a", "b[a]"),
        ] {
            assert!(!are_rivals(one, other) && !are_rivals(other, one), "{one} {other}");
        }
    }

    #[test]
    fn each_of_as_many_names_as_there_may_be_has_a_bit() {
        let mut names = FieldNames::default();
        for name in 0..PARAMS_PER_OPERATION {
            assert!(names.add(format!("n{name}"), ValueUse::Ignore));
        }
        assert!(!names.add("n7".into(), ValueUse::Ignore));
        let bits = names.0.iter().fold(0, |bits, name| bits | name.bit);
        assert_eq!(bits.count_ones() as usize, PARAMS_PER_OPERATION);
        assert!(
            names
                .0
                .iter()
                .all(|name| name.bit.count_ones() == 1 && name.rivals == 0)
        );
    }

    #[test]
    fn only_an_ignored_name_shadows_a_parameter() {
        let mut names = FieldNames::default();
        let all = [
            ("ids", ValueUse::Ignore),
            ("ids[]", ValueUse::Param(ParamId(0))),
            ("user", ValueUse::Param(ParamId(1))),
            ("User", ValueUse::Ignore),
        ];
        for (name, purpose) in all.into_iter().chain([
            ("page", ValueUse::Ignore),
            ("a", ValueUse::Param(ParamId(2))),
            ("a[b]", ValueUse::Param(ParamId(3))),
        ]) {
            names.add(name.into(), purpose);
        }
        for (name, shadows) in [
            ("ids", true),
            ("ids[]", false),
            ("user", false),
            ("User", true),
            ("page", false),
            ("a", false),
        ] {
            assert_eq!(names.find(name).unwrap().shadows, shadows, "{name}");
        }
    }

    #[test]
    fn rivals_are_mutual_in_any_order() {
        let mut names = FieldNames::default();
        for name in ["filter[tag]", "filter", "page", "filter[kind]"] {
            names.add(name.into(), ValueUse::Ignore);
        }
        let find = |name| names.find(name).unwrap();
        assert_eq!(
            find("filter").rivals,
            find("filter[tag]").bit | find("filter[kind]").bit
        );
        assert_eq!(find("filter[tag]").rivals, find("filter").bit);
        assert_eq!(find("page").rivals, 0);
    }
}
