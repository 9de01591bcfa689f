//! The source that attempts to authenticate are counted by.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// An address that attempts are counted by. An IPv6 host has 64 bits of addresses to choose from:
/// they are taken as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RequestSource(Option<IpAddr>);

impl RequestSource {
    /// The source at `address`, if it is known.
    pub(crate) fn new(address: Option<IpAddr>) -> Self {
        Self(address.map(block))
    }
}

fn block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        address @ IpAddr::V4(_) => address,
    }
}

impl fmt::Display for RequestSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(address) => address.fmt(f),
            None => f.write_str("-"),
        }
    }
}
