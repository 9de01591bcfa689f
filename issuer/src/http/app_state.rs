//! The state that the public endpoints share.

use crate::http::extract::body_budget::UnauthenticatedBodyBudget;
use crate::state::Issuer;
use axum::extract::FromRef;
use std::sync::Arc;

/// The issuer, and what only its endpoints need. A handler takes the part that it uses.
#[derive(Clone)]
pub(super) struct AppState {
    issuer: Arc<Issuer>,
    budget: Arc<UnauthenticatedBodyBudget>,
}

impl AppState {
    pub(super) fn new(issuer: Arc<Issuer>) -> Self {
        Self {
            issuer,
            budget: Arc::default(),
        }
    }
}

impl FromRef<AppState> for Arc<Issuer> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.issuer)
    }
}

impl FromRef<AppState> for Arc<UnauthenticatedBodyBudget> {
    fn from_ref(state: &AppState) -> Self {
        Self::clone(&state.budget)
    }
}
