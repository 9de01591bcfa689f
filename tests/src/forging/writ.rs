//! From a case's description to the text of its writ.

use super::encode;
use super::members::{Member, Reference, object, string};
use super::{Edit, IssuerKeys, SignerChoice, WritSpec};
use crate::text::NameValues;
use anyhow::{Context as _, Result, ensure};
use edgewrit_shared::time::UnixSeconds;
use std::sync::atomic::{AtomicU64, Ordering};

/// The issuer, the audience and the time of forged writs.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The issuer's name.
    pub issuer: String,
    /// The audience of the edge.
    pub audience: String,
    /// The keys.
    pub keys: IssuerKeys,
}

/// The text of a writ.
///
/// # Errors
/// If the description asks for what cannot be done.
pub fn forge(spec: &WritSpec, setting: &Setting, names: &NameValues, now: UnixSeconds) -> Result<String> {
    let reference = Reference {
        keys: &setting.keys,
        names,
        now,
    };
    let header = header(spec, &reference)?;
    let payload = payload(spec, setting, &reference)?;
    let header = match spec.edit {
        Edit::PadHeader => encode::padded(&header),
        _ => encode::canonical(&header),
    };
    let encoded = match spec.edit {
        Edit::PadPayload => encode::padded(&payload),
        Edit::StandardAlphabetPayload => encode::standard_alphabet(&payload)?,
        Edit::TrailingBitsPayload => encode::with_trailing_bits(&payload)?,
        _ => encode::canonical(&payload),
    };
    let signature = sign(spec.sign, &setting.keys, &format!("{header}.{encoded}"));
    let signature = edit_signature(&spec.edit, signature)?;
    assemble(&spec.edit, &header, &encoded, &payload, &signature)
}

fn header(spec: &WritSpec, reference: &Reference<'_>) -> Result<Vec<u8>> {
    if let Some(text) = &spec.header_text {
        return text.bytes(reference.names);
    }
    let mut members = vec![
        ("alg".into(), string("EdDSA")),
        ("kid".into(), string(&reference.kid(spec.sign))),
        ("typ".into(), string("at+jwt")),
    ];
    reference.apply(&mut members, &spec.header)?;
    if let Edit::DuplicateHeader(name) = &spec.edit {
        duplicate(&mut members, name)?;
    }
    Ok(object(&members).into_bytes())
}

fn payload(spec: &WritSpec, setting: &Setting, reference: &Reference<'_>) -> Result<Vec<u8>> {
    if let Some(text) = &spec.payload_text {
        return text.bytes(reference.names);
    }
    let mut members = claims(setting, reference.now);
    if let Some(scope) = &spec.scope {
        members.push(("scope".into(), string(&scope.string(reference.names)?)));
    }
    if let Some(grants) = &spec.grants {
        members.push(("authorization_details".into(), grants.get().to_owned()));
    }
    reference.apply(&mut members, &spec.claims)?;
    if let Edit::DuplicateClaim(name) = &spec.edit {
        duplicate(&mut members, name)?;
    }
    Ok(object(&members).into_bytes())
}

fn claims(setting: &Setting, now: UnixSeconds) -> Vec<Member> {
    const LIFE: u64 = 300;
    static SERIAL: AtomicU64 = AtomicU64::new(0);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let texts = [
        ("iss", setting.issuer.clone()),
        ("aud", setting.audience.clone()),
        (
            "sub",
            "spiffe://edgewrit.example/agent/orch-1/task-1/00112233aabbccdd".into(),
        ),
        ("client_id", "client-1".into()),
        ("task_id", "task-1".into()),
        ("orch_id", "orch-1".into()),
        ("jti", format!("forged-{serial}")),
        ("lin", format!("forged-lineage-{serial}")),
    ];
    let dates = [("iat", now), ("nbf", now), ("exp", now.plus(LIFE))];
    let texts = texts.into_iter().map(|(name, text)| (name.into(), string(&text)));
    let dates = dates.into_iter().map(|(name, date)| (name.into(), date.0.to_string()));
    texts.chain(dates).collect()
}

fn duplicate(members: &mut Vec<Member>, name: &str) -> Result<()> {
    let member = members.iter().find(|(own, _)| own == name).cloned();
    members.push(member.with_context(|| format!("no member `{name}` to write twice"))?);
    Ok(())
}

fn sign(signer: SignerChoice, keys: &IssuerKeys, input: &str) -> Vec<u8> {
    let key = match signer {
        SignerChoice::Writ => &keys.writ,
        SignerChoice::Bundle => &keys.bundle,
        SignerChoice::Unknown => &keys.unknown,
        SignerChoice::None => return Vec::new(),
    };
    key.sign(input.as_bytes()).to_vec()
}

fn edit_signature(edit: &Edit, mut signature: Vec<u8>) -> Result<String> {
    match edit {
        Edit::FlipSignatureBit => signature.iter_mut().take(1).for_each(|byte| *byte ^= 1),
        Edit::TruncateSignature => drop(signature.pop()),
        Edit::ExtendSignature => signature.push(0),
        Edit::EmptySignature => signature.clear(),
        Edit::ZeroSignature => signature.fill(0),
        Edit::SignaturePlusOrder => add_order(&mut signature),
        _ => {}
    }
    let encoded = encode::canonical(signature);
    match edit {
        Edit::PadSignature => Ok(format!("{encoded}==")),
        Edit::TrailingBitsSignature => encode::set_trailing_bit(&encoded),
        _ => Ok(encoded),
    }
}

/// Adds the order of the group to S, the second half of a signature, little-endian (RFC 8032,
/// section 5.1).
fn add_order(signature: &mut [u8]) {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (byte, addend) in signature.iter_mut().skip(32).zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(addend) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
}

fn assemble(edit: &Edit, header: &str, encoded: &str, payload: &[u8], signature: &str) -> Result<String> {
    Ok(match edit {
        Edit::ChangePayload { old, new } => {
            let payload = str::from_utf8(payload)?;
            ensure!(payload.contains(old), "the payload has no `{old}` to change");
            format!("{header}.{}.{signature}", encode::canonical(payload.replace(old, new)))
        }
        Edit::TwoParts => format!("{header}.{encoded}"),
        Edit::FourParts => format!("{header}.{encoded}.{signature}.{signature}"),
        Edit::FiveParts => format!("{header}..{encoded}.{encoded}.{signature}"),
        Edit::DetachedPayload => format!("{header}..{signature}"),
        Edit::JsonSerialisation => {
            format!(r#"{{"payload":"{encoded}","protected":"{header}","signature":"{signature}"}}"#)
        }
        _ => format!("{header}.{encoded}.{signature}"),
    })
}
