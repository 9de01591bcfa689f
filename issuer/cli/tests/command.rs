//! The command `edgewrit` as people and scripts use it.
#![expect(
    clippy::disallowed_methods,
    reason = "a test does to files what others would do, and measures"
)]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says where"
)]

mod checking;
mod decide;
mod documentation;
mod durable;
mod explain;
mod files;
mod hyphens;
mod importing;
mod inspect;
mod linting;
mod narrower;
mod old_records;
mod operating;
mod page;
mod permissions;
mod printing;
mod reach;
mod registering;
mod replay;
mod restoring;
mod retaining;
mod running;
mod snapshots;
mod support;
