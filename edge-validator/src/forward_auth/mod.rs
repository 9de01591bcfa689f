//! Forward auth: another proxy sends the request, and asks the edge for the verdict first.
//!
//! No permit holds such a request. So the edge authorizes a request only if the proxy in front has
//! no way to send another one: the request has no body, no limited use, one reading and one
//! spelling.

mod authorize;
mod front;
#[cfg(test)]
mod tests;

pub use self::authorize::Authorized;
pub use self::front::FrontProxy;

use crate::config::Config;
use crate::http::head::Head;
use crate::reason::{Objection, Reason};
use crate::record::context::RequestContext;
use crate::verdict::refusal::Refusal;
use crate::world::World;
use alloc::vec::Vec;
use edgewrit_shared::secret::Secret;
use subtle::ConstantTimeEq as _;

/// The request header with the secret that the proxy in front shares with the edge.
pub const SECRET_HEADER: &str = "x-edgewrit-secret";
/// Fewest bytes of the secret that the proxy in front shares with the edge.
pub const SECRET_BYTES_MIN: usize = 16;

/// The settings of forward auth.
#[derive(Clone, Debug)]
pub struct ForwardAuth {
    /// The kind of the proxy in front, which decides the headers that state the request.
    pub front: FrontProxy,
    /// Whether the proxy in front gets the credential of the upstream.
    pub hands_over_credential: bool,
    /// The secret that the proxy in front presents in [`SECRET_HEADER`], if it has to present one.
    pub secret: Option<Secret>,
}

/// Why forward auth does not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardAuthFault {
    /// The configuration has no `hosts`.
    NoHosts,
    /// The secret is shorter than [`SECRET_BYTES_MIN`] bytes or not printable ASCII.
    Secret,
}

impl ForwardAuth {
    /// Checks that forward auth can serve with `config`.
    ///
    /// # Errors
    /// [`ForwardAuthFault`]
    pub fn check(&self, config: &Config) -> Result<(), ForwardAuthFault> {
        let is_usable = |secret: &Secret| {
            let secret = secret.expose();
            secret.len() >= SECRET_BYTES_MIN && secret.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if config.hosts().is_empty() {
            return Err(ForwardAuthFault::NoHosts);
        }
        if !self.secret.as_ref().is_none_or(is_usable) {
            return Err(ForwardAuthFault::Secret);
        }
        Ok(())
    }

    /// Judges the request that the proxy in front asks about. `head` is the head of the question.
    ///
    /// # Errors
    /// The refusal of the request. [`Reason::ForwardAuthHeaders`] says that the question does not
    /// state the request, and [`Reason::ForwardAuthUnsafe`] that the proxy in front may send
    /// another request than the judged one.
    pub fn authorize(&self, head: Head<'_>, world: &World<'_>) -> Result<Authorized, Refusal> {
        match self.read_request(head, world.config) {
            Ok(request) => authorize::authorize(&request, self.hands_over_credential, world),
            Err(objection) => {
                let context = RequestContext::new(world.memory.next_request(), world.now);
                Err(Refusal::new(context, objection))
            }
        }
    }

    /// The head of the request that the question states.
    fn read_request<'h>(&self, head: Head<'h>, config: &Config) -> Result<Head<'h>, Objection> {
        if let Some(secret) = &self.secret
            && !is_presented(secret, &head)
        {
            return Err(Objection::new(
                Reason::ForwardAuthHeaders,
                "the secret is missing or wrong",
            ));
        }
        let request = self.front.read_request(head)?;
        if config.hosts().is_empty() {
            return Err(Objection::new(Reason::HostUnknown, "the configuration has no `hosts`"));
        }
        if request.has_body {
            return Err(Objection::new(Reason::ForwardAuthUnsafe, "the request has a body"));
        }
        Ok(request)
    }
}

/// Whether the question has the secret in exactly one header. The comparison takes as long for any
/// value of the right length.
fn is_presented(secret: &Secret, head: &Head<'_>) -> bool {
    let values = head.headers.iter().filter(|(name, _)| *name == SECRET_HEADER);
    let values: Vec<_> = values.map(|(_, value)| *value).collect();
    let [value] = values.as_slice() else { return false };
    secret.expose().as_bytes().ct_eq(value).into()
}
