//! Upstreams: APIs behind the edge.

pub(crate) mod credential;
pub(crate) mod origin;
pub(crate) mod reflection;

use crate::upstream::credential::Credential;
use alloc::string::String;
use edgewrit_shared::origin::Origin;

/// An API behind the edge.
#[derive(Debug)]
pub struct Upstream {
    name: String,
    origin: Origin,
    pub(crate) credential: Credential,
}

impl Upstream {
    pub(crate) fn new(name: String, origin: Origin, credential: Credential) -> Self {
        Self {
            name,
            origin,
            credential,
        }
    }

    /// The name of the upstream in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The origin, such as `https://api.travel.example`.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.origin.as_str()
    }

    /// The names of the headers of the credential, in lower case.
    pub fn credential_names(&self) -> impl Iterator<Item = &str> {
        self.credential.headers.iter().map(|(name, _)| &**name)
    }

    /// The scheme `https`, or `http` for an upstream on loopback.
    #[must_use]
    pub fn scheme(&self) -> &str {
        if self.origin.is_plain() { "http" } else { "https" }
    }

    /// Host and port of the origin, as the host writes them into `host`.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.origin.authority()
    }
}
