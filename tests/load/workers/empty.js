// A Worker that does nothing: the least that forwarding costs.

import { forward } from "./forward.js";

export default { fetch: forward };
