//! The argument `--credential`: which header of a request holds the credential of the API, and
//! which environment variable has the value.

use crate::output::failure::Failure;
use std::env;

/// The form of the argument, for messages.
const EXPECTED: &str = "expected a header and the name of an environment variable (`A-Z`, `0-9`, `_`), such as \
                        `x-api-key: API_KEY` or `authorization: Bearer API_KEY`";

/// The credential of the upstream. The value itself stays in the environment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CredentialHeader {
    /// The name of the header, in lower case.
    pub(super) name: String,
    /// The scheme before the value, such as `Bearer`.
    scheme: Option<String>,
    /// The environment variable with the value.
    variable: String,
}

impl CredentialHeader {
    /// Reads `NAME: [SCHEME ]VARIABLE`.
    ///
    /// # Errors
    /// If the text has another form, or if the variable is not set. The message does not repeat
    /// the text, which may be a credential by mistake.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let header = Self::split(text).ok_or_else(|| Failure::new(format!("`--credential`: {EXPECTED}")))?;
        if env::var(&header.variable).is_ok_and(|value| !value.is_empty()) {
            return Ok(header);
        }
        let name = &header.name;
        Err(Failure::new(format!(
            "`--credential`: the environment variable for `{name}` is not set"
        )))
    }

    fn split(text: &str) -> Option<Self> {
        let (name, value) = text.split_once(':')?;
        let mut words = value.split_whitespace();
        let (scheme, variable) = match (words.next()?, words.next()) {
            (variable, None) => (None, variable),
            (scheme, Some(variable)) => (Some(scheme), variable),
        };
        let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'-';
        let is_name = |byte: u8| is_letter(byte) || byte.is_ascii_digit() || byte == b'_';
        let is_variable = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        let fits = words.next().is_none()
            && !name.is_empty()
            && name.bytes().all(is_name)
            && scheme.is_none_or(|scheme| scheme.bytes().all(is_letter))
            && variable.bytes().all(is_variable);
        fits.then(|| Self {
            name: name.to_ascii_lowercase(),
            scheme: scheme.map(str::to_owned),
            variable: variable.to_owned(),
        })
    }

    /// The value of `credential` of an upstream that sets these headers, as YAML.
    pub(super) fn to_yaml(headers: &[Self]) -> String {
        let set: Vec<_> = headers
            .iter()
            .map(|header| {
                let scheme = header.scheme.as_ref().map(|scheme| format!("{scheme} "));
                let (name, variable) = (&header.name, &header.variable);
                format!("\"{name}\": \"{}${{secret:{variable}}}\"", scheme.unwrap_or_default())
            })
            .collect();
        format!("{{set: {{{}}}}}", set.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::CredentialHeader;

    #[test]
    fn a_header_names_a_variable_and_perhaps_a_scheme() {
        let parsed = |text| CredentialHeader::split(text).unwrap();
        let headers = [parsed("X-Api-Key: API_KEY"), parsed("authorization: Bearer TOKEN_2")];
        assert_eq!(
            CredentialHeader::to_yaml(&headers),
            r#"{set: {"x-api-key": "${secret:API_KEY}", "authorization": "Bearer ${secret:TOKEN_2}"}}"#
        );
    }

    #[test]
    fn another_form_is_not_taken() {
        for text in [
            "x-api-key: sk_live_4242",
            "authorization: Bearer two WORDS",
            "authorization: Basic= API_KEY",
            "authorization: $API_KEY",
            "x api key: API_KEY",
            ": API_KEY",
            "x-api-key:",
            "API_KEY",
        ] {
            assert_eq!(CredentialHeader::split(text), None, "{text}");
        }
    }

    #[test]
    fn a_message_does_not_repeat_a_credential() {
        for value in ["sk_live_4242", "c2VjcmV0OnNlY3JldA==", "AKIA42424242"] {
            let failure = CredentialHeader::parse(&format!("x-api-key: {value}")).unwrap_err();
            let message = failure.lines().join("\n");
            assert!(
                message.starts_with("`--credential`: ") && !message.contains(value),
                "{message}"
            );
        }
    }
}
