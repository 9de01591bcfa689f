//! What lasts: the store, as the issuer sees it.

mod sqlite;

pub use sqlite::*;
pub(crate) use sqlite::{begin_epoch, look_at_database, open_database};
