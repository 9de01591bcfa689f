//! Reasons of refusals: every label, its problem class for the client, and one line of explanation.
//! `docs/edge.md` lists them.

use alloc::string::String;

/// The problem class that the client sees. Only this type maps a class to status, code and title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProblemClass {
    BadRequest,
    Unauthorized,
    NotGranted,
    UsesExhausted,
    NoOperation,
    HostUnknown,
    BodyTooLarge,
    ContentType,
    UpstreamCredential,
    UpstreamFailed,
    SnapshotStale,
    SpendUnavailable,
    AuditUnavailable,
    Busy,
    EdgeFault,
}

impl ProblemClass {
    const fn public_parts(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::BadRequest => (400, "bad_request", "the request is not of a form that is judged here"),
            Self::Unauthorized => (401, "unauthorized", "a valid writ is needed"),
            Self::NotGranted => (403, "not_granted", "the writ does not grant this"),
            Self::UsesExhausted => (403, "uses_exhausted", "all uses that were granted are spent"),
            Self::NoOperation => (404, "no_operation", "no operation matches the request"),
            Self::HostUnknown => (421, "host_unknown", "no such host is served here"),
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
            Self::AuditUnavailable => (503, "audit_unavailable", "what is permitted could not be recorded"),
            Self::Busy => (503, "busy", "the edge judges as many bodies as it can hold"),
            Self::EdgeFault => (503, "edge_fault", "the edge cannot serve this request"),
        }
    }

    /// The HTTP status.
    pub(crate) const fn status(self) -> u16 {
        self.public_parts().0
    }

    /// `error_code`, the last part of the type of the problem.
    pub(crate) const fn code(self) -> &'static str {
        self.public_parts().1
    }

    /// The title of the problem.
    pub(crate) const fn title(self) -> &'static str {
        self.public_parts().2
    }
}

/// A rule that can refuse a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    /// The stable label for the log, which contains no input.
    pub(crate) label: &'static str,
    /// The problem class that the client sees.
    pub(crate) outside: ProblemClass,
    /// The explanation. The client sees it if it is about the form of its own request.
    pub(crate) meaning: &'static str,
}

impl Reason {
    /// The reason with the label of a token error. All of them have one problem class.
    pub(crate) const fn token(label: &'static str) -> Self {
        Self {
            label,
            outside: ProblemClass::Unauthorized,
            meaning: "the writ does not count",
        }
    }

    /// An objection with this reason and a detail for the log only.
    pub(crate) fn with_detail(self, detail: impl Into<String>) -> Objection {
        Objection {
            reason: self,
            detail: Some(detail.into()),
        }
    }
}

/// The objection of a rule to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Objection {
    pub(crate) reason: Reason,
    /// A detail that may contain input. The client never sees it.
    pub(crate) detail: Option<String>,
}

impl From<Reason> for Objection {
    fn from(reason: Reason) -> Self {
        Self { reason, detail: None }
    }
}

/// The verdict of both readings, or an objection if their verdicts differ.
pub(crate) fn require_agreement<T: PartialEq>(
    first: Result<T, Objection>,
    second: Result<T, Objection>,
    differ: Reason,
) -> Result<T, Objection> {
    match (first, second) {
        (Ok(first), Ok(second)) if first == second => Ok(first),
        (Err(first), Err(_)) => Err(first),
        _ => Err(differ.into()),
    }
}

macro_rules! reasons {
    ($($name:ident = $label:literal, $outside:ident, $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            pub(crate) const $name: Reason = Reason { label: $label, outside: ProblemClass::$outside, meaning: $meaning };
        )*
        /// All reasons, for the test that compares them with the documentation.
        #[cfg(test)]
        const ALL: &[Reason] = &[$($name),*];
    };
}

reasons! {
    METHOD = "method", BadRequest, "the method is not one of upper-case letters, or it is `CONNECT` or `TRACE`";
    HOST_UNKNOWN = "host_unknown", HostUnknown, "the request is for a host that the configuration does not name";
    TARGET_FORM = "target_form", BadRequest, "the target is not a path that begins with `/`";
    TARGET_LENGTH = "target_length", BadRequest, "the target is longer than 8192 bytes";
    TARGET_CHARACTER = "target_character", BadRequest, "the target has a character that some parser changes";
    TARGET_ENCODING = "target_encoding", BadRequest, "a percent-encoding is malformed, not needed, or a separator or control character";
    TARGET_SEGMENT = "target_segment", BadRequest, "the path has an empty segment before the last, a `.` or a `..`";
    HEADER_COUNT = "header_count", BadRequest, "there are more than 100 headers";
    HEADER_LENGTH = "header_length", BadRequest, "the headers are longer than 32768 bytes together";
    HEADER_VALUE = "header_value", BadRequest, "a header value is not printable ASCII";
    UPGRADE = "upgrade", BadRequest, "the connection is to be upgraded";

    TOKEN_MISSING = "token_missing", Unauthorized, "no writ comes in `authorization`";
    TOKEN_SCHEME = "token_scheme", Unauthorized, "`authorization` is not `Bearer`, one space and the writ";
    TOKEN_REPEATED = "token_repeated", Unauthorized, "more than one writ comes along";
    TOKEN_BOUND = "token_bound", Unauthorized, "the writ is bound to a key and comes without a proof";

    SNAPSHOT_MISSING = "snapshot_missing", SnapshotStale, "the edge holds no bundle";
    SNAPSHOT_STALE = "snapshot_stale", SnapshotStale, "the bundle that the edge holds is no longer fresh";

    NO_OPERATION = "no_operation", NoOperation, "no operation matches method and path";
    OPERATION_CASE = "operation_case", NoOperation, "a segment is another operation's but for case, encoding or an ending that servers drop";
    CAPTURE_SEPARATOR = "capture_separator", BadRequest, "a captured value holds a separator of its resource";
    CAPTURE_COLON = "capture_colon", BadRequest, "a captured value holds a `:`, and the operation does not say `colon`";
    RESOURCE_LENGTH = "resource_length", BadRequest, "the resource is longer than 512 bytes";

    QUERY_SYNTAX = "query_syntax", BadRequest, "the query is not names and values joined by `=` and `&`, or holds a value without a name";
    QUERY_LIMIT = "query_limit", BadRequest, "the query has more names and values than `pieces_max`";
    QUERY_UNKNOWN = "query_unknown", BadRequest, "the query has a name that the operation does not know";
    QUERY_REPEATED = "query_repeated", BadRequest, "a name is given twice in the query, or one beside another that some readers take for it";
    QUERY_PLUS = "query_plus", BadRequest, "`+` in the query means one thing as a space and another as a plus";
    PARAM_MISSING = "param_missing", BadRequest, "a parameter that is not optional is missing";
    PARAM_TYPE = "param_type", BadRequest, "a parameter is not of its type";
    NUMBER_PRECISION = "number_precision", BadRequest, "a number means one thing exactly and another in floating point";

    BODY_UNEXPECTED = "body_unexpected", BadRequest, "there is a body, and the operation takes none";
    BODY_MISSING = "body_missing", BadRequest, "there is no body, and the operation takes one";
    BODY_BROKEN = "body_broken", BadRequest, "the body does not arrive whole";
    BODY_TOO_LARGE = "body_too_large", BodyTooLarge, "the body is longer than the operation's limit";
    CONTENT_TYPE = "content_type", ContentType, "`content-type` is not that of the operation's body, in UTF-8";
    CONTENT_ENCODING = "content_encoding", ContentType, "the body is encoded";
    BUSY = "busy", Busy, "the bodies that are judged at the same time take all room that there is, or those of one lineage its share";
    BODY_SYNTAX = "body_syntax", BadRequest, "the body is not JSON, or not names and values joined by `=` and `&`, whichever the operation takes";
    BODY_LIMIT = "body_limit", BadRequest, "the body is too deep, its values or numbers are too many or too long, or a form has more fields than `pieces_max`";
    BODY_REPEATED = "body_repeated", BadRequest, "a member stands twice in an object, whatever its case, or a field twice in a form, or beside another that some readers take for it";
    BODY_UNKNOWN = "body_unknown", BadRequest, "the body has a member or field that the operation does not know";
    FORM_PLUS = "form_plus", BadRequest, "`+` in the form means one thing as a space and another as a plus";
    BODY_SHAPE = "body_shape", BadRequest, "the body lacks an object or array where the operation expects one";

    NOT_GRANTED = "not_granted", NotGranted, "no grant of the writ permits the attempt";
    USES_EXHAUSTED = "uses_exhausted", UsesExhausted, "no uses are left";
    SPEND_FAILED = "spend_failed", SpendUnavailable, "the issuer does not answer";
    SPEND_REFUSED = "spend_refused", SpendUnavailable, "the issuer does not accept the edge's call";
    SPEND_ANSWER = "spend_answer", SpendUnavailable, "the issuer's answer is not of the agreed form";
    UNRECORDED = "unrecorded", AuditUnavailable, "`audit` is `strict`, and there is no room for a record";
    CREDENTIAL_VALUE = "credential_value", UpstreamCredential, "a claim used in a credential is not printable ASCII";

    UPSTREAM_CREDENTIAL = "upstream_credential", UpstreamCredential, "the upstream answers 401 or 407";
    UPSTREAM_SWITCH = "upstream_switch", UpstreamFailed, "the upstream switches protocols";
    UPSTREAM_FAILED = "upstream_failed", UpstreamFailed, "the upstream does not answer";

    HOST_UNREADABLE = "host_unreadable", EdgeFault, "the host does not hand over the request";
    HOST_UPSTREAM = "host_upstream", EdgeFault, "the host is about to send to another upstream than the permit's";
    HOST_REQUEST = "host_request", EdgeFault, "the host is about to send something else than the permit holds";
}

#[cfg(test)]
mod tests {
    use super::{ALL, ProblemClass};
    use alloc::format;
    use edgewrit_shared::edge_api::{LABELS, find_label};

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

    /// The issuer counts refusals by these labels, and every other label as `other`.
    #[test]
    fn every_label_is_known_to_the_issuer() {
        for reason in ALL {
            assert_eq!(
                find_label(reason.label),
                reason.label,
                "missing from shared::edge_api::LABELS"
            );
        }
        let page = include_str!("../../docs/edge.md");
        for label in LABELS
            .iter()
            .filter(|label| **label != crate::verdict::in_flight::PERMIT)
        {
            assert!(page.contains(&format!("`{label}`")), "not in docs/edge.md: {label}");
        }
    }

    #[test]
    fn all_token_errors_have_one_problem_class() {
        for reason in ALL.iter().filter(|reason| reason.label.starts_with("token_")) {
            assert_eq!(reason.outside, ProblemClass::Unauthorized);
        }
    }
}
