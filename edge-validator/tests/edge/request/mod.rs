//! Requests as the edge reads them and sends them.

mod forms;
mod hosts;
mod lists;
mod numbers;
pub(crate) mod operations;
mod sent;
