//! Writing the claims of a writ.

use super::{Authority, Claims};
use crate::grant::Grant;
use crate::json::Quoted;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

pub(super) fn claims(claims: &Claims) -> String {
    let mut members = Vec::from([
        text("iss", &claims.iss),
        text("sub", &claims.sub),
        text("aud", &claims.aud),
        member("iat", &claims.iat.0.to_string()),
        member("nbf", &claims.nbf.0.to_string()),
        member("exp", &claims.exp.0.to_string()),
        text("jti", &claims.jti),
        text("client_id", &claims.client_id),
        text("task_id", &claims.task_id),
        text("orch_id", &claims.orch_id),
        text("lin", &claims.lin),
    ]);
    if !claims.anc.is_empty() {
        members.push(list("anc", claims.anc.iter().map(|lineage| quoted(lineage))));
    }
    members.extend(
        claims
            .cnf_jkt
            .iter()
            .map(|jkt| member("cnf", &format!("{{{}}}", text("jkt", jkt)))),
    );
    members.push(match &claims.authority {
        Authority::Scope(scopes) => text("scope", &scopes.join(" ")),
        Authority::Details(grants) => list("authorization_details", grants.iter().map(Grant::to_json)),
    });
    format!("{{{}}}", members.join(","))
}

fn quoted(text: &str) -> String {
    Quoted(text).to_string()
}

fn text(name: &str, value: &str) -> String {
    member(name, &quoted(value))
}

fn list(name: &str, values: impl Iterator<Item = String>) -> String {
    member(name, &format!("[{}]", values.collect::<Vec<_>>().join(",")))
}

/// A member whose value is JSON text already.
fn member(name: &str, value: &str) -> String {
    format!("{}:{value}", Quoted(name))
}
