//! Help, pages and output of the commands as a whole.

mod hidden_characters;
mod hyphens;
mod issuer_page;
mod snapshots;
mod tools_page;
