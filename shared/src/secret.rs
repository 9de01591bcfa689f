//! Secrets, which the code never prints.

use alloc::string::String;
use core::fmt;
use zeroize::Zeroizing;

/// A secret without `Display`. The `Debug` of a secret shows none of its text, and a drop clears
/// its memory.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret with this text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text of the secret. A review looks at every call.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;
    use std::borrow::ToOwned;
    use std::format;

    #[test]
    fn a_secret_is_exposed_on_request_and_never_printed() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(
            format!("{secret:?} {:#?}", Some(secret.clone())),
            "Secret(…) Some(\n    Secret(…),\n)"
        );
    }
}
