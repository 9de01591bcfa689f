// Readers that run in Node. One line of JSON in is one request, one line out is what each reader makes of it; ../README.md has both forms.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expressReader } from './express.mjs';
import { phpReader } from './php.mjs';
import { searchParamsReader, qsReader, querystringReader } from './plain.mjs';

const [, , packages, routesFile] = process.argv;
const require = createRequire(join(packages, 'package.json'));
const routes = JSON.parse(readFileSync(routesFile, 'utf8'));

const readers = {
  express4: expressReader(require('express4'), routes, { nested: true }),
  express5: expressReader(require('express5'), routes, { nested: false }),
  express5_extended: expressReader(require('express5'), routes, { nested: true }),
  qs: qsReader(require('qs')),
  querystring: querystringReader(),
  url: searchParamsReader(),
  php: await phpReader(require),
};
const versions = {
  express4: require('express4/package.json').version,
  express5: require('express5/package.json').version,
  express5_extended: require('express5/package.json').version,
  qs: require('qs/package.json').version,
  querystring: process.version,
  url: process.version,
  php: readers.php.version,
};

const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');
say({ versions });
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const asked = JSON.parse(line);
  const request = {
    method: asked.method,
    target: Buffer.from(asked.target, 'base64').toString('latin1'),
    type: asked.type,
    kind: asked.kind,
    body: asked.body === null ? null : Buffer.from(asked.body, 'base64'),
  };
  const answers = {};
  for (const [name, reader] of Object.entries(readers)) {
    try {
      answers[name] = await reader.read(request);
    } catch (error) {
      answers[name] = { refused: String(error) };
    }
  }
  say({ answers });
}
process.exit(0);
