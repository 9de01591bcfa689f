//! The requests of edges: boots, debits of uses, and records of their decisions.

pub(crate) mod records;
pub(crate) mod spend;

use crate::base::clock::Clock;
use crate::store::Store;
use crate::tokens::status::TokenStatus;
use std::sync::Arc;

/// Answers the requests of edges.
#[derive(Debug)]
pub(crate) struct Edges {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Clock,
    pub(crate) tokens: Arc<TokenStatus>,
}
