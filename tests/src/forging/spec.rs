//! The writ of a case, as `tests/vectors/README.md` describes it.

use super::Edit;
use crate::text::TextSpec;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The claims of a writ, and the changes to it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WritSpec {
    /// The claim `authorization_details`, as it is spelled.
    pub grants: Option<Box<RawValue>>,
    /// The claim `scope`.
    pub scope: Option<TextSpec>,
    /// Overrides of the claims.
    #[serde(default)]
    pub claims: BTreeMap<String, Box<RawValue>>,
    /// Overrides of the JOSE header.
    #[serde(default)]
    pub header: BTreeMap<String, Box<RawValue>>,
    /// Text that is encoded instead of the claims.
    pub payload_text: Option<TextSpec>,
    /// Text that is encoded instead of the header.
    pub header_text: Option<TextSpec>,
    /// The signer.
    #[serde(default)]
    pub sign: SignerChoice,
    /// The changes before and after signing.
    #[serde(default)]
    pub edit: Edit,
}

impl WritSpec {
    /// A valid writ whose grant no case uses.
    ///
    /// # Errors
    /// Never: the text is fixed.
    pub fn anything() -> serde_json::Result<Self> {
        serde_json::from_str(r#"{"scope": "look:nothing:here"}"#)
    }
}

/// The owner of the key that signs.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignerChoice {
    /// The issuer's key for writs.
    #[default]
    Writ,
    /// The issuer's key for bundles.
    Bundle,
    /// A key that no issuer has.
    Unknown,
    /// No key: the signature is empty.
    None,
}
