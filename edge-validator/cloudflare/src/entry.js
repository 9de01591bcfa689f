// What the runtime calls. The build (xtask/src/build/finish.rs) puts it beside the bindings that wasm-bindgen makes; after a panic they start a fresh
// instance with the next call.
import * as validator from "./index.js";

export default {
  async fetch(request, env, context) {
    try {
      let begun = validator.begin(request, env, context);
      if (begun instanceof Promise) {
        begun = await begun;
      }
      return begun instanceof validator.ToSend ? await exchange(begun) : begun;
    } catch (error) {
      // A panic, or another request's, which took away the instance that this one began in.
      console.error(`the validator failed: ${error}`);
      return new Response(null, { status: 500, headers: { "cache-control": "no-store" } });
    }
  },
  queue: (messages, env) => validator.queue(messages, env),
};

/** Sends what is permitted. The upstream is waited for here: a future of the validator's takes longer than the decision. */
async function exchange(permitted) {
  const request = of(permitted).request;
  let response;
  try {
    response = await fetch(request);
  } catch (error) {
    return of(permitted).failed(error);
  }
  return of(permitted).answered(response);
}

/** `permitted`, if its instance is still there. Its own look for that comes before a fresh instance is started, and would miss one. */
function of(permitted) {
  validator.awake();
  return permitted;
}
