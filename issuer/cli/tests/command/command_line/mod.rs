//! Help, pages and output of the commands as a whole.

mod documentation;
mod hyphens;
mod page;
mod printing;
mod snapshots;
