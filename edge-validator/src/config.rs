//! The edge's configuration.

use alloc::string::String;
use alloc::vec::Vec;
pub use edgewrit_shared::document::Fault;

/// A configuration that was read without a fault.
#[derive(Debug)]
pub struct Config {
    upstreams: Vec<Upstream>,
}

/// An API behind the edge.
#[derive(Debug)]
pub struct Upstream {
    name: String,
    origin: String,
}

impl Upstream {
    /// Its name in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Its origin, such as `https://api.travel.example`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
    /// Host and port of its origin, as they go into `host`.
    #[must_use]
    pub fn authority(&self) -> &str {
        todo!()
    }
}

impl Config {
    /// Reads one JSON document. `secret(NAME)` answers `${secret:NAME}`.
    ///
    /// # Errors
    /// Every fault of the document, each with its place.
    pub fn read(_text: &str, _secret: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<Fault>> {
        todo!()
    }
    /// Every request header that the pipeline looks at or passes, in lower case, sorted. A host may supply only these.
    #[must_use]
    pub fn header_names(&self) -> &[String] {
        todo!()
    }
    /// The issuer's origin, such as `https://issuer.example`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        todo!()
    }
    /// The upstreams, in the order of their names.
    pub fn upstreams(&self) -> impl Iterator<Item = &Upstream> {
        self.upstreams.iter()
    }
    /// Seconds after which a host that cannot long-poll asks for a newer bundle.
    #[must_use]
    pub fn refresh(&self) -> u64 {
        todo!()
    }
}
