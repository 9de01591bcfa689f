// Gives an instance of a module in V8 what arrives, one after the other, and says what came of it. Reads a length of 4 bytes before each.
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]));
const { memory, room, take } = instance.exports;
const arrivals = readFileSync(process.argv[3]);
const sizes = [memory.buffer.byteLength];
let bundle;
for (let at = 0; at < arrivals.length; ) {
  const end = at + 4 + arrivals.readUInt32BE(at);
  const arrival = arrivals.subarray(at + 4, end);
  bundle ??= arrival;
  const where = room(arrival.length);
  new Uint8Array(memory.buffer, where, arrival.length).set(arrival);
  take();
  if (at === 0) sizes.push(memory.buffer.byteLength);
  at = end;
}
// What a Worker lets its runtime do.
const times = [];
for (let round = 0; round < 50; round++) {
  const begun = process.hrtime.bigint();
  await webcrypto.subtle.digest("SHA-256", bundle);
  times.push(Number(process.hrtime.bigint() - begun));
}
times.sort((one, other) => one - other);
const [empty, revocations, full] = [...sizes, memory.buffer.byteLength];
console.log(JSON.stringify({ empty, revocations, full, digest_ns: times[25] }));
