// The usual way to have tokens verified in a Worker. It imports its key once, and verifies every time; the token goes on to the upstream, for to replace it would
// cost more. Without an origin it says no to good tokens too, as an edge does that knows what they grant.

import { importJWK, jwtVerify } from "jose";
import { forward } from "./forward.js";

const BEARER = "Bearer ".length;

let key;

export default {
  async fetch(request, env) {
    key ??= await importJWK(JSON.parse(env.JWK), "EdDSA");
    const token = request.headers.get("authorization")?.slice(BEARER);
    try {
      await jwtVerify(token, key, { issuer: env.ISSUER, audience: env.AUDIENCE, algorithms: ["EdDSA"] });
    } catch {
      return new Response(null, { status: 401 });
    }
    return env.ORIGIN ? forward(request, env) : new Response("not granted", { status: 403 });
  },
};
