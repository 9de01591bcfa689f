//! The parts that all commands use: the project, its programs, and what is printed meanwhile.

pub(crate) mod cargo;
pub(crate) mod progress;
pub(crate) mod project;
pub(crate) mod stage;
pub(crate) mod supervised;
