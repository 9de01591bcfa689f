//! Codes of findings about a table of operations.

use crate::commands::finding;
use clap::ValueEnum;

/// The code of a finding. The names are stable, because scripts turn codes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OperationCode {
    /// A segment that is an operation of its own for another method is captured.
    CapturedLiteral,
    /// Captured values with a colon, where the upstream has verbs behind one.
    ColonVerb,
    /// A request that a path matches is refused, because a literal took it.
    DeadEnd,
    /// A body where some clients and hosts can send none.
    GetBody,
    /// Two operations that no grant can tell apart.
    Indistinct,
    /// A method that is hardly one.
    Method,
    /// A `*` that is no wildcard.
    Star,
    /// Two paths that the upstream may take for one.
    TrailingSlash,
    /// A body of which nothing is judged.
    UnjudgedBody,
    /// No request gets through.
    Unreachable,
    /// An upstream, and its credential, for nothing.
    UnusedUpstream,
    /// A value or name that no grant can say.
    Unwordable,
}

/// A finding about an operation or an upstream.
pub(super) type OperationFinding = finding::Finding<OperationCode>;
