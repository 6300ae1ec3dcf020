// What the conformance driver leaves out: the unmodified `rivetkit/client` sends messages to queues.
//   ENDPOINT=http://127.0.0.1:6420 [ENCODINGS=json,cbor,bare] [ONLY=substring] node queues.mjs
import assert from "node:assert/strict";
import { ENCODINGS, ENDPOINT, RUN, check, createClient, finish } from "./harness.mjs";

const refused = (sending, group, code) =>
  assert.rejects(sending, (error) => { assert.equal(`${error.group}.${error.code}`, `${group}.${code}`); return true; });

for (const encoding of ENCODINGS) {
  const named = (name) => `[${encoding}] ${name}`;
  const client = createClient({ endpoint: ENDPOINT, encoding, disableMetadataLookup: true });
  const key = (...parts) => [`queues-${RUN}-${encoding}`, ...parts];
  const room = client.chatRoom.getOrCreate(key("room"), { params: { playerId: "p0" } });
  const wait = { wait: true, timeout: 10000 };

  await check(named("send and wait: the response is what the message was completed with"), async () => {
    for (const body of [{ a: [1, 2.5, null, true, "é"], b: {} }, "text", 7, null, [], false, { when: 1795325502718 }]) {
      assert.deepEqual(await room.send("jobs", body, wait), { status: "completed", response: { done: body } });
    }
  });
  await check(named("send and wait: without a time-out, for as long as it takes"), async () => {
    assert.deepEqual(await room.send("jobs", 1, { wait: true }), { status: "completed", response: { done: 1 } });
  });
  await check(named("send: answered once the message is in the queue"), async () => {
    assert.equal(await room.send("jobs", { n: 1 }), undefined);
    assert.equal(await room.send("later", { n: 1 }), undefined);
    assert.equal(await room.send("later", { n: 1 }, { wait: false }), undefined);
  });
  await check(named("send and wait: what nobody handles in time has timed out"), async () => {
    const began = Date.now();
    const result = await room.send("later", "nobody handles it", { wait: true, timeout: 50 });
    assert.equal(result.status, "timedOut");
    assert.equal(result.response, undefined);
    assert.ok(Date.now() - began >= 50);
  });
  await check(named("send on a connection goes beside it"), async () => {
    const conn = room.connect({ playerId: "p1" });
    assert.deepEqual(await conn.send("jobs", "via conn", wait), { status: "completed", response: { done: "via conn" } });
    assert.equal(await conn.send("later", "via conn"), undefined);
    await conn.dispose();
  });
  await check(named("get, getForId and create send too, and a missing actor has no queue"), async () => {
    const id = await room.resolve();
    const done = { status: "completed", response: { done: 3 } };
    assert.deepEqual(await client.chatRoom.get(key("room")).send("jobs", 3, wait), done);
    assert.deepEqual(await client.chatRoom.getForId(id).send("jobs", 3, wait), done);
    assert.deepEqual(await (await client.chatRoom.create(key("new"))).send("jobs", 3, wait), done);
  });
  await check(named("a hundred at once are all handled"), async () => {
    const numbers = Array.from({ length: 100 }, (_, n) => n);
    const results = await Promise.all(numbers.map((n) => room.send("jobs", n, wait)));
    assert.deepEqual(results.map(({ response }) => response.done), numbers);
  });
  await check(named("refusals: no such queue, too large"), async () => {
    await refused(room.send("nope", 1), "queue", "not_configured");
    await refused(room.send("nope", 1, wait), "queue", "not_configured");
    await refused(room.send("jobs", "x".repeat(70000), wait), "queue", "message_too_large");
  });
  await client.dispose();
}

finish();
