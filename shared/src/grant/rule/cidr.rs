//! `{"cidr": network}`: the parameter is the text of an IP address in this network (RFC 4632, RFC
//! 4291). The address families are disjoint: IPv4 in four decimal parts without leading zeros, IPv6
//! without zone. An IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) belongs to neither, because
//! readers disagree about its family.

use super::RuleAnswer;
use crate::json::document::Node;
use alloc::string::ToString as _;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The first address of the network, and the length of its prefix in bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cidr {
    first: IpAddr,
    prefix: u32,
}

impl Cidr {
    pub(super) fn read(node: &Node<'_>) -> Option<Self> {
        let network = parse(node.text()?);
        if network.is_none() {
            return node.expected("a network such as `10.0.0.0/8` or `2001:db8::/32`, its other bits zero");
        }
        network
    }

    pub(super) fn answer(&self, text: &str) -> RuleAnswer {
        parse_address(text).map_or(RuleAnswer::CannotTell, |address| RuleAnswer::of(self.contains(address)))
    }

    /// Whether every address of `other` is in this network.
    pub(super) fn includes(&self, other: &Self) -> bool {
        other.prefix >= self.prefix && self.contains(other.first)
    }

    /// The first and the last address of the network.
    pub(super) fn first_and_last(&self) -> [IpAddr; 2] {
        let (bits, _) = address_bits(self.first);
        let last = bits | self.host_mask();
        let last = match self.first {
            IpAddr::V4(_) => u32::try_from(last).map_or(self.first, |bits| Ipv4Addr::from_bits(bits).into()),
            IpAddr::V6(_) => Ipv6Addr::from_bits(last).into(),
        };
        [self.first, last]
    }

    /// The bits after the prefix, all set.
    fn host_mask(&self) -> u128 {
        let (_, width) = address_bits(self.first);
        let behind = width.saturating_sub(self.prefix);
        1_u128.checked_shl(behind).map_or(u128::MAX, |above| above - 1)
    }

    fn contains(&self, address: IpAddr) -> bool {
        let ((own, width), (other, other_width)) = (address_bits(self.first), address_bits(address));
        let differing = (own ^ other)
            .checked_shr(width.saturating_sub(self.prefix))
            .unwrap_or(0);
        width == other_width && differing == 0
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

fn parse(text: &str) -> Option<Cidr> {
    let (first, prefix) = text.split_once('/')?;
    let network = Cidr {
        first: parse_address(first)?,
        prefix: prefix.parse().ok()?,
    };
    let canonical_prefix = network.prefix.to_string() == prefix;
    let (bits, width) = address_bits(network.first);
    let is_whole = canonical_prefix && network.prefix <= width && bits & network.host_mask() == 0;
    is_whole.then_some(network)
}

/// An address in a spelling that all readers read alike.
fn parse_address(text: &str) -> Option<IpAddr> {
    match text.parse().ok()? {
        IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => None,
        address => Some(address),
    }
}

/// The bits of an address, and their number.
fn address_bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), u32::BITS),
        IpAddr::V6(address) => (address.to_bits(), u128::BITS),
    }
}
