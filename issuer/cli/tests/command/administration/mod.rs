//! Commands that change what an issuer has registered.

mod operate;
mod register_and_mint;
