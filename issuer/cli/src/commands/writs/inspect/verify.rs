//! The verification of a writ, as an edge does it.

use crate::issuer_client::remote_issuer::RemoteIssuer;
use crate::output::failure::Failure;
use edgewrit_shared::bundle::{Snapshot, Trust};
use edgewrit_shared::edge_api::bundle;
use edgewrit_shared::jose::keys::PublicKey;
use edgewrit_shared::json::Json;
use edgewrit_shared::limits::WRIT_TTL_MAX;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::{Expect, Unverified};

/// Says that the writ is valid at its own audience now, or why it is not.
pub(super) fn verify(
    token: &str,
    payload: &Json,
    issuer: &str,
    trust: &[String],
    now: UnixSeconds,
) -> Result<String, Failure> {
    let snapshot = fetch_snapshot(issuer, trust, now)?;
    let audience = match payload.member("aud") {
        Some(Json::Text(audience)) => audience.as_str(),
        _ => "",
    };
    let expect = Expect {
        issuer,
        audience,
        life_max: WRIT_TTL_MAX,
    };
    let verified = Unverified::parse(token).and_then(|writ| writ.verify(&expect, &snapshot, now));
    let verified = verified.map_err(|error| Failure::new(format!("{}: {error}", error.label())))?;
    Ok(format!(
        "verified: an edge of `{}` takes this writ now",
        verified.claims().aud
    ))
}

fn fetch_snapshot(issuer: &str, trust: &[String], now: UnixSeconds) -> Result<Snapshot, Failure> {
    let pin = |x: &String| PublicKey::from_x(x).map_err(|error| Failure::new(format!("`--trust`: `{x}`: {error}")));
    let pins: Result<Vec<_>, _> = trust.iter().map(pin).collect();
    let trust = Trust {
        issuer: issuer.to_owned(),
        pins: pins?,
    };
    let answer = RemoteIssuer::at(issuer)?.get(bundle::PATH)?;
    if answer.status != 200 {
        return Err(Failure::new(format!(
            "{issuer}: the bundle was answered with {}",
            answer.status
        )));
    }
    let applied = Snapshot::apply(None, &answer.body, &trust, now);
    applied.map_err(|error| Failure::new(format!("{issuer}: the bundle is not believable: {error}")))
}
