// Values of JavaScript in the form that every reader answers in.

/** Text, a number, a truth value, null, an array or an object. */
export function value(read) {
  if (typeof read === 'string') return { text: read };
  if (typeof read === 'number') return { number: String(read) };
  if (typeof read === 'boolean' || read === null) return read;
  if (Array.isArray(read)) return read.map(value);
  if (typeof read === 'object') return { object: members(read) };
  return { other: typeof read };
}

/** The members of an object, `__proto__` among them if it is one of its own. */
export function members(read) {
  return Object.entries(read).map(([name, member]) => [name, value(member)]);
}

/** What JSON.parse makes of a body. */
export const json = (body) => value(JSON.parse(body.toString('utf8')));
