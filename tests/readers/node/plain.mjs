// What Node itself reads, and qs by itself, without a framework.
import querystring from 'node:querystring';
import { json, members } from './value.mjs';

const query = (target) => (target.includes('?') ? target.slice(target.indexOf('?') + 1) : '');

/** A reader of names and values in the query and in forms. */
function pairs(read) {
  return {
    read: ({ target, kind, body }) => ({
      query: read(query(target)),
      ...(kind === 'form' && { form: read(body.toString('utf8')) }),
    }),
  };
}

export const qsReader = (qs) => pairs((text) => members(qs.parse(text)));
export const querystringReader = () => pairs((text) => members(querystring.parse(text)));

/** The URL of the standard for browsers, and JSON.parse. */
export function searchParamsReader() {
  const all = (params) => [...new Set(params.keys())].map((name) => [name, { all: params.getAll(name) }]);
  return {
    read: ({ target, kind, body }) => ({
      target: new URL(target, 'http://api.example').href.slice('http://api.example'.length),
      query: all(new URL(target, 'http://api.example').searchParams),
      ...(kind === 'form' && { form: all(new URLSearchParams(body.toString('utf8'))) }),
      ...(kind === 'json' && { json: json(body) }),
    }),
  };
}
