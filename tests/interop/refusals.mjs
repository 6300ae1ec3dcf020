// What the unmodified `rivetkit/client` hears of subscriptions that are refused.
//   ENDPOINT=http://127.0.0.1:6420 [ENCODINGS=json,cbor,bare] node refusals.mjs
import assert from "node:assert/strict";
process.env.RIVET_LOG_LEVEL ??= "fatal";
const { createClient } = await import("rivetkit/client");

for (const encoding of (process.env.ENCODINGS ?? "json,cbor,bare").split(",")) {
  const client = createClient({ endpoint: process.env.ENDPOINT, encoding, disableMetadataLookup: true });
  const key = [`refusals-${encoding}`];
  const connect = (name) => client.club.getOrCreate(key, { params: name }).connect();

  // Who does not ask for refusals is not troubled by them, nor are the calls under way.
  const deaf = connect("deaf"), troubles = [], whispers = [], said = [];
  deaf.onError((error) => troubles.push(error));
  deaf.on("whispered", (text) => whispers.push(text));
  deaf.on("noSuchEvent", () => {});
  deaf.on("said", ({ text }) => said.push(text));
  await Promise.all([deaf.speak("one"), deaf.speak("two")]);
  assert.deepEqual([troubles, whispers, said], [[], [], ["one", "two"]]);

  const conn = connect("guest"), refusals = [];
  conn.on("callboard.subscription_refused", (refusal) => refusals.push(refusal));
  conn.on("whispered", (text) => whispers.push(text));
  await conn.speak("three");
  conn.on("noSuchEvent", () => {});
  conn.on("voted", () => whispers.push("voted"));
  await conn.speak("four");
  const [whispered, unknown, voted, ...more] = refusals;
  assert.deepEqual(whispered, {
    event: "whispered", group: "user", code: "no_member", message: "guest is no member", metadata: { name: "guest" },
  });
  assert.deepEqual([unknown.event, unknown.group, unknown.code], ["noSuchEvent", "actor", "event_not_found"]);
  assert.deepEqual([voted.event, voted.group, voted.code], ["voted", "rivetkit", "internal_error"]);
  assert.equal(JSON.stringify(refusals).includes("SECRET"), false);
  assert.deepEqual([more, whispers], [[], []]);
  await deaf.dispose();
  await conn.dispose();
}
console.log("passed");
