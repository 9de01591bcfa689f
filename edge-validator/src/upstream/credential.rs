//! The credential that the edge sends to an upstream in place of the writ.

use crate::http::headers::HeaderFields;
use crate::reason::{Objection, Reason};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use edgewrit_shared::secret::Secret;
use edgewrit_shared::token::claims::Claims;

/// The headers of a credential of one upstream.
#[derive(Debug, Default)]
pub(crate) struct Credential {
    pub(crate) headers: Vec<(Arc<str>, HeaderTemplate)>,
    /// Names of client headers that some reader could confuse with these: many readers treat `_` as
    /// `-`.
    pub(crate) shadowed: Vec<String>,
}

/// The value of a header with places for secrets and claims.
#[derive(Debug)]
pub(crate) struct HeaderTemplate(Vec<HeaderTemplatePiece>);

#[derive(Debug)]
enum HeaderTemplatePiece {
    Text(String),
    Secret(Secret),
    Claim(Claim),
}

impl HeaderTemplatePiece {
    /// Parses the text between `${` and `}`.
    fn parse(place: &str, secret: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        match place.split_once(':') {
            Some(("secret", name)) => find_secret(name, secret).map(Self::Secret),
            Some(("claim", name)) => {
                let claim = Claim::ALL
                    .iter()
                    .find_map(|(own, claim)| (*own == name).then_some(*claim));
                claim.map(Self::Claim).ok_or_else(|| unknown_claim_message(name))
            }
            _ => Err(format!(
                "expected `${{secret:NAME}}` or `${{claim:name}}`, found `${{{place}}}`"
            )),
        }
    }

    fn fill<'t>(&'t self, claims: &'t Claims) -> &'t str {
        match self {
            Self::Text(text) => text,
            Self::Secret(secret) => secret.expose(),
            Self::Claim(claim) => claim.of(claims),
        }
    }
}

/// Claims that a credential may use: strings that the issuer vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Sub,
    ClientId,
    TaskId,
    OrchId,
    Jti,
}

impl Claim {
    const ALL: [(&str, Self); 5] = [
        ("sub", Self::Sub),
        ("client_id", Self::ClientId),
        ("task_id", Self::TaskId),
        ("orch_id", Self::OrchId),
        ("jti", Self::Jti),
    ];

    fn of(self, claims: &Claims) -> &str {
        match self {
            Self::Sub => &claims.sub,
            Self::ClientId => &claims.client_id,
            Self::TaskId => &claims.task_id,
            Self::OrchId => &claims.orch_id,
            Self::Jti => &claims.jti,
        }
    }
}

impl Credential {
    /// A credential of these headers.
    pub(crate) fn new(headers: Vec<(Arc<str>, HeaderTemplate)>) -> Self {
        let shadowed = headers.iter().map(|(name, _)| name.replace('_', "-")).collect();
        Self { headers, shadowed }
    }

    /// The headers for a writ with these claims.
    pub(crate) fn fill(&self, claims: &Claims) -> Result<HeaderFields, Objection> {
        let fill = |(name, template): &(Arc<str>, HeaderTemplate)| Ok((Arc::clone(name), template.fill(claims)?));
        self.headers.iter().map(fill).collect()
    }
}

impl HeaderTemplate {
    /// Parses a template. `secret` is the lookup of `${secret:NAME}`. An error is a message for the
    /// operator and contains no value of a secret.
    pub(crate) fn parse(text: &str, secret: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        if !text.contains("${") {
            return Err("a literal credential, expected `${secret:NAME}` in it".into());
        }
        if !is_header_value(text) {
            return Err("expected printable ASCII".into());
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (place, after) = after.split_once('}').ok_or("`${` without `}`")?;
            pieces.push(HeaderTemplatePiece::Text(before.into()));
            pieces.push(HeaderTemplatePiece::parse(place, secret)?);
            rest = after;
        }
        pieces.push(HeaderTemplatePiece::Text(rest.into()));
        Ok(Self(pieces))
    }

    fn fill(&self, claims: &Claims) -> Result<Vec<u8>, Objection> {
        let mut value = Vec::new();
        for text in self.0.iter().map(|piece| piece.fill(claims)) {
            if !is_header_value(text) {
                return Err(Reason::CredentialValue.into());
            }
            value.extend_from_slice(text.as_bytes());
        }
        Ok(value)
    }
}

/// The secret called `name`. An error names the secret and never shows its value.
pub(crate) fn find_secret(name: &str, secret: &dyn Fn(&str) -> Option<String>) -> Result<Secret, String> {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty() || !name.bytes().all(allowed) {
        return Err(format!(
            "expected a secret's name of `A-Z`, `0-9` and `_`, found `{name}`"
        ));
    }
    let value = secret(name)
        .map(Secret::new)
        .ok_or_else(|| format!("the secret `{name}` is not set"))?;
    if value.expose().is_empty() || !is_header_value(value.expose()) {
        return Err(format!(
            "the secret `{name}` is empty or holds something that is not printable ASCII"
        ));
    }
    Ok(value)
}

fn unknown_claim_message(name: &str) -> String {
    let known: Vec<String> = Claim::ALL.iter().map(|(own, _)| format!("`{own}`")).collect();
    format!("unknown claim `{name}`, expected one of {}", known.join(", "))
}

/// Whether `text` is a valid part of a header value: printable ASCII.
fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}
