//! The queue for records, if the Worker is bound to one. Records in the queue outlive the isolate.

use crate::isolate::Isolate;
use crate::platform::issuer;
use crate::platform::runtime;
use edgewrit_edge::issuer::records::{self, DeliveryOutcome};
use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use worker::Env;

/// The name of the binding.
const BINDING: &str = "RECORDS";
/// Longest message, in bytes. The limit of the platform is 128 KB with its own data.
pub(crate) const MESSAGE_BYTES: usize = 100_000;

#[wasm_bindgen]
extern "C" {
    /// The queue as a producer.
    #[derive(Clone, Debug)]
    pub(crate) type Queue;

    #[wasm_bindgen(method, catch)]
    fn send(this: &Queue, body: &str, options: &Object) -> Result<Promise, JsValue>;

    /// A batch of messages from the queue.
    pub(crate) type Messages;

    #[wasm_bindgen(method, getter)]
    fn messages(this: &Messages) -> Vec<Message>;

    /// One message.
    pub(crate) type Message;

    #[wasm_bindgen(method, getter)]
    fn body(this: &Message) -> JsValue;

    #[wasm_bindgen(method, catch)]
    fn ack(this: &Message) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn retry(this: &Message) -> Result<(), JsValue>;
}

impl Queue {
    /// The queue of the binding, if the Worker has the binding.
    pub(crate) fn of(env: &Env) -> Option<Self> {
        let bound = Reflect::get(env, &BINDING.into()).ok()?;
        (!bound.is_undefined()).then(|| bound.unchecked_into())
    }

    /// Puts a batch into the queue.
    pub(crate) async fn put_batch(&self, body: &str) -> DeliveryOutcome {
        match self.try_put_batch(body).await {
            Ok(()) => DeliveryOutcome::Recorded,
            Err(error) => {
                runtime::log(&format!(
                    "the queue takes no records: {}",
                    runtime::error_message(&error)
                ));
                DeliveryOutcome::Later
            }
        }
    }

    async fn try_put_batch(&self, body: &str) -> Result<(), JsValue> {
        let options = Object::new();
        Reflect::set(&options, &"contentType".into(), &"text".into())?;
        JsFuture::from(self.send(body, &options)?).await.map(drop)
    }
}

/// Delivers the messages of the queue. A batch that the issuer does not take now comes again.
pub(crate) async fn deliver_messages(isolate: &Isolate, messages: &Messages) -> Result<(), JsValue> {
    for message in messages.messages() {
        let body = message.body().as_string().unwrap_or_default();
        let delivery = match post_batch(isolate, body.clone()).await {
            DeliveryOutcome::UnknownBoot => post_under_new_boot(isolate, &body).await,
            delivery => delivery,
        };
        if let DeliveryOutcome::Refused(_) = delivery {
            runtime::log("records are lost: the issuer does not take them, and never will");
        }
        match delivery.is_final() {
            true => message.ack()?,
            false => message.retry()?,
        }
    }
    Ok(())
}

/// Posts a batch to the issuer.
pub(crate) async fn post_batch(isolate: &Isolate, body: String) -> DeliveryOutcome {
    let owned_answer = issuer::call(&isolate.config, &records::delivery_call(&isolate.config, body)).await;
    records::read_outcome(owned_answer.as_answer())
}

/// Posts a batch under a new boot id, because a restored issuer knows no earlier boot id.
async fn post_under_new_boot(isolate: &Isolate, body: &str) -> DeliveryOutcome {
    let owned_answer = issuer::call(&isolate.config, &records::boot_call(&isolate.config)).await;
    match records::boot_id(owned_answer.as_answer()).and_then(|boot_id| records::replace_boot_id(body, &boot_id)) {
        Some(body) => post_batch(isolate, body).await,
        None => DeliveryOutcome::Later,
    }
}
