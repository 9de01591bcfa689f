//! Commands on writs.

mod inspect;
