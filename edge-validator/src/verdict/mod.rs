//! The verdict on a request, and the processing of the response to a permitted one.

pub(crate) mod decide;
pub mod in_flight;
pub(crate) mod judged;
pub mod permit;
pub mod refusal;
mod response_headers;
