// Workers to measure ours beside, in JavaScript because that is what others have.

const SCHEME = "https://".length;

/// Sends a request on to the one origin, method, headers and body as they are.
export function forward(request, env) {
  return fetch(env.ORIGIN + request.url.slice(request.url.indexOf("/", SCHEME)), request);
}
