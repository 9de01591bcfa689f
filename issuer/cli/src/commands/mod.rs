//! Commands, each a file or a folder, in folders by subject.

pub(crate) mod administration;
pub(crate) mod edge_configuration;
pub(crate) mod finding;
pub(crate) mod grants;
pub(crate) mod lifecycle;
pub(crate) mod reports;
pub(crate) mod writs;
