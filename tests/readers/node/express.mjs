// Express: its router, its query parser and its body parsers, called without a socket.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { members, value } from './value.mjs';


/** `nested` chooses qs (the default of Express 4) for the query and for forms, otherwise Node's querystring (of Express 5). */
export function expressReader(express, routes, { nested }) {
  const app = express();
  app.set('query parser', nested ? 'extended' : 'simple');
  app.use(express.json({ limit: '1mb' }));
  app.use(express.urlencoded({ extended: nested, limit: '1mb' }));
  for (const route of routes) {
    const [method, path] = route.split(' ');
    const own = path.replaceAll(':', '\\:').replaceAll(/\{(\w+)\}/g, ':$1');
    app[method.toLowerCase()](own, (request) => request.done(read(route, request)));
  }
  app.use((request) => request.done({ ...read(null, request) }));
  app.use((error, request, response, next) => request.done({ refused: String(error) }));
  return { read: (request) => new Promise((done) => app(arriving(request, done), ...answering)) };
}

const answering = [new ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 })];

function arriving({ method, target, type, kind, body }, done) {
  const socket = new Duplex({ read() {}, write() {} });
  const request = new IncomingMessage(socket);
  Object.assign(request, { method, url: target, kind, done, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 });
  request.headers.host = 'api.example';
  if (body !== null) {
    request.headers['content-type'] = type;
    request.headers['content-length'] = String(body.length);
    request.push(body);
  }
  request.push(null);
  request.complete = true;
  return request;
}

function read(route, request) {
  return {
    route,
    path: members(request.params ?? {}),
    query: members(request.query),
    ...(request.kind === 'form' && { form: members(request.body) }),
    ...(request.kind === 'json' && { json: value(request.body) }),
  };
}
