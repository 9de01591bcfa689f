//! Codes of findings about policies and ceilings.

use crate::commands::finding;
use clap::ValueEnum;

/// The code of a finding. The names are stable, because scripts turn codes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GrantCode {
    /// A grant of a task request that lies beyond every ceiling.
    Beyond,
    /// More resources than one would think.
    Broad,
    /// A part of a rule that admits nothing.
    Contradictory,
    /// Text that is refused by its spelling alone.
    DenyList,
    /// A glob whose texts lead elsewhere.
    GlobEscape,
    /// A grant within others.
    Implied,
    /// A grant that permits nothing.
    Impossible,
    /// A number that readers in floating point change.
    NumberPrecision,
    /// Two grants permit the same, and more than either says.
    Overlap,
    /// A `*` that does not go as far as one would think.
    StarStops,
    /// Uses that are not counted.
    UncountedOverlap,
    /// An operation that matters, without limits.
    Unguarded,
    /// A grant of a ceiling that no task request uses.
    Unneeded,
}

/// A finding about a policy or a ceiling.
pub(super) type GrantFinding = finding::Finding<GrantCode>;
