//! The upstream gets the request of the permit, byte for byte.

use crate::request::outgoing::build_target;
use crate::testing::edge::TestEdge;
use crate::testing::on_one_thread;
use crate::testing::scripted::{Line, Scripted};

/// What the upstream gets over HTTP/1.1.
fn written(method: &'static str, target: &'static str, body: &'static [u8]) -> String {
    on_one_thread(async {
        let upstream = Scripted::start(Line::echo_paths).await;
        let edge = TestEdge::new(upstream.origin());
        edge.fetch(method, target, body).await.unwrap();
        upstream
            .executed()
            .concat()
            .replace(upstream.origin().trim_start_matches("http://"), "HOST")
    })
}

#[test]
fn a_request_has_the_headers_of_the_permit_and_those_of_its_form() {
    assert_eq!(
        written("GET", "/first?q=a%20b", b""),
        "GET /first?q=a%20b HTTP/1.1\r\nhost: HOST\r\nauthorization: Key secret-of-API_KEY\r\n\r\n"
    );
    assert_eq!(
        written("PUT", "/first", b"{\"a\": 1}"),
        "PUT /first HTTP/1.1\r\nhost: HOST\r\ncontent-length: 8\r\ncontent-type: application/json\r\n\
         authorization: Key secret-of-API_KEY\r\n\r\n{\"a\": 1}"
    );
}

#[test]
fn a_target_is_sent_unchanged_or_not_at_all() {
    // The library of HTTP takes more bytes than the pipeline, and drops a fragment.
    for (target, is_sent) in [
        ("/a", true),
        ("/", true),
        ("/?", true),
        ("/a?", true),
        ("//a", true),
        ("/a/../b", true),
        ("/a%2fb%zz", true),
        ("/a?b?c", true),
        ("/a\"{}|", true),
        ("/a#b", false),
        ("/a?b#c", false),
        ("/a b", false),
        ("/a\\b", true),
        ("/a\u{e9}", true),
        ("", false),
        ("a", false),
        ("?a", false),
        ("*", false),
    ] {
        let built = build_target(target.to_owned());
        assert_eq!(built.is_ok(), is_sent, "{target:?}");
        if let Ok(built) = built {
            assert_eq!(built.as_str(), target);
        }
    }
}

#[test]
fn each_target_that_the_pipeline_permits_is_sent_unchanged() {
    let edge = TestEdge::new("http://127.0.0.1:9");
    let mut permitted = 0;
    for byte in 0..=u8::MAX {
        let byte = char::from(byte);
        for target in [
            format!("/a{byte}b"),
            format!("/a?q=a{byte}b"),
            format!("/a{byte}"),
            format!("/a?q={byte}"),
        ] {
            let Some(outgoing) = edge.try_permit("GET", &target, &[], b"") else {
                continue;
            };
            permitted += 1;
            let judged = outgoing.target.clone();
            assert_eq!(build_target(outgoing.target).unwrap().as_str(), judged);
        }
    }
    assert!(permitted > 200, "{permitted}");
}
