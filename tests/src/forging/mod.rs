//! Writs that an issuer would never sign, signed with its own key all the same: whatever is wrong
//! with one is all that is wrong.

mod bundle;
mod edit;
mod encode;
mod key;
mod members;
mod spec;
mod writ;

pub use bundle::Parts;
pub use edit::Edit;
pub use key::{ForgingKey, IssuerKeys};
pub use members::Member;
pub use spec::{SignerChoice, WritSpec};
pub use writ::{Setting, forge};
