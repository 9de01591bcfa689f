// Runs the cases of a module in V8. Reads `case times` a line, answers with the nanoseconds that it took.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]));
console.log(instance.exports.prepare());
for await (const line of createInterface({ input: process.stdin })) {
  const [index, times] = line.split(" ").map(Number);
  // The first time is not measured: the other host had the processor before.
  instance.exports.run(index, 1);
  const begun = process.hrtime.bigint();
  instance.exports.run(index, times);
  console.log(String(process.hrtime.bigint() - begun));
}
