//! Functions of the runtime: the time, randomness, a hash, a pause, a line in the log.

use edgewrit_shared::time::UnixSeconds;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Request;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn fill_randomly(bytes: &mut [u8]) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = digest)]
    fn start_digest(algorithm: &str, bytes: &[u8]) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_name = fetch)]
    fn start_fetch(request: &Request) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_timeout(callback: &js_sys::Function, milliseconds: u32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = setInterval)]
    fn set_interval(callback: &JsValue, milliseconds: u32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = clearInterval)]
    fn clear_interval(timer: &JsValue) -> Result<(), JsValue>;
}

/// The time. By design of the runtime, it changes only at waits.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds since 1970, whole and positive, far below 2^53"
)]
pub(crate) fn now() -> UnixSeconds {
    const MILLISECONDS: u64 = 1_000;
    UnixSeconds(js_sys::Date::now() as u64 / MILLISECONDS)
}

/// Unpredictable random bits.
pub(crate) fn random() -> Result<u64, JsValue> {
    let mut bytes = [0; size_of::<u64>()];
    fill_randomly(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

/// SHA-256 of `bytes`.
pub(crate) async fn sha256(bytes: &[u8]) -> Result<[u8; 32], JsValue> {
    let digest = JsFuture::from(start_digest("SHA-256", bytes)?).await?;
    let digest = Uint8Array::new(&digest).to_vec();
    digest.try_into().map_err(|_| JsValue::from("a hash of another length"))
}

/// Sends a request, once.
pub(crate) async fn fetch(request: &Request) -> Result<web_sys::Response, JsValue> {
    JsFuture::from(start_fetch(request)?).await?.dyn_into()
}

/// Waits for so many milliseconds.
pub(crate) async fn pause(milliseconds: u32) -> Result<(), JsValue> {
    JsFuture::from(timer(milliseconds)).await.map(drop)
}

/// A promise that resolves after so many milliseconds.
pub(crate) fn timer(milliseconds: u32) -> Promise {
    Promise::new(&mut |done, failed| {
        if let Err(error) = set_timeout(&done, milliseconds) {
            // The own functions of a promise do not throw.
            let _ = failed.call1(&JsValue::UNDEFINED, &error);
        }
    })
}

/// Calls `callback` every `milliseconds`, until [`stop_interval`] or the end of the request.
pub(crate) fn start_interval(milliseconds: u32, callback: &JsValue) -> Result<JsValue, JsValue> {
    set_interval(callback, milliseconds)
}

/// Stops the timer of [`start_interval`]. A timer that has ended needs nothing.
pub(crate) fn stop_interval(timer: &JsValue) {
    let _ = clear_interval(timer);
}

/// The message of an error, in one line.
pub(crate) fn error_message(error: &JsValue) -> String {
    let thrown = error.dyn_ref::<js_sys::Error>().map(|error| error.message().into());
    thrown
        .or_else(|| error.as_string())
        .unwrap_or_else(|| "no reason given".into())
}

/// Writes a line to the Worker's log.
pub(crate) fn log(line: &str) {
    web_sys::console::log_1(&line.into());
}
