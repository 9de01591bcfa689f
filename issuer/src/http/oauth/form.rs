//! The parameters of a token request.

use super::error::{OAuthError, OAuthErrorCode};
use edgewrit_shared::secret::Secret;

/// Parameters that were sent and not taken yet. Those that are never taken are ignored (RFC 6749,
/// section 3.2).
#[derive(Debug)]
pub(super) struct TokenForm(Vec<(String, String)>);

impl TokenForm {
    /// A parameter without a value is as good as none (RFC 6749, section 3.2).
    pub(super) fn read(mut pairs: Vec<(String, String)>) -> Self {
        pairs.retain(|(_, value)| !value.is_empty());
        Self(pairs)
    }

    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(own, _)| own == name)?;
        Some(self.0.swap_remove(at).1)
    }

    /// The `token` that the request is about.
    pub(super) fn token(&mut self) -> Result<Secret, OAuthError> {
        let token = self.take("token").map(Secret::new);
        token.ok_or_else(|| OAuthError::new(OAuthErrorCode::InvalidRequest, "missing `token`"))
    }

    /// The one `resource`. RFC 8707 allows several; a writ has exactly one audience.
    pub(super) fn resource(&mut self) -> Result<Option<String>, OAuthError> {
        let first = self.take("resource");
        if self.take("resource").is_some() {
            return Err(OAuthError::new(
                OAuthErrorCode::InvalidTarget,
                "expected one `resource`: a writ has one audience",
            ));
        }
        Ok(first)
    }
}
