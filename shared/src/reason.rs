//! Reasons of refusals by an edge. `docs/edge.md` lists their labels.

use core::fmt;

macro_rules! reasons {
    ($($name:ident = $label:literal;)*) => {
        /// A rule of the edge that can refuse a request.
        ///
        /// The text of `Display` and `Debug` is the label.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub enum Reason {
            $(#[doc = concat!("The reason with the label `", $label, "`.")] $name,)*
        }

        impl Reason {
            /// All reasons, in the order of the steps of an edge.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable label, which contains no input.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$name => $label,)*
                }
            }
        }
    };
}

reasons! {
    Method = "method";
    ForwardAuthHeaders = "forward_auth_headers";
    HostAmbiguous = "host_ambiguous";
    HostUnknown = "host_unknown";
    TargetForm = "target_form";
    TargetLength = "target_length";
    TargetCharacter = "target_character";
    TargetEncoding = "target_encoding";
    TargetSegment = "target_segment";
    HeaderCount = "header_count";
    HeaderLength = "header_length";
    HeaderValue = "header_value";
    Upgrade = "upgrade";

    TokenMissing = "token_missing";
    TokenScheme = "token_scheme";
    TokenRepeated = "token_repeated";
    TokenBound = "token_bound";

    TokenTooLong = "token_too_long";
    TokenMalformed = "token_malformed";
    TokenJsonSerialisation = "token_json_serialisation";
    TokenEncrypted = "token_encrypted";
    TokenBase64 = "token_base64";
    TokenHeader = "token_header";
    TokenHeaderDuplicate = "token_header_duplicate";
    TokenHeaderUnknown = "token_header_unknown";
    TokenHeaderCrit = "token_header_crit";
    TokenHeaderB64 = "token_header_b64";
    TokenHeaderJwk = "token_header_jwk";
    TokenHeaderJku = "token_header_jku";
    TokenHeaderX5u = "token_header_x5u";
    TokenAlgorithm = "token_algorithm";
    TokenType = "token_type";
    TokenKey = "token_key";
    TokenPayload = "token_payload";
    TokenDuplicate = "token_duplicate";
    TokenClaims = "token_claims";
    TokenDate = "token_date";
    TokenIssuer = "token_issuer";
    TokenAudience = "token_audience";
    TokenExpired = "token_expired";
    TokenNotYet = "token_not_yet";
    TokenLife = "token_life";
    TokenSignature = "token_signature";
    TokenAuthority = "token_authority";
    TokenRevoked = "token_revoked";

    SnapshotMissing = "snapshot_missing";
    SnapshotStale = "snapshot_stale";

    NoOperation = "no_operation";
    OperationCase = "operation_case";
    CaptureSeparator = "capture_separator";
    CaptureColon = "capture_colon";
    ResourceLength = "resource_length";

    QuerySyntax = "query_syntax";
    QueryLimit = "query_limit";
    QueryUnknown = "query_unknown";
    QueryRepeated = "query_repeated";
    QueryPlus = "query_plus";
    ParamMissing = "param_missing";
    ParamType = "param_type";
    NumberPrecision = "number_precision";

    BodyUnexpected = "body_unexpected";
    BodyMissing = "body_missing";
    BodyBroken = "body_broken";
    BodyTooLarge = "body_too_large";
    ContentType = "content_type";
    ContentEncoding = "content_encoding";
    Busy = "busy";
    BodySyntax = "body_syntax";
    BodyLimit = "body_limit";
    BodyRepeated = "body_repeated";
    BodyUnknown = "body_unknown";
    FormPlus = "form_plus";
    BodyShape = "body_shape";

    ForwardAuthUnsafe = "forward_auth_unsafe";
    NotGranted = "not_granted";
    UsesExhausted = "uses_exhausted";
    SpendFailed = "spend_failed";
    SpendRefused = "spend_refused";
    SpendAnswer = "spend_answer";
    Unrecorded = "unrecorded";
    CredentialValue = "credential_value";

    UpstreamCredential = "upstream_credential";
    UpstreamSwitch = "upstream_switch";
    UpstreamFailed = "upstream_failed";

    HostUnreadable = "host_unreadable";
    HostUpstream = "host_upstream";
    HostRequest = "host_request";
}

impl Reason {
    /// The reason with this label.
    #[must_use]
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.label() == label)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

// A derived implementation would add a second name of every reason to the code of the edge.
impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn labels_are_stable_names_and_each_finds_its_reason() {
        assert_eq!(Reason::ALL.len(), 87);
        for reason in Reason::ALL {
            let label = reason.label();
            assert!(label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
            assert_eq!(label, label.to_ascii_lowercase());
            // The first reason with a label is found, so two reasons with one label fail here.
            assert_eq!(Reason::from_label(label), Some(*reason));
        }
        for text in ["", "x", "permit", "other", "Not_granted", "not_granted "] {
            assert_eq!(Reason::from_label(text), None, "{text}");
        }
    }
}
