// What the unmodified `rivetkit/client` does where a server makes few actors in a second, and few are awake.
//   ENDPOINT=http://127.0.0.1:6420 [ENCODINGS=json,cbor,bare] node crowded.mjs
import assert from "node:assert/strict";
process.env.RIVET_LOG_LEVEL ??= "fatal";
const { createClient } = await import("rivetkit/client");

for (const encoding of (process.env.ENCODINGS ?? "json,cbor,bare").split(",")) {
  const client = createClient({ endpoint: process.env.ENDPOINT, encoding, disableMetadataLookup: true });
  const actor = (n) => client.counter.getOrCreate([`${encoding}-${n}`]);
  // A few more at once than may be made: those that are refused come back.
  const all = Array.from({ length: 35 }, (_, n) => n);
  assert.deepEqual(await Promise.all(all.map((n) => actor(n).add(n))), all);
  const conns = [1000, 1001, 1002].map((n) => actor(n).connect());
  // They open once they may; calls that are made before are told that they did not.
  await Promise.all(conns.map((conn) => new Promise((opened) => conn.onOpen(opened))));
  assert.deepEqual(await Promise.all(conns.map((conn) => conn.add(1))), [1, 1, 1]);
  await Promise.all(conns.map((conn) => conn.dispose()));
  // Until as many may be made at once again.
  await new Promise((resolve) => setTimeout(resolve, 1100));
}
console.log("passed");
