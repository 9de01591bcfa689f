//! Authority that can be ended early, and the party that ends it.

use edgewrit_shared::bundle::revocation::Target;
use edgewrit_shared::time::UnixSeconds;

/// Authority that is valid, and can be revoked.
#[derive(Clone, Copy, Debug)]
pub struct Living {
    /// Target of the revocation.
    pub target: Target,
    /// Time at which the last writ of the target was issued.
    pub born: UnixSeconds,
    /// Time at which the last writ of the target expires.
    pub expires: UnixSeconds,
}

/// The party that revokes. An edge holds only so many revocations, and without all of them it
/// refuses everything: so clients have shares, and there is always room for the operator.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// The operator.
    Operator,
    /// A client, or an agent of it.
    Client(&'a str),
}
