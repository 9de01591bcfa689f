//! Commands that change what an issuer has registered.

mod operating;
mod registering;
