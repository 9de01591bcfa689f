// The entry of the Worker. The build (xtask/src/build/finish.rs) puts it beside the bindings of
// wasm-bindgen. After a panic the bindings start a fresh instance with the next call.
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
      // A panic of this request, or of another one that shared its instance.
      console.error(`the validator failed: ${error}`);
      return new Response(null, { status: 500, headers: { "cache-control": "no-store" } });
    }
  },
  queue: (messages, env) => validator.queue(messages, env),
};

/** Sends a permitted request. This function waits for the upstream, because a future of the validator
 * takes longer than the decision. */
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

/** `permitted`, if its instance still exists. The check of the bindings comes before they start a fresh
 * instance, and so would miss a panic. */
function of(permitted) {
  validator.awake();
  return permitted;
}
