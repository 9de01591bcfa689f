// What workerd calls. The bindings beside it come from wasm-bindgen; after a panic they start a fresh instance with the
// next call.
import * as validator from "./index.js";

export default {
  fetch: (request, env, context) => validator.fetch(request, env, context),
  queue: (messages, env) => validator.queue(messages, env),
};
