//! An issuer without a socket: a data folder of its own, a clock that the test turns, and its two routers.
#![expect(clippy::missing_docs_in_private_items, reason = "helpers of tests speak by their names")]

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use edgewrit_issuer::bundle::Stopping;
use edgewrit_issuer::clock::Clock;
use edgewrit_issuer::config::Config;
use edgewrit_issuer::issuer::{Data, Issuer};
use edgewrit_issuer::{Office, admin, app};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tower::ServiceExt as _;
