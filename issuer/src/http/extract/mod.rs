//! What a handler takes from a request: who asks, from where, and the body.

pub(super) mod auth;
pub(super) mod body;
pub(super) mod body_budget;
pub(super) mod request_info;
pub(super) mod source;
