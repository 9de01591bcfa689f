//! Writing the claims of a writ.

use super::{Authority, Claims};
use crate::grant::Grant;
use crate::json::write::{list, member, object, text, texts};
use alloc::string::String;
use alloc::vec::Vec;

pub(super) fn claims(claims: &Claims) -> String {
    let mut members = Vec::from([
        text("iss", &claims.iss),
        text("sub", &claims.sub),
        text("aud", &claims.aud),
        member("iat", claims.iat.0),
        member("nbf", claims.nbf.0),
        member("exp", claims.exp.0),
        text("jti", &claims.jti),
        text("client_id", &claims.client_id),
        text("task_id", &claims.task_id),
        text("orch_id", &claims.orch_id),
        text("lin", &claims.lin),
    ]);
    if !claims.anc.is_empty() {
        members.push(texts("anc", &claims.anc));
    }
    if let Some(jkt) = &claims.cnf_jkt {
        members.push(member("cnf", object(&[text("jkt", jkt)])));
    }
    members.extend(claims.agent_key.iter().map(|key| text("agent_key", key)));
    members.push(match &claims.authority {
        Authority::Scope(scopes) => text("scope", &scopes.join(" ")),
        Authority::Details(grants) => list("authorization_details", grants.iter().map(Grant::to_json)),
    });
    object(&members)
}
