//! The address that a request comes from, as far as a trusted peer says so.

use crate::base::source::RequestSource;
use crate::config::Config;
use crate::state::Issuer;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The peer of a connection, as the listener knows it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Peer(Option<IpAddr>);

impl Peer {
    /// The peer at `address`.
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        Self(Some(address.ip().to_canonical()))
    }
}

/// The peer; or, if that is a proxy that the operator trusts, the last address of
/// `x-forwarded-for` that is none.
pub(in crate::http) fn find_source(config: &Config, parts: &Parts) -> RequestSource {
    let peer = parts.extensions.get::<Peer>().and_then(|Peer(address)| *address);
    let trusted = |address: &IpAddr| {
        config
            .trusted_proxies
            .iter()
            .any(|proxy| proxy.to_canonical() == address.to_canonical())
    };
    if !peer.as_ref().is_some_and(trusted) {
        return RequestSource::new(peer);
    }
    let forwarded = parts.headers.get_all("x-forwarded-for").iter();
    let listed = forwarded
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let listed: Vec<&str> = listed.map(str::trim).collect();
    let mut named = listed.iter().rev().map_while(|text| text.parse::<IpAddr>().ok());
    RequestSource::new(named.find(|address| !trusted(address)).or(peer))
}

impl<S: Send + Sync> FromRequestParts<S> for RequestSource
where
    Arc<Issuer>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(find_source(&Arc::<Issuer>::from_ref(state).config, parts))
    }
}
