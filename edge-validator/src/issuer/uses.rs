//! Spending a use at the issuer: the last step and the only irreversible one.
//!
//! Three values name a spend: the edge (its credential), a boot id that the issuer gave to this
//! memory, and a counter. No input of a client is part of the name, so a client cannot make one
//! spend look like another.

use crate::config::Config;
use crate::issuer::boot;
use crate::issuer::call::{Call, IssuerAnswer};
use crate::memory::Memory;
use crate::reason::{Objection, Reason};
use crate::writ::Writ;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use edgewrit_shared::edge_api::boot::read_answer as read_boot_answer;
use edgewrit_shared::edge_api::problem::{USES_EXHAUSTED, is_type, read_type};
use edgewrit_shared::edge_api::uses::{PATH, read_answer, write_debit};
use edgewrit_shared::json::object::quoted;

/// Proof that uses were debited. Only the answer of the issuer makes this proof.
#[derive(Debug)]
pub(crate) struct Spent {
    /// The allowances that were debited, one for each attempt that spends, in their order.
    pub(crate) allowances: Vec<String>,
    _made_here: (),
}

/// A spend whose call to the issuer is not finished.
#[derive(Debug)]
pub(crate) struct PendingSpend {
    counter: u64,
    /// The boot id that names the spend. Without a boot id, the next call asks for one.
    boot_id: Option<String>,
}

impl PendingSpend {
    /// A spend with a name of its own.
    pub(crate) fn new(memory: &Memory) -> Self {
        Self {
            counter: memory.next_spend(),
            boot_id: memory.boot_id(),
        }
    }

    /// The call to make. For each attempt that spends, `debits` has the allowances of which one is
    /// debited.
    pub(crate) fn call<'d>(&self, config: &Config, writ: &Writ, debits: impl Iterator<Item = &'d [String]>) -> Call {
        match &self.boot_id {
            None => boot::boot_call(config),
            Some(boot_id) => {
                let body = write_debit(&writ.token, boot_id, self.counter, debits);
                Call::post(config, PATH, body.into_bytes())
            }
        }
    }

    /// Takes the answer of the issuer. Without a proof in the result, the host must make
    /// [`Self::call`] again. Every answer but plain success refuses. A missing answer may have
    /// debited a use, so the edge does not repeat the call.
    pub(crate) fn take_answer<'d>(
        &mut self,
        answer: IssuerAnswer<'_>,
        debits: impl Iterator<Item = &'d [String]>,
        memory: &Memory,
    ) -> Result<Option<Spent>, Objection> {
        let IssuerAnswer::Got { status, body } = answer else {
            return Err(Reason::SpendFailed.into());
        };
        match (&self.boot_id, status) {
            (None, 201) => {
                let boot_id = read_boot_answer(body).ok_or(Reason::SpendAnswer)?;
                memory.keep_boot_id(boot_id.clone());
                self.boot_id = Some(boot_id);
                Ok(None)
            }
            (Some(_), 200) => Ok(Some(read_debit(body, debits).ok_or(Reason::SpendAnswer)?)),
            (_, 200 | 201) => Err(Reason::SpendAnswer.into()),
            (Some(boot_id), _) => {
                if boot::is_unknown(answer) {
                    memory.drop_boot_id(boot_id);
                }
                Err(refusal_objection(status, body))
            }
            (None, _) => Err(Objection::new(Reason::SpendRefused, format!("status {status}"))),
        }
    }
}

/// The objection for an answer that debited nothing.
fn refusal_objection(status: u16, body: &[u8]) -> Objection {
    let kind = read_type(body);
    if status == 409 && is_type(kind.as_deref(), USES_EXHAUSTED) {
        return Reason::UsesExhausted.into();
    }
    let kind = quoted(kind.as_deref().unwrap_or_default());
    Objection::new(Reason::SpendRefused, format!("status {status}, type {kind}"))
}

/// The proof, if exactly one allowance was debited for each of `debits`.
fn read_debit<'d>(body: &[u8], mut debits: impl Iterator<Item = &'d [String]>) -> Option<Spent> {
    let allowances = read_answer(body)?;
    for id in &allowances {
        if !debits.next()?.contains(id) {
            return None;
        }
    }
    debits.next().is_none().then_some(Spent {
        allowances,
        _made_here: (),
    })
}
