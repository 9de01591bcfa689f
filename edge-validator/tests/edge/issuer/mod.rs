//! Bundles, records, and what earlier versions of the issuer answer.

mod delivery;
mod follow;
mod record;
mod version_0_1;
