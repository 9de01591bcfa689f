//! Why requests are refused: every label, what it is outside, and one line of explanation. `docs/edge.md` lists them.

use alloc::string::String;

/// What the client is told. Status, code and title are mapped here and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outside {
    BadRequest,
    Unauthorized,
    NotGranted,
    UsesExhausted,
    NoOperation,
    BodyTooLarge,
    ContentType,
    UpstreamCredential,
    UpstreamFailed,
    SnapshotStale,
    SpendUnavailable,
    EdgeFault,
}

impl Outside {
    const fn told(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::BadRequest => (400, "bad_request", "the request is not of a form that is judged here"),
            Self::Unauthorized => (401, "unauthorized", "a valid writ is needed"),
            Self::NotGranted => (403, "not_granted", "the writ does not grant this"),
            Self::UsesExhausted => (403, "uses_exhausted", "all uses that were granted are spent"),
            Self::NoOperation => (404, "no_operation", "no operation matches the request"),
            Self::BodyTooLarge => (413, "body_too_large", "the body is longer than is judged here"),
            Self::ContentType => (415, "content_type", "the body is not of the operation's type"),
            Self::UpstreamCredential => (
                502,
                "upstream_credential",
                "the upstream does not accept the edge's credential",
            ),
            Self::UpstreamFailed => (502, "upstream_failed", "the upstream gave no answer"),
            Self::SnapshotStale => (503, "snapshot_stale", "the edge has no fresh keys and revocations"),
            Self::SpendUnavailable => (503, "spend_unavailable", "the issuer could not debit a use"),
            Self::EdgeFault => (503, "edge_fault", "the edge cannot serve this request"),
        }
    }

    /// HTTP status.
    pub(crate) const fn status(self) -> u16 {
        self.told().0
    }

    /// `error_code`, the last part of the problem's type.
    pub(crate) const fn code(self) -> &'static str {
        self.told().1
    }

    /// The problem's title.
    pub(crate) const fn title(self) -> &'static str {
        self.told().2
    }
}

/// A rule that can refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    /// The stable label, for the log. Contains no input.
    pub(crate) label: &'static str,
    /// What the client is told.
    pub(crate) outside: Outside,
    /// What the rule wants. Told to the client where it is about the form of its own request.
    pub(crate) meaning: &'static str,
}

impl Reason {
    /// What shared code says of a token. Outside all of these are one.
    pub(crate) const fn token(label: &'static str) -> Self {
        Self {
            label,
            outside: Outside::Unauthorized,
            meaning: "the writ does not count",
        }
    }

    /// This reason, and what stood there; for the log only.
    pub(crate) fn because(self, detail: impl Into<String>) -> Objection {
        Objection {
            reason: self,
            detail: Some(detail.into()),
        }
    }
}

/// A rule objects to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Objection {
    pub(crate) reason: Reason,
    /// May contain input. Never shown outside.
    pub(crate) detail: Option<String>,
}

impl From<Reason> for Objection {
    fn from(reason: Reason) -> Self {
        Self { reason, detail: None }
    }
}

macro_rules! reasons {
    ($($name:ident = $label:literal, $outside:ident, $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub(crate) const $name: Reason = Reason { label: $label, outside: Outside::$outside, meaning: $meaning };
        )*
        /// All of them, for the test that compares them with the documentation.
        #[cfg(test)]
        const ALL: &[Reason] = &[$($name),*];
    };
}

reasons! {
    METHOD = "method", BadRequest, "the method is one of upper-case letters, not `CONNECT` or `TRACE`";
    TARGET_FORM = "target_form", BadRequest, "the target is a path that begins with `/`";
    TARGET_LENGTH = "target_length", BadRequest, "the target is at most 8192 bytes long";
    TARGET_CHARACTER = "target_character", BadRequest, "the target has only characters that no parser changes";
    TARGET_ENCODING = "target_encoding", BadRequest, "percent-encoding is well-formed, needed, and no separator or control character";
    TARGET_SEGMENT = "target_segment", BadRequest, "the path has no empty segment but the last, no `.` and no `..`";
    HEADER_COUNT = "header_count", BadRequest, "there are at most 100 headers";
    HEADER_LENGTH = "header_length", BadRequest, "headers are at most 32768 bytes long together";
    HEADER_VALUE = "header_value", BadRequest, "header values are printable ASCII";
    UPGRADE = "upgrade", BadRequest, "the connection is not upgraded";

    TOKEN_MISSING = "token_missing", Unauthorized, "a writ comes in `authorization`";
    TOKEN_SCHEME = "token_scheme", Unauthorized, "`authorization` is `Bearer`, one space and the writ";
    TOKEN_REPEATED = "token_repeated", Unauthorized, "one writ comes along";
    TOKEN_BOUND = "token_bound", Unauthorized, "a writ that is bound to a key comes with a proof";

    SNAPSHOT_MISSING = "snapshot_missing", SnapshotStale, "the edge holds a bundle";
    SNAPSHOT_STALE = "snapshot_stale", SnapshotStale, "the bundle that the edge holds is fresh";

    NO_OPERATION = "no_operation", NoOperation, "an operation matches method and path";
    OPERATION_CASE = "operation_case", NoOperation, "no segment equals another operation's but for case or encoding";
    CAPTURE_SEPARATOR = "capture_separator", BadRequest, "captured values hold no separator of their resource";
    RESOURCE_LENGTH = "resource_length", BadRequest, "the resource is at most 512 bytes long";

    QUERY_SYNTAX = "query_syntax", BadRequest, "the query is names and values joined by `=` and `&`, none of them without a name";
    QUERY_UNKNOWN = "query_unknown", BadRequest, "the operation knows every name in the query";
    QUERY_REPEATED = "query_repeated", BadRequest, "no parameter is given twice in the query";
    QUERY_PLUS = "query_plus", BadRequest, "`+` in the query means the same as a space and as a plus";
    PARAM_MISSING = "param_missing", BadRequest, "every parameter that is not optional is given";
    PARAM_TYPE = "param_type", BadRequest, "every parameter is of its type";

    BODY_UNEXPECTED = "body_unexpected", BadRequest, "the operation takes no body";
    BODY_MISSING = "body_missing", BadRequest, "the operation takes a body";
    BODY_BROKEN = "body_broken", BadRequest, "the body arrives whole";
    BODY_TOO_LARGE = "body_too_large", BodyTooLarge, "the body is no longer than the operation's limit";
    CONTENT_TYPE = "content_type", ContentType, "`content-type` is `application/json`, in UTF-8";
    CONTENT_ENCODING = "content_encoding", ContentType, "the body is not encoded";
    BODY_SYNTAX = "body_syntax", BadRequest, "the body is JSON";
    BODY_LIMIT = "body_limit", BadRequest, "the body is not too deep, and neither its values nor its numbers are too many or too long";
    BODY_REPEATED = "body_repeated", BadRequest, "no member stands twice in an object, whatever its case";
    BODY_UNKNOWN = "body_unknown", BadRequest, "the operation knows every member of the body";
    BODY_SHAPE = "body_shape", BadRequest, "objects and arrays are where the operation expects them";

    NOT_GRANTED = "not_granted", NotGranted, "a grant of the writ permits the attempt";
    USES_EXHAUSTED = "uses_exhausted", UsesExhausted, "an allowance has uses left";
    SPEND_FAILED = "spend_failed", SpendUnavailable, "the issuer answers";
    SPEND_REFUSED = "spend_refused", SpendUnavailable, "the issuer accepts the edge's call";
    SPEND_ANSWER = "spend_answer", SpendUnavailable, "the issuer's answer is of the agreed form";
    CREDENTIAL_VALUE = "credential_value", UpstreamCredential, "claims used in a credential are printable ASCII";

    UPSTREAM_CREDENTIAL = "upstream_credential", UpstreamCredential, "the upstream answers neither 401 nor 407";
    UPSTREAM_SWITCH = "upstream_switch", UpstreamFailed, "the upstream does not switch protocols";
    UPSTREAM_FAILED = "upstream_failed", UpstreamFailed, "the upstream answers";

    HOST_UNREADABLE = "host_unreadable", EdgeFault, "the host hands over the request";
    HOST_UPSTREAM = "host_upstream", EdgeFault, "the host is about to send to the permit's upstream";
    HOST_REQUEST = "host_request", EdgeFault, "the host is about to send what the permit holds";
}

#[cfg(test)]
mod tests {
    use super::{ALL, Outside};
    use alloc::format;

    #[test]
    fn every_label_is_in_the_documentation_with_its_status_and_code() {
        let page = include_str!("../../docs/edge.md");
        for reason in ALL {
            let row = format!(
                "| `{}` | {} `{}` | {} |",
                reason.label,
                reason.outside.status(),
                reason.outside.code(),
                reason.meaning
            );
            assert!(page.contains(&row), "missing from docs/edge.md: {row}");
        }
    }

    #[test]
    fn labels_are_stable_names_and_unique() {
        for (index, reason) in ALL.iter().enumerate() {
            assert!(
                reason
                    .label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            );
            assert!(
                ALL.iter().skip(index + 1).all(|other| other.label != reason.label),
                "{}",
                reason.label
            );
        }
    }

    #[test]
    fn token_causes_are_one_outside() {
        for reason in ALL.iter().filter(|reason| reason.label.starts_with("token_")) {
            assert_eq!(reason.outside, Outside::Unauthorized);
        }
    }
}
