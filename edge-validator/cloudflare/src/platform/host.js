// Calls between the validator and the runtime for every request. One call exchanges all headers,
// because one call for each header would take longer than the decision. Texts cross as lines. The
// number of incoming headers comes first, so that the validator notices an unexpected line feed. The
// pipeline has made or judged the outgoing headers, which contain no line feeds.

/** The number of headers, method, URL, and "body" if there is one; then name and value of each header
 * whose name is in `names`. */
export function head(request, names) {
  const { headers } = request;
  let [found, count] = ["", 0];
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) {
      found += `\n${name}\n${value}`;
      count += 1;
    }
  }
  return `${count}\n${request.method}\n${request.url}\n${request.body === null ? "" : "body"}${found}`;
}

/** The number of headers, then name and value of each. */
export function pairs(headers) {
  let [found, count] = ["", 0];
  for (const [name, value] of headers) {
    found += `\n${name}\n${value}`;
    count += 1;
  }
  return `${count}${found}`;
}

/** A request of these lines: URL, method, then names and values of headers; undefined if the runtime
 * would send another URL or method. The runtime must not follow redirects, which would carry
 * credentials to another origin. It must not use its cache, whose key has no client. */
export function request(lines, body, signal) {
  const [url, method, ...fields] = lines.split("\n");
  const made = new Request(url, { method, headers: collect(fields), body, signal, redirect: "manual", cache: "no-store" });
  return made.url === url && made.method === method ? made : undefined;
}

/** A copy of `response` with this body, without the headers in `remove`, and with those in `set`. */
export function edited(response, body, remove, set) {
  const made = new Response(body, { status: response.status, headers: response.headers });
  for (const name of remove === "" ? [] : remove.split("\n")) {
    made.headers.delete(name);
  }
  const fields = set.split("\n");
  for (let at = 0; at + 1 < fields.length; at += 2) {
    made.headers.set(fields[at], fields[at + 1]);
  }
  return made;
}

/** The headers as an object. Their names differ, and a name could equal a property of objects. */
function collect(fields) {
  const headers = { __proto__: null };
  for (let at = 0; at + 1 < fields.length; at += 2) {
    headers[fields[at]] = fields[at + 1];
  }
  return headers;
}
