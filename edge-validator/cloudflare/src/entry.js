// What the runtime calls. The bindings beside it come from wasm-bindgen; after a panic they start a fresh instance with the
// next call.
import * as validator from "./index.js";

export default {
  // The upstream is waited for here: a future of the validator's takes longer than the decision.
  async fetch(request, env, context) {
    let begun;
    try {
      begun = validator.begin(request, env, context);
      if (begun instanceof Promise) {
        begun = await begun;
      }
      if (!(begun instanceof validator.Sent)) {
        return begun;
      }
      return begun.answered(await fetch(begun.request));
    } catch (error) {
      return failed(begun, error);
    }
  },
  queue: (messages, env) => validator.queue(messages, env),
};

/** The upstream cannot be reached; or the validator has panicked, perhaps over another request, which takes away the instance that this one began in. */
function failed(begun, error) {
  try {
    return begun.failed(error);
  } catch {
    console.error(`the validator failed: ${error}`);
    return new Response(null, { status: 500, headers: { "cache-control": "no-store" } });
  }
}
