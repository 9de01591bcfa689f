// PHP, compiled to WebAssembly: `$_GET`, `$_POST` and `json_decode`.

const READ = `<?php
function shown($read) {
  if (is_string($read)) return ['text' => $read];
  if (is_int($read)) return ['number' => (string) $read];
  if (is_float($read)) return ['number' => is_finite($read) ? var_export($read, true) : 'infinite'];
  if (is_bool($read) || is_null($read)) return $read;
  if ($read instanceof stdClass) return ['object' => members(get_object_vars($read))];
  return array_is_list($read) ? array_map('shown', $read) : ['object' => members($read)];
}
function members($read) {
  $pairs = [];
  foreach ($read as $name => $member) $pairs[] = [(string) $name, shown($member)];
  return $pairs;
}
$answer = ['query' => members($_GET)];
if ($kind === 'form') $answer['form'] = members($_POST);
if ($kind === 'json') {
  $read = json_decode(file_get_contents('php://input'));
  if (json_last_error() !== JSON_ERROR_NONE) $answer = ['refused' => json_last_error_msg()];
  else $answer['json'] = shown($read);
}
echo json_encode($answer, JSON_THROW_ON_ERROR);
`;

/** Each request takes memory that PHP here never gives back; after about 2,000 there is none. */
const REQUESTS = 400;

export async function phpReader(require) {
  const { PHP, loadPHPRuntime } = require('@php-wasm/universal');
  const { getPHPLoaderModule } = require('@php-wasm/node-8-3');
  const start = async () => new PHP(await loadPHPRuntime(await getPHPLoaderModule(), {}));
  let php = await start();
  let left = REQUESTS;
  return {
    version: (await php.run({ code: '<?php echo PHP_VERSION;' })).text,
    async read({ method, target, type, kind, body }) {
      left -= 1;
      if (left === 0) {
        php.exit();
        php = await start();
        left = REQUESTS;
      }
      if (kind === null && !target.includes('?')) return {};
      const headers = body === null ? {} : { 'content-type': type };
      const code = `<?php $kind = '${kind}'; ?>${READ}`;
      const answer = await php.run({ code, method, relativeUri: target, headers, body: body ?? undefined });
      // Warnings stand before the answer.
      const line = answer.text.slice(answer.text.lastIndexOf('\n') + 1);
      if (!line.startsWith('{')) fail(answer.text + answer.errors);
      return JSON.parse(line);
    },
  };
}

/** A PHP that broke is no PHP that refuses. */
function fail(text) {
  console.error(`PHP broke: ${text}`);
  process.exit(1);
}
