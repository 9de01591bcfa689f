//! Origins: where the issuer is known, and where edges forward to.

pub use edgewrit_shared::origin::Origin;
use edgewrit_shared::origin::OriginFault;

/// The form of an origin, for messages.
const ORIGIN_EXPECTED: &str =
    "an origin such as `https://issuer.example` in lower case, without path; plain `http` only to loopback";

/// The expected form, for the message about a text with this fault.
#[must_use]
pub fn expected_origin(fault: OriginFault) -> String {
    let more = match fault {
        OriginFault::TrailingDot => "; the host must not end with `.`",
        OriginFault::NumericHost => "; a host whose last part begins with a digit must be an IPv4 address",
        _ => "",
    };
    format!("{ORIGIN_EXPECTED}{more}")
}
