//! The process that serves: listeners, the operator's socket, and the client of that socket.

pub mod admin_client;
mod connection;
pub mod serve;
