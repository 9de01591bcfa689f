//! `{"cidr": network}`: the parameter is the text of an IP address in this network (RFC 4632, RFC 4291). The families are disjoint:
//! IPv4 in four decimal parts without leading zeros, IPv6 without zone; an IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) is neither, since
//! some readers take it for the one and some for the other.

use super::{Answer, Kind, Rule, Types};
use crate::attempt::Param;
use crate::document::Node;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use core::net::IpAddr;

/// The network's first address, and how many of its leading bits count.
#[derive(Debug)]
struct Cidr {
    first: IpAddr,
    prefix: u32,
}

pub(super) fn read(node: &Node<'_>) -> Option<Arc<dyn Kind>> {
    match parse(node.text()?) {
        Some(network) => Some(Arc::new(network)),
        None => node.expected("a network such as `10.0.0.0/8` or `2001:db8::/32`, its other bits zero"),
    }
}

fn parse(text: &str) -> Option<Cidr> {
    let (first, prefix) = text.split_once('/')?;
    let network = Cidr {
        first: address(first)?,
        prefix: prefix.parse().ok()?,
    };
    let canonical_prefix = network.prefix.to_string() == prefix;
    let (_, width) = bits(network.first);
    let is_whole = canonical_prefix && network.prefix <= width && network.others() == 0;
    is_whole.then_some(network)
}

/// An address in one of the spellings that all readers take for the same.
fn address(text: &str) -> Option<IpAddr> {
    match text.parse().ok()? {
        IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => None,
        address => Some(address),
    }
}

/// The bits of an address, and how many there are.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), u32::BITS),
        IpAddr::V6(address) => (address.to_bits(), u128::BITS),
    }
}

impl Cidr {
    /// The bits of the first address behind the prefix.
    fn others(&self) -> u128 {
        let (bits, width) = bits(self.first);
        bits & !u128::MAX.checked_shl(width.saturating_sub(self.prefix)).unwrap_or(0)
    }

    fn has(&self, address: IpAddr) -> bool {
        let ((own, width), (other, other_width)) = (bits(self.first), bits(address));
        let differing = (own ^ other)
            .checked_shr(width.saturating_sub(self.prefix))
            .unwrap_or(0);
        width == other_width && differing == 0
    }
}

impl Kind for Cidr {
    fn answer(&self, found: Option<&Param>) -> Answer {
        let Some(Param::Text(text)) = found else {
            return Answer::CannotTell;
        };
        address(text).map_or(Answer::CannotTell, |address| Answer::of(self.has(address)))
    }

    fn to_json(&self) -> String {
        format!("\"{}/{}\"", self.first, self.prefix)
    }

    fn types(&self) -> Types {
        Types::TEXT
    }

    fn is_implied_by(&self, child: &Rule) -> bool {
        let child = child.kind::<Self>();
        child.is_some_and(|child| child.prefix >= self.prefix && self.has(child.first))
    }
}
