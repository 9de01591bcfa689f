//! Extraction from requests: the authenticated party, the source, and the body.

pub(super) mod auth;
pub(super) mod body;
pub(super) mod body_budget;
pub(super) mod callers;
pub(super) mod request_body;
pub(super) mod request_info;
pub(super) mod source;
