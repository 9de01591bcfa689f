//! Commands of clients: request writs, and read a writ.

pub(crate) mod inspect;
pub(crate) mod mint;
