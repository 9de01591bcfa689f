//! Numbers, as JSON and as texts have them: around what a double can hold, and in odd spellings.

use super::ProbeRequest;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

const TAKEN: [&str; 34] = [
    "0",
    "1",
    "2",
    "-1",
    "10",
    "100",
    "1.5",
    "0.1",
    "0.30000000000000004",
    "-0",
    "-0.0",
    "1.0",
    "1e2",
    "1E2",
    "1e+2",
    "100e-2",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "-9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "123456789012345678901234567890",
    "1.0000000000000000000001",
    "0.1000000000000000055511151231257827",
    "3.141592653589793238462643383279502884197",
    "5e-324",
    "2e-324",
    "1e-400",
    "1.7976931348623157e308",
    "1e308",
    "1e309",
    "1e400",
];

const REFUSED: [&str; 15] = [
    "01", "+1", "1.", ".5", "0x10", "1e", "1_0", "NaN", "Infinity", "-", "1,0", "%31", "1%20", "1e99999", "",
];

/// A number; seldom one that the grammar of JSON does not have.
pub(super) fn spelled() -> BoxedStrategy<String> {
    let digits = "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,24})?([eE][+-]?[0-9]{1,2})?";
    prop_oneof![
        8 => select(&TAKEN[..]).prop_map(str::to_owned),
        6 => digits,
        4 => "-?[1-9][0-9]{14,20}",
        1 => select(&REFUSED[..]).prop_map(str::to_owned),
    ]
    .boxed()
}

/// A number without fraction and exponent, as integers in texts have to be.
pub(super) fn whole() -> BoxedStrategy<String> {
    prop_oneof![
        6 => "-?(0|[1-9][0-9]{0,4})",
        4 => "-?[1-9][0-9]{14,24}",
        1 => spelled(),
    ]
    .boxed()
}

/// `PUT /rows/{row}` with a number in each part of the request.
pub(super) fn everywhere() -> BoxedStrategy<ProbeRequest> {
    let price = weighted(0.9, spelled()).prop_map(|price| price.map(|price| format!("\"price\":{price}")));
    let seats = weighted(0.9, whole()).prop_map(|seats| seats.map(|seats| format!("\"seats\":{seats}")));
    (whole(), weighted(0.6, whole()), price, seats)
        .prop_map(|(row, limit, price, seats)| {
            let limit = limit.map(|limit| format!("?limit={limit}")).unwrap_or_default();
            let members: Vec<_> = price.into_iter().chain(seats).collect();
            let body = format!("{{{}}}", members.join(","));
            ProbeRequest {
                method: "PUT".into(),
                ..ProbeRequest::json(&format!("/rows/{row}{limit}"), body.as_bytes())
            }
        })
        .boxed()
}
