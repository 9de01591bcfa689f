//! The opened data directory: its start, its backups, its restore, and what is done to it without
//! being asked.

mod admit;
pub mod backup;
pub mod maintenance;
mod opened;
mod opening;
pub mod prune;
pub mod restore;

pub use opened::Data;
pub use opening::{OpenDataError, Opening};
