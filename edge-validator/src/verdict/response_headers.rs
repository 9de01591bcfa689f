//! Response headers of an upstream that never reach the client.

/// Headers that never reach the client. Such headers belong to the credential of the upstream, set
/// state in the client, point around the edge, or belong to the connection.
const DROP: [&str; 14] = [
    "alt-svc",
    "authentication-info",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-connection",
    "set-cookie",
    "set-cookie2",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

/// Prefixes of headers that never reach the client. The first belongs to the edge itself. The
/// others are commands to a proxy in front of the edge: to send a file or another response, to
/// cache the response, or to take the edge out of service.
const DROP_PREFIX: [&str; 7] = [
    "edgewrit-",
    "x-accel-",
    "x-envoy-",
    "x-lighttpd-",
    "x-litespeed-",
    "x-reproxy-",
    "x-sendfile",
];

/// Suffixes of headers that override `cache-control` in some cache: the targeted fields of RFC 9213
/// (section 2: a target, and this suffix), whatever the target, and the fields of the Edge
/// Architecture Specification and of Akamai.
const CACHE_SUFFIX: [&str; 3] = ["cache-control", "surrogate-control", "edge-control"];

/// Whether a response header of an upstream is dropped. `caches` says whether the operation lets
/// caching headers of the upstream pass.
pub(crate) fn is_dropped(name: &str, caches: bool) -> bool {
    DROP.binary_search(&name).is_ok()
        || DROP_PREFIX.iter().any(|prefix| name.starts_with(prefix))
        || (!caches && is_about_caches(name))
}

fn is_about_caches(name: &str) -> bool {
    name == "expires" || CACHE_SUFFIX.iter().any(|suffix| name.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::{DROP, is_dropped};

    #[test]
    fn the_list_is_sorted_as_the_search_needs_it() {
        assert!(DROP.is_sorted());
    }

    #[test]
    fn a_cache_header_of_any_vendor_is_found() {
        for name in [
            "example-cdn-cache-control",
            "x-cache-control",
            "x-surrogate-control",
            "edge-control",
        ] {
            assert!(is_dropped(name, false) && !is_dropped(name, true), "{name}");
        }
        for name in [
            "x-accel-expires",
            "x-accel-redirect",
            "x-sendfile2",
            "x-reproxy-url",
            "x-envoy-overloaded",
        ] {
            assert!(is_dropped(name, false) && is_dropped(name, true), "{name}");
        }
        for name in [
            "cache-status",
            "cache-tag",
            "age",
            "vary",
            "x-accelerated",
            "x-cache",
            "control",
            "etag",
        ] {
            assert!(!is_dropped(name, false), "{name}");
        }
    }
}
