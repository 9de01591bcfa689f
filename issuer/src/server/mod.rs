//! The process that serves: listeners, the operator's socket, and the client of that socket.

pub mod admin_client;
pub mod serve;
