use super::{Authorized, ForwardAuth, ForwardAuthFault, FrontProxy, SECRET_HEADER};
use crate::config::Config;
use crate::http::head::{Head, Pair};
use crate::memory::Memory;
use crate::reason::Reason;
use crate::verdict::refusal::Refusal;
use crate::world::World;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec::Vec;
use edgewrit_shared::bundle::Snapshot;
use edgewrit_shared::bundle::revocation::{Level, Revocation, Target};
use edgewrit_shared::secret::Secret;
use edgewrit_test_issuer::{self as support, NOW};

const CONFIG: &str = r#"{
    "issuer": "https://issuer.example", "trust": ["BUNDLE_KEY"], HOSTS "audit": "AUDIT",
    "edge": {"id": "edge-7", "credential": "${secret:EDGE_KEY}"}, "audience": "https://travel.example",
    "upstreams": {"crm": {"origin": "http://127.0.0.1:9000", "credential": {"set": {"x-api-key": "${secret:CRM_KEY}"}}}},
    "operations": [
        {"match": "GET /customers/{id}", "upstream": "crm", "action": "read", "resource": "customers/{id}",
         "params": {"q": {"from": "query.q", "optional": true}, "n": {"from": "query.n", "type": "number", "optional": true}}},
        {"match": "DELETE /customers/{id}", "upstream": "crm", "action": "delete", "resource": "customers/{id}"},
        {"match": "PUT /customers/{id}", "upstream": "crm", "action": "write", "resource": "customers/{id}",
         "params": {"name": "body./name"}},
        {"match": "GET /orders", "upstream": "crm", "action": "list", "resource": "orders",
         "params": {"tenant": {"from": "header.x-tenant", "optional": true}}}
    ]
}"#;
const HOSTS: &str = r#""hosts": ["api.example"],"#;
const GRANTS: [&str; 2] = [
    r#"{"type":"writ","actions":["read","write","list"],"resources":["customers/*","orders"]}"#,
    r#"{"type":"writ","actions":["delete"],"resources":["customers/*"],"uses":{"max":9,"allowance":"d"}}"#,
];

/// The headers of the recipe for nginx, for `GET /customers/7`.
const NGINX: [(&str, &str); 5] = [
    ("x-original-method", "GET"),
    ("x-original-uri", "/customers/7"),
    ("x-original-host", "api.example"),
    ("x-original-content-length", "none"),
    ("x-original-transfer-encoding", "none"),
];
/// The headers of the recipe for Traefik, for the same request.
const TRAEFIK: [(&str, &str); 4] = [
    ("x-forwarded-method", "GET"),
    ("x-forwarded-uri", "/customers/7"),
    ("x-forwarded-host", "api.example"),
    ("x-edgewrit-body", "forwarded"),
];
const ENVOY: [(&str, &str); 1] = [("x-edgewrit-body", "forwarded")];

struct FrontedEdge {
    config: Arc<Config>,
    memory: Memory,
    snapshot: Snapshot,
    forward_auth: ForwardAuth,
}

/// A question of the proxy in front.
#[derive(Clone)]
struct Question {
    target: String,
    headers: Vec<(String, String)>,
    has_body: bool,
}

impl Question {
    fn with(headers: &[(&str, &str)]) -> Self {
        let mut question = Self {
            target: "/customers/7".into(),
            headers: Vec::new(),
            has_body: false,
        };
        let writ = support::writ(&support::claims(support::grants(&GRANTS)));
        question = question.and("authorization", &format!("Bearer {writ}"));
        headers
            .iter()
            .fold(question, |question, (name, value)| question.and(name, value))
    }

    fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The question with another value of a header.
    fn set(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(own, _)| own != name);
        self.and(name, value)
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(own, _)| own != name);
        self
    }
}

fn config(hosts: &str, audit: &str) -> Arc<Config> {
    let text = CONFIG.replace("BUNDLE_KEY", &support::bundle_key().public().x());
    let text = text.replace("HOSTS", hosts).replace("AUDIT", audit);
    let config = Config::read(&text, &|name| Some(format!("{name}-of-the-edge")));
    Arc::new(config.unwrap_or_else(|faults| panic!("{faults:?}")))
}

impl FrontedEdge {
    fn behind(front: FrontProxy) -> Self {
        Self {
            config: config(HOSTS, "best_effort"),
            memory: Memory::new(7),
            snapshot: support::snapshot(NOW, Vec::new()),
            forward_auth: ForwardAuth {
                front,
                hands_over_credential: false,
                secret: None,
            },
        }
    }

    fn world(&self) -> World<'_> {
        World {
            config: &self.config,
            snapshot: Some(&self.snapshot),
            memory: &self.memory,
            now: NOW,
        }
    }

    fn ask(&self, question: &Question) -> Result<Authorized, Refusal> {
        let headers = question.headers.iter();
        let headers: Vec<Pair<'_>> = headers.map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let head = Head {
            method: "GET",
            target: question.target.as_bytes(),
            authority: b"api.example",
            headers: &headers,
            has_body: question.has_body,
        };
        self.forward_auth.authorize(head, &self.world())
    }

    #[track_caller]
    fn assert_refused(&self, question: &Question, reason: Reason) {
        match self.ask(question) {
            Ok(_) => panic!("authorized, expected {reason}"),
            Err(refusal) => assert_eq!(refusal.reason(), reason, "{}", refusal.record().line()),
        }
    }

    /// The headers that the proxy in front sends, for a question that is authorized.
    #[track_caller]
    fn headers(&self, question: &Question) -> Vec<(String, String)> {
        let headers = match self.ask(question) {
            Ok(authorized) => authorized.into_headers(),
            Err(refusal) => panic!("{}", refusal.record().line()),
        };
        let text = |value| String::from_utf8(value).unwrap();
        headers
            .into_iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect()
    }
}

#[test]
fn each_proxy_states_a_request_in_its_own_headers() {
    for (front, headers) in [
        (FrontProxy::Nginx, &NGINX[..]),
        (FrontProxy::Traefik, &TRAEFIK[..]),
        (FrontProxy::Envoy, &ENVOY[..]),
    ] {
        let edge = FrontedEdge::behind(front);
        let question = Question::with(headers);
        assert!(edge.headers(&question).is_empty(), "{front:?}");
        for (name, value) in headers {
            edge.assert_refused(&question.clone().without(name), Reason::ForwardAuthHeaders);
            edge.assert_refused(&question.clone().and(name, value), Reason::ForwardAuthHeaders);
        }
        for (name, value) in NGINX
            .iter()
            .chain(&TRAEFIK)
            .chain(&[("x-original-url", "/"), ("x-rewrite-url", "/")])
        {
            if !headers.iter().any(|(own, _)| own == name) {
                edge.assert_refused(&question.clone().and(name, value), Reason::ForwardAuthHeaders);
            }
        }
    }
}

/// The question of nginx and Traefik has another method and target.
#[test]
fn only_the_stated_target_is_judged() {
    for (front, headers, target) in [
        (FrontProxy::Nginx, &NGINX[..], "x-original-uri"),
        (FrontProxy::Traefik, &TRAEFIK[..], "x-forwarded-uri"),
    ] {
        let edge = FrontedEdge::behind(front);
        let question = Question::with(headers);
        edge.assert_refused(&question.clone().set(target, "/admin"), Reason::NoOperation);
        let question = Question {
            target: "/admin".into(),
            ..question
        };
        assert!(edge.ask(&question).is_ok());
        for absolute in ["http://api.example/customers/7", "//api.example/customers/7", "*", ""] {
            let refused = edge.ask(&question.clone().set(target, absolute));
            assert_eq!(refused.err().map(|refusal| refusal.status()), Some(400), "{absolute}");
        }
    }
    let edge = FrontedEdge::behind(FrontProxy::Envoy);
    let question = Question {
        target: "/admin".into(),
        ..Question::with(&ENVOY)
    };
    edge.assert_refused(&question, Reason::NoOperation);
}

#[test]
fn only_hosts_of_the_configuration_are_served() {
    let mut edge = FrontedEdge::behind(FrontProxy::Nginx);
    for host in [
        "other.example",
        "user@api.example",
        "api.example@other.example",
        "api.example, api.example",
        "api.example:80",
        "api.example.",
        "",
    ] {
        edge.assert_refused(
            &Question::with(&NGINX).set("x-original-host", host),
            Reason::HostUnknown,
        );
    }
    edge.config = config("", "best_effort");
    edge.assert_refused(&Question::with(&NGINX), Reason::HostUnknown);
    assert_eq!(edge.forward_auth.check(&edge.config), Err(ForwardAuthFault::NoHosts));
}

#[test]
fn a_request_with_a_body_is_unsafe() {
    let nginx = FrontedEdge::behind(FrontProxy::Nginx);
    for (name, value) in [
        ("x-original-content-length", "5"),
        ("x-original-content-length", "00"),
        ("x-original-content-length", ""),
        ("x-original-content-length", "none, 5"),
        ("x-original-transfer-encoding", "chunked"),
        ("x-original-transfer-encoding", ""),
    ] {
        nginx.assert_refused(&Question::with(&NGINX).set(name, value), Reason::ForwardAuthUnsafe);
    }
    let empty = Question::with(&NGINX).set("x-original-content-length", "0");
    assert!(nginx.ask(&empty).is_ok());
    for (front, headers) in [
        (FrontProxy::Nginx, &NGINX[..]),
        (FrontProxy::Traefik, &TRAEFIK[..]),
        (FrontProxy::Envoy, &ENVOY[..]),
    ] {
        let question = Question {
            has_body: true,
            ..Question::with(headers)
        };
        FrontedEdge::behind(front).assert_refused(&question, Reason::ForwardAuthUnsafe);
    }
    let traefik = FrontedEdge::behind(FrontProxy::Traefik);
    for value in ["", "none", "forwarded, forwarded", "Forwarded"] {
        traefik.assert_refused(
            &Question::with(&TRAEFIK).set("x-edgewrit-body", value),
            Reason::ForwardAuthHeaders,
        );
    }
}

#[test]
fn an_operation_with_a_body_or_a_header_parameter_is_unsafe() {
    let edge = FrontedEdge::behind(FrontProxy::Nginx);
    let put = Question::with(&NGINX).set("x-original-method", "PUT");
    // The proxy in front hides the body.
    edge.assert_refused(&put, Reason::BodyMissing);
    edge.assert_refused(&put.set("x-original-content-length", "5"), Reason::ForwardAuthUnsafe);
    let orders = Question::with(&NGINX).set("x-original-uri", "/orders");
    edge.assert_refused(&orders, Reason::ForwardAuthUnsafe);
    edge.assert_refused(&orders.and("x-tenant", "a"), Reason::ForwardAuthUnsafe);
}

#[test]
fn a_limited_use_is_unsafe_and_is_not_spent() {
    let edge = FrontedEdge::behind(FrontProxy::Nginx);
    let delete = Question::with(&NGINX).set("x-original-method", "DELETE");
    edge.assert_refused(&delete, Reason::ForwardAuthUnsafe);
    assert_eq!(edge.memory.next_spend(), 1, "nothing was about to be spent");
}

#[test]
fn a_target_has_one_spelling_and_one_reading() {
    let edge = FrontedEdge::behind(FrontProxy::Nginx);
    let ask = |target: &str| edge.ask(&Question::with(&NGINX).set("x-original-uri", target));
    for target in [
        "/customers/7?q=a%20b",
        "/customers/7?q=a%2Fb%5D",
        "/customers/%C3%A9%20",
        "/customers/7?n=1.5",
    ] {
        let refused = ask(target).err();
        assert!(
            refused.is_none(),
            "{target}: {:?}",
            refused.map(|refusal| refusal.reason())
        );
    }
    for (target, reason) in [
        ("/customers/..%2Fadmin", Reason::TargetEncoding),
        ("/customers/a%2Fb", Reason::TargetEncoding),
        ("/customers/%c3%a9", Reason::TargetEncoding),
        ("/customers//7", Reason::TargetSegment),
        ("/customers/../admin", Reason::TargetSegment),
        ("/customers/a%3Fb", Reason::ForwardAuthUnsafe),
        ("/customers/a%25b", Reason::ForwardAuthUnsafe),
        ("/customers/a%3Bb", Reason::ForwardAuthUnsafe),
        ("/customers/7?q=%c3%a9", Reason::ForwardAuthUnsafe),
        ("/customers/7?q=a+b", Reason::ForwardAuthUnsafe),
        ("/customers/7?q=a=b", Reason::ForwardAuthUnsafe),
        ("/customers/7?n=0.1000000000000000000001", Reason::ForwardAuthUnsafe),
    ] {
        assert_eq!(
            ask(target).err().map(|refusal| refusal.reason()),
            Some(reason),
            "{target}"
        );
    }
}

#[test]
fn the_proxy_in_front_gets_the_credential_only_if_it_is_handed_over() {
    let mut edge = FrontedEdge::behind(FrontProxy::Envoy);
    let question = Question::with(&ENVOY)
        .and("accept", "text/plain")
        .and("accept", "text/html")
        .and("cookie", "a=b")
        .and("x-api-key", "of the client");
    let accept = ("accept".to_string(), "text/plain, text/html".to_string());
    assert_eq!(edge.headers(&question), core::slice::from_ref(&accept));
    edge.forward_auth.hands_over_credential = true;
    let key = ("x-api-key".to_string(), "CRM_KEY-of-the-edge".to_string());
    assert_eq!(edge.headers(&question), [accept, key]);
}

#[test]
fn a_shared_secret_is_presented_exactly_once() {
    const SECRET: &str = "a secret of both"; // 16 bytes, with spaces
    let mut edge = FrontedEdge::behind(FrontProxy::Nginx);
    for (secret, checked) in [
        (SECRET, Err(ForwardAuthFault::Secret)),
        ("fifteen-bytes..", Err(ForwardAuthFault::Secret)),
        ("sixteen-bytes...", Ok(())),
    ] {
        edge.forward_auth.secret = Some(Secret::new(secret.into()));
        assert_eq!(edge.forward_auth.check(&edge.config), checked, "{secret}");
    }
    let (right, question) = ("sixteen-bytes...", Question::with(&NGINX));
    for wrong in [
        question.clone(),
        question.clone().and(SECRET_HEADER, ""),
        question.clone().and(SECRET_HEADER, "sixteen-bytes..,"),
        question.clone().and(SECRET_HEADER, "sixteen-bytes...."),
        question.clone().and(SECRET_HEADER, right).and(SECRET_HEADER, right),
    ] {
        edge.assert_refused(&wrong, Reason::ForwardAuthHeaders);
    }
    assert!(edge.ask(&question.and(SECRET_HEADER, right)).is_ok());
}

#[test]
fn a_record_is_kept_first_if_the_configuration_requires_it() {
    let mut edge = FrontedEdge::behind(FrontProxy::Nginx);
    let question = Question::with(&NGINX);
    assert!(
        !edge
            .ask(&question)
            .unwrap_or_else(|_| panic!("refused"))
            .must_be_recorded()
    );
    edge.config = config(HOSTS, "strict");
    let ask = |edge: &FrontedEdge| edge.ask(&question).unwrap_or_else(|_| panic!("refused"));
    let authorized = ask(&edge);
    assert!(authorized.must_be_recorded());
    assert!(
        authorized
            .record()
            .line()
            .contains(r#""verdict":"permit","label":"permit""#)
    );
    let refused = authorized.after_record(false, &edge.world()).err();
    assert_eq!(refused.map(|refusal| refusal.reason()), Some(Reason::Unrecorded));
    let kept = ask(&edge).after_record(true, &edge.world());
    let kept = kept.unwrap_or_else(|_| panic!("refused"));
    assert!(!kept.must_be_recorded() && !kept.record().is_for_issuer(&edge.memory));

    let authorized = ask(&edge);
    let revocation = Revocation {
        target: Target::of(Level::Lineage("lineage-1")),
        cut: NOW,
        expires: NOW.plus(600),
    };
    edge.snapshot = support::snapshot(NOW, [revocation].into());
    let refused = authorized.after_record(true, &edge.world()).err();
    assert_eq!(refused.map(|refusal| refusal.reason()), Some(Reason::TokenRevoked));
    edge.memory.set_record_room(false);
    edge.snapshot = support::snapshot(NOW, Vec::new());
    edge.assert_refused(&question, Reason::Unrecorded);
}
