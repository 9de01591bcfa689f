//! Boot ids. The issuer gives a boot id to one memory of an edge and counts the spends and records
//! of that memory under it.

use crate::config::Config;
use crate::issuer::call::{Call, IssuerAnswer};
use alloc::vec::Vec;
use edgewrit_shared::edge_api::boot::{PATH, REQUEST};
use edgewrit_shared::edge_api::problem::{UNKNOWN_BOOT, is_type, read_type};

/// The call that asks for a boot id.
pub(crate) fn boot_call(config: &Config) -> Call {
    Call::post(config, PATH, Vec::from(REQUEST))
}

/// Whether the type of a problem says that the issuer does not know the boot.
pub(crate) fn is_unknown(answer: IssuerAnswer<'_>) -> bool {
    matches!(answer, IssuerAnswer::Got { status: 404, body } if is_type(read_type(body).as_deref(), UNKNOWN_BOOT))
}
