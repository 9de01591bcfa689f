//! Objections, and for every reason its problem class for the client and one line of explanation.
//! `docs/edge.md` lists them.

use alloc::string::String;
pub(crate) use edgewrit_shared::reason::Reason;

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
            Self::Busy => (
                503,
                "busy",
                "the edge has as many requests or bodies in progress as it can hold",
            ),
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

/// The objection of a rule to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Objection {
    pub(crate) reason: Reason,
    /// A detail that may contain input. The client never sees it.
    pub(crate) detail: Option<String>,
}

impl Objection {
    /// An objection with a detail for the log only.
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: Some(detail.into()),
        }
    }

    /// The problem class that the client sees.
    pub(crate) const fn class(&self) -> ProblemClass {
        problem_class(self.reason)
    }

    /// The text for the log: the detail, or the explanation of the reason.
    pub(crate) fn log_detail(&self) -> &str {
        self.detail.as_deref().unwrap_or(explanation(self.reason))
    }
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

macro_rules! problems {
    ($($($reason:ident)|+ => $class:ident, $explanation:literal;)*) => {
        /// The class of a reason, and its explanation.
        const fn describe(reason: Reason) -> (ProblemClass, &'static str) {
            match reason {
                $($(Reason::$reason)|+ => (ProblemClass::$class, $explanation),)*
            }
        }
    };
}

/// The problem class that the client sees.
pub(crate) const fn problem_class(reason: Reason) -> ProblemClass {
    describe(reason).0
}

/// The explanation in one line. The client sees it if it is about the form of its own request.
pub(crate) const fn explanation(reason: Reason) -> &'static str {
    describe(reason).1
}

problems! {
    Method => BadRequest, "the method is not one of upper-case letters, or it is `CONNECT` or `TRACE`";
    ForwardAuthHeaders => BadRequest, "the proxy in front does not state the request in exactly the headers of its kind";
    HostAmbiguous => BadRequest, "the request names no host, or more than one";
    HostUnknown => HostUnknown, "the request is for a host that the configuration does not name";
    TargetForm => BadRequest, "the target is not a path that begins with `/`";
    TargetLength => BadRequest, "the target is longer than 8192 bytes";
    TargetCharacter => BadRequest, "the target has a character that some parser changes";
    TargetEncoding => BadRequest, "a percent-encoding is malformed, not needed, or a separator or control character";
    TargetSegment => BadRequest, "the path has an empty segment before the last, a `.` or a `..`";
    HeaderCount => BadRequest, "there are more than 100 headers";
    HeaderLength => BadRequest, "the headers are longer than 32768 bytes together";
    HeaderValue => BadRequest, "a header value is not printable ASCII";
    Upgrade => BadRequest, "the connection is to be upgraded";

    TokenMissing => Unauthorized, "no writ comes in `authorization`";
    TokenScheme => Unauthorized, "`authorization` is not `Bearer`, one space and the writ";
    TokenRepeated => Unauthorized, "more than one writ comes along";
    TokenBound => Unauthorized, "the writ is bound to a key and comes without a proof";

    TokenTooLong | TokenMalformed | TokenJsonSerialisation | TokenEncrypted | TokenBase64 | TokenHeader
    | TokenHeaderDuplicate | TokenHeaderUnknown | TokenHeaderCrit | TokenHeaderB64 | TokenHeaderJwk | TokenHeaderJku
    | TokenHeaderX5u | TokenAlgorithm | TokenType | TokenKey | TokenPayload | TokenDuplicate
    | TokenClaims | TokenDate | TokenIssuer | TokenAudience | TokenExpired | TokenNotYet
    | TokenLife | TokenSignature | TokenAuthority | TokenRevoked => Unauthorized, "the writ does not count";

    SnapshotMissing => SnapshotStale, "the edge holds no bundle";
    SnapshotStale => SnapshotStale, "the bundle that the edge holds is no longer fresh";

    NoOperation => NoOperation, "no operation matches method and path";
    OperationCase => NoOperation, "a segment is another operation's but for case, encoding or an ending that servers drop";
    CaptureSeparator => BadRequest, "a captured value holds a separator of its resource";
    CaptureColon => BadRequest, "a captured value holds a `:`, and the operation does not say `colon`";
    ResourceLength => BadRequest, "the resource is longer than 512 bytes";

    QuerySyntax => BadRequest, "the query is not names and values joined by `=` and `&`, or holds a value without a name";
    QueryLimit => BadRequest, "the query has more names and values than `pieces_max`";
    QueryUnknown => BadRequest, "the query has a name that the operation does not know";
    QueryRepeated => BadRequest, "a name is given twice in the query, or one beside another that some readers take for it";
    QueryPlus => BadRequest, "`+` in the query means one thing as a space and another as a plus";
    ParamMissing => BadRequest, "a parameter that is not optional is missing";
    ParamType => BadRequest, "a parameter is not of its type";
    NumberPrecision => BadRequest, "a number means one thing exactly and another in floating point";

    BodyUnexpected => BadRequest, "there is a body, and the operation takes none";
    BodyMissing => BadRequest, "there is no body, and the operation takes one";
    BodyBroken => BadRequest, "the body does not arrive whole";
    BodyTooLarge => BodyTooLarge, "the body is longer than the operation's limit";
    ContentType => ContentType, "`content-type` is not that of the operation's body, in UTF-8";
    ContentEncoding => ContentType, "the body is encoded";
    Busy => Busy, "the bodies that are judged at the same time take all room that there is, or those of one lineage its share; or a proxy has as many requests in progress as it can hold";
    BodySyntax => BadRequest, "the body is not JSON, or not names and values joined by `=` and `&`, whichever the operation takes";
    BodyLimit => BadRequest, "the body is too deep, its values or numbers are too many or too long, or a form has more fields than `pieces_max`";
    BodyRepeated => BadRequest, "a member stands twice in an object, whatever its case, or a field twice in a form, or beside another that some readers take for it";
    BodyUnknown => BadRequest, "the body has a member or field that the operation does not know";
    FormPlus => BadRequest, "`+` in the form means one thing as a space and another as a plus";
    BodyShape => BadRequest, "the body lacks an object or array where the operation expects one";

    ForwardAuthUnsafe => BadRequest, "the proxy in front could send another request than the edge judges";
    NotGranted => NotGranted, "no grant of the writ permits the attempt";
    UsesExhausted => UsesExhausted, "no uses are left";
    SpendFailed => SpendUnavailable, "the issuer does not answer";
    SpendRefused => SpendUnavailable, "the issuer does not accept the edge's call";
    SpendAnswer => SpendUnavailable, "the issuer's answer is not of the agreed form";
    Unrecorded => AuditUnavailable, "`audit` is `strict`, and there is no room for a record";
    CredentialValue => UpstreamCredential, "a claim used in a credential is not printable ASCII";

    UpstreamCredential => UpstreamCredential, "the upstream answers 401 or 407";
    UpstreamSwitch => UpstreamFailed, "the upstream switches protocols";
    UpstreamFailed => UpstreamFailed, "the upstream does not answer";

    HostUnreadable => EdgeFault, "the host does not hand over the request";
    HostUpstream => EdgeFault, "the host is about to send to another upstream than the permit's";
    HostRequest => EdgeFault, "the host is about to send something else than the permit holds";
}

#[cfg(test)]
mod tests {
    use super::{ProblemClass, Reason, explanation, problem_class};
    use alloc::format;

    /// The explanation of all faults of a token. The page lists their labels in a table of its own.
    const TOKEN_FAULT: &str = "the writ does not count";

    #[test]
    fn every_label_is_in_the_documentation_with_its_status_and_code() {
        let page = include_str!("../../docs/edge.md");
        for reason in Reason::ALL.iter().copied() {
            let (class, meaning) = (problem_class(reason), explanation(reason));
            let row = match meaning {
                TOKEN_FAULT => format!("`{reason}`"),
                _ => format!("| `{reason}` | {} `{}` | {meaning} |", class.status(), class.code()),
            };
            assert!(page.contains(&row), "missing from docs/edge.md: {row}");
        }
    }

    #[test]
    fn all_token_errors_have_one_problem_class() {
        let is_of_token = |reason: &Reason| reason.label().starts_with("token_");
        let mut faults = 0;
        for reason in Reason::ALL.iter().copied().filter(is_of_token) {
            assert_eq!(problem_class(reason), ProblemClass::Unauthorized);
            faults += usize::from(explanation(reason) == TOKEN_FAULT);
        }
        assert_eq!(faults, 28);
    }
}
