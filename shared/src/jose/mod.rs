//! JOSE: compact JWS (RFC 7515), keys (RFC 7517) and Ed25519 signatures (RFC 8032).

pub mod jws;
pub mod keys;
pub mod signature;
