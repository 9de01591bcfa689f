// What crosses between the validator and the runtime for every request, in one call where one for each header takes longer than the decision.
// Texts cross as lines. What comes in is counted, so that a line feed where none can be is noticed; what goes out, the pipeline has made or judged, and
// neither its names nor its values hold any.

/** The number of headers that follow, method, URL, "body" if there is one; then name and value of each header called one of `names`. */
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

/** A request of these lines: URL, method, then names and values of headers; nothing if the runtime would send another URL or method. Redirects are never
 * followed: they would carry credentials elsewhere. The runtime's cache knows URLs, not whom an answer is for. */
export function request(lines, body, signal) {
  const [url, method, ...fields] = lines.split("\n");
  const made = new Request(url, { method, headers: collect(fields), body, signal, redirect: "manual", cache: "no-store" });
  return made.url === url && made.method === method ? made : undefined;
}

/** A response like `response`, with this body, without the headers of the one text and with those of the other. */
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

/** Of names that differ; a name could be that of a property of objects. */
function collect(fields) {
  const headers = { __proto__: null };
  for (let at = 0; at + 1 < fields.length; at += 2) {
    headers[fields[at]] = fields[at + 1];
  }
  return headers;
}
