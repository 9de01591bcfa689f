//! Writer of the claims of a writ. Each writ is written once, into one text.

use super::{Authority, Claims};
use crate::json::Quoted;
use alloc::string::String;
use core::fmt::{self, Write as _};

/// Length of the claims of a usual writ.
const USUAL: usize = 1_024;

pub(super) fn write_claims(claims: &Claims) -> String {
    let mut text = String::with_capacity(USUAL);
    // Writing to a `String` does not fail.
    let _whole = write(claims, &mut text);
    text
}

fn write(claims: &Claims, out: &mut String) -> fmt::Result {
    write!(out, r#"{{"iss":{},"sub":{}"#, Quoted(&claims.iss), Quoted(&claims.sub))?;
    write!(out, r#","aud":{}"#, Quoted(&claims.aud))?;
    write!(
        out,
        r#","iat":{},"nbf":{},"exp":{}"#,
        claims.iat.0, claims.nbf.0, claims.exp.0
    )?;
    let ids = [
        ("jti", &claims.jti),
        ("client_id", &claims.client_id),
        ("task_id", &claims.task_id),
        ("orch_id", &claims.orch_id),
        ("lin", &claims.lin),
    ];
    for (name, id) in ids {
        write!(out, r#","{name}":{}"#, Quoted(id))?;
    }
    if !claims.anc.is_empty() {
        out.push_str(r#","anc":"#);
        write_list(out, claims.anc.iter().map(|lineage| Quoted(lineage)))?;
    }
    if let Some(jkt) = &claims.cnf_jkt {
        write!(out, r#","cnf":{{"jkt":{}}}"#, Quoted(jkt))?;
    }
    if let Some(key) = &claims.agent_key {
        write!(out, r#","agent_key":{}"#, Quoted(key))?;
    }
    match &claims.authority {
        Authority::Scope(scopes) => write!(out, r#","scope":{}"#, Quoted(&scopes.join(" ")))?,
        Authority::Details(grants) => {
            out.push_str(r#","authorization_details":"#);
            write_list(out, grants.iter().map(|grant| grant.canonical()))?;
        }
    }
    out.push('}');
    Ok(())
}

fn write_list(out: &mut String, items: impl Iterator<Item = impl fmt::Display>) -> fmt::Result {
    out.push('[');
    for (index, item) in items.enumerate() {
        let between = if index == 0 { "" } else { "," };
        write!(out, "{between}{item}")?;
    }
    out.push(']');
    Ok(())
}
