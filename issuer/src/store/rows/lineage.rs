//! Lineages that were renewed or passed something on. Any other consists of its first writ, which
//! is named like it.

use edgewrit_shared::time::UnixSeconds;

/// A lineage as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    /// Time at which the latest writ of the lineage expires.
    pub expires: UnixSeconds,
    /// For a delegated one: the records of how it came to be, as the text of a JSON list.
    pub chain: Option<String>,
}

/// A lineage that begins with a delegate's writ.
#[derive(Clone, Copy, Debug)]
pub struct DelegatedLineage<'a> {
    /// Id of the lineage, and of the first writ in it.
    pub lineage: &'a str,
    /// The lineage from which all of the chain descends.
    pub root: &'a str,
    /// Time at which the delegate's writ expires.
    pub expires: UnixSeconds,
    /// The records of how it came to be, as the text of a JSON list.
    pub chain: &'a str,
}
