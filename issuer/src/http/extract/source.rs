//! The address that a request comes from, as far as a trusted peer says so.

use crate::config::Config;
use axum::extract::Request;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

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

/// An address that attempts are counted by. An IPv6 host has 64 bits of addresses to choose from:
/// they are taken as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Source(Option<IpAddr>);

impl Source {
    /// The peer; or, if that is a proxy that the operator trusts, the last address of
    /// `x-forwarded-for` that is none.
    pub(crate) fn of(config: &Config, request: &Request) -> Self {
        let peer = request.extensions().get::<Peer>().and_then(|Peer(address)| *address);
        let trusted = |address: &IpAddr| {
            config
                .trusted_proxies
                .iter()
                .any(|proxy| proxy.to_canonical() == address.to_canonical())
        };
        if !peer.as_ref().is_some_and(trusted) {
            return Self(peer.map(block));
        }
        let forwarded = request.headers().get_all("x-forwarded-for").iter();
        let listed = forwarded
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        let listed: Vec<&str> = listed.map(str::trim).collect();
        let mut named = listed.iter().rev().map_while(|text| text.parse::<IpAddr>().ok());
        Self(named.find(|address| !trusted(address)).or(peer).map(block))
    }
}

fn block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address @ IpAddr::V4(_) => address,
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(address) => address.fmt(f),
            None => f.write_str("-"),
        }
    }
}
