//! The head of a request, as a host hands it over.

/// A header's name, in lower case, and value.
pub type Pair<'a> = (&'a str, &'a [u8]);

/// A request's head, borrowed from the host.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The method as it was sent.
    pub method: &'a str,
    /// The target as it was on the wire, in origin form: path and query, nothing decoded or resolved.
    pub target: &'a [u8],
    /// The host that the client says it speaks to, and its port if it names one: `:authority`, or the value of `host`. It is only looked at where
    /// the configuration names hosts; it never says where a request goes.
    pub authority: &'a [u8],
    /// Header names in lower case and values, in the order in which they came. A host may leave out names that are not in
    /// [`crate::config::Config::header_names`].
    pub headers: &'a [Pair<'a>],
    /// Whether a body follows, even one that turns out to be empty.
    pub has_body: bool,
}
