//! `GET /v1/bundle`: the bundles that edges follow.

use crate::http::app_state::AppState;
use crate::http::endpoints::Endpoints;
use crate::http::extract::body::pairs;
use crate::http::extract::callers::Unauthenticated;
use crate::http::problem::{Code, Problem};
use crate::http::response::{bytes_of, with_cache_control};
use crate::state::Issuer;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use edgewrit_shared::edge_api::bundle::{BundleQuery, MEDIA_TYPE, PATH, Position, WAIT_SECONDS};
use std::sync::Arc;
use std::time::Duration;

/// A cache before the issuer may hand a snapshot to the edges that ask within a second: less than
/// what clocks differ by.
const SNAPSHOT_CACHED: &str = "public, max-age=1";

pub(super) fn routes() -> Endpoints<AppState> {
    Endpoints::new().get(PATH, bundle)
}

async fn bundle(
    _: Unauthenticated,
    State(issuer): State<Arc<Issuer>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (have, wait) = read(query.as_deref().unwrap_or_default()).ok_or_else(|| {
        let expected =
            format!("expected `have=<epoch>.<seq>` and `wait=<seconds, 0 to {WAIT_SECONDS}>`, each at most once");
        Problem::new(Code::BadRequest).detail(expected)
    })?;
    let how = if have.is_none() { SNAPSHOT_CACHED } else { "no-store" };
    let document = issuer.feed.after(have, wait, issuer.stopping.clone()).await?;
    Ok(with_cache_control(bytes_of(StatusCode::OK, MEDIA_TYPE, document), how))
}

fn read(query: &str) -> Option<(Option<Position>, Duration)> {
    let pairs = pairs(query.as_bytes(), &[])?;
    let query = BundleQuery::read(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
    Some((query.have, Duration::from_secs(query.wait.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_and_a_wait_are_read() {
        let (have, wait) = read("have=ab.7&wait=28").unwrap();
        let position = Position {
            epoch: "ab".into(),
            seq: 7,
        };
        assert_eq!((have, wait), (Some(position), Duration::from_secs(28)));
        assert_eq!(read(""), Some((None, Duration::ZERO)));
    }

    #[test]
    fn any_other_query_is_refused() {
        for query in [
            "wait=29",
            "wait=-1",
            "wait=",
            "have=ab",
            "have=ab.-1",
            "have=ab.+1",
            "have=a.1&have=a.1",
            "x=1",
        ] {
            assert_eq!(read(query), None, "{query}");
        }
    }
}
