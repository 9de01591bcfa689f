//! One call to the issuer: sent once, to its origin, with a time limit.

use super::IssuerClient;
use crate::error_line::error_line;
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::call::{Call, OwnedAnswer};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{HOST, HeaderValue};
use std::error::Error;
use std::time::Duration;
use tokio::time::timeout;

/// Makes a call.
pub(crate) async fn call(client: &IssuerClient, config: &Config, call: &Call) -> OwnedAnswer {
    let limit = Duration::from_millis(call.timeout_ms.into());
    match timeout(limit, send(client, config, call)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            let error = error_line(&*error);
            tracing::warn!(
                error,
                issuer = config.issuer(),
                path = call.path,
                "the issuer cannot be called"
            );
            OwnedAnswer::failed()
        }
        Err(_) => {
            tracing::warn!(
                issuer = config.issuer(),
                path = call.path,
                "the issuer did not answer in time"
            );
            OwnedAnswer::failed()
        }
    }
}

async fn send(
    client: &IssuerClient,
    config: &Config,
    call: &Call,
) -> Result<OwnedAnswer, Box<dyn Error + Send + Sync>> {
    let origin = config.issuer();
    let mut request = Request::builder()
        .method(call.method)
        .uri([origin, &call.path].concat());
    let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
    request = request.header(HOST, authority);
    for (name, value) in &call.headers {
        let mut value = HeaderValue::from_str(value.expose())?;
        value.set_sensitive(true);
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(Bytes::copy_from_slice(&call.body)))?;
    let response = client.send(request).await?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), call.answer_bytes).collect().await?;
    Ok(OwnedAnswer::new(status, body.to_bytes().into()))
}
