//! Headers that never pass.

use edgewrit_tests::http::HttpRequest;

/// The value of each of these headers.
pub(crate) const OF_THE_CLIENT: &str = "of-the-client";

/// Headers that no request of a client passes on, with an example for each prefix.
const NEVER: [&str; 35] = [
    "cdn-loop",
    "content-encoding",
    "content-type",
    "cookie",
    "cookie2",
    "dpop",
    "forwarded",
    "http2-settings",
    "keep-alive",
    "max-forwards",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-forwarded",
    "x-host",
    "x-method-override",
    "x-real-ip",
    "x-url-scheme",
    "cf-connecting-ip",
    "edgewrit-request-id",
    "x-edgewrit-cluster",
    "x-envoy-decorator",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-http-method",
    "x-http-method-override",
    "x-original-host",
    "x-original-uri",
    "range",
    "prefer",
];

/// The request with all these headers except some.
pub(crate) fn never_headers(request: HttpRequest, except: &[&str]) -> HttpRequest {
    let names = NEVER.into_iter().filter(|name| !except.contains(name));
    names.fold(request, |request, name| request.header(name, OF_THE_CLIENT))
}
