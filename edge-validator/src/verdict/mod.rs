//! The verdict on a request, and what follows from it until the response has reached the client.

pub(crate) mod decide;
pub mod in_flight;
pub mod permit;
pub mod refusal;
mod response_headers;
