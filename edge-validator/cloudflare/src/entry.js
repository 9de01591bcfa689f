// What the runtime calls. The bindings beside it come from wasm-bindgen; after a panic they start a fresh instance with the
// next call.
import * as validator from "./index.js";

export default {
  async fetch(request, env, context) {
    try {
      return await answer(request, env, context);
    } catch (error) {
      // A panic, or another request's, which took the instance away that this one began in.
      console.error(`the validator failed: ${error}`);
      return new Response(null, { status: 500, headers: { "cache-control": "no-store" } });
    }
  },
  queue: (messages, env) => validator.queue(messages, env),
};

/** The upstream is waited for here: a future of the validator's takes longer than the decision. */
async function answer(request, env, context) {
  const begun = await validator.begin(request, env, context);
  if (!(begun instanceof validator.Sent)) {
    return begun;
  }
  let response;
  try {
    response = await fetch(begun.request);
  } catch (error) {
    return begun.failed(error);
  }
  return begun.answered(response);
}
