//! The configuration, its page, and its view.

mod configuration;
mod documentation;
mod table;
