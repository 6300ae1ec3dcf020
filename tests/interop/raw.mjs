// What the conformance driver leaves out: the unmodified `rivetkit/client` sends raw requests, opens raw WebSockets.
//   ENDPOINT=http://127.0.0.1:6420 [ENCODINGS=json,cbor,bare] [ONLY=substring] node raw.mjs
import assert from "node:assert/strict";
import { ENCODINGS, ENDPOINT, RUN, check, createClient, finish } from "./harness.mjs";

/** What a socket says, one thing after the other: messages, then its close. */
function heard(socket) {
  const said = [], waiting = [];
  const tell = (thing) => { const next = waiting.shift(); if (next) next(thing); else said.push(thing); };
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => tell(typeof data === "string" ? data : [...new Uint8Array(data)]));
  socket.addEventListener("close", ({ code, reason }) => tell({ code, reason }));
  return () => (said.length ? Promise.resolve(said.shift()) : new Promise((resolve) => waiting.push(resolve)));
}

for (const encoding of ENCODINGS) {
  const named = (name) => `[${encoding}] ${name}`;
  const client = createClient({ endpoint: ENDPOINT, encoding, disableMetadataLookup: true });
  const key = (...parts) => [`raw-${RUN}-${encoding}`, ...parts];
  const room = client.chatRoom.getOrCreate(key("room"), { params: { playerId: "p0" } });

  await check(named("echo returns its argument"), async () => {
    for (const value of [{ a: [1, 2.5, null, true, "é"] }, "text", 7, null, []]) assert.deepEqual(await room.echo(value), value);
  });
  await check(named("fetch: a GET has its path and the user's query"), async () => {
    const response = await room.fetch("hello/world?x=1&y=%20z", { headers: { "x-test": "1" } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.deepEqual(await response.json(), { method: "GET", path: "/hello/world", search: "?x=1&y=%20z", body: null });
  });
  await check(named("fetch: a POST has its body, and the path may be none"), async () => {
    const posted = await room.fetch("post", { method: "POST", body: "payload é" });
    assert.deepEqual(await posted.json(), { method: "POST", path: "/post", search: "", body: "payload é" });
    assert.deepEqual(await (await room.fetch("/")).json(), { method: "GET", path: "/", search: "", body: null });
  });
  await check(named("fetch: a Request and a long body go through"), async () => {
    const body = "x".repeat(3_000_000);
    const response = await room.fetch(new Request("http://127.0.0.1:1/some/path?q=1", { method: "PUT", body }));
    const said = await response.json();
    assert.deepEqual([said.method, said.path, said.search, said.body.length], ["PUT", "/some/path", "?q=1", body.length]);
  });
  await check(named("fetch: by id, without waiting for the actor to be ready"), async () => {
    const id = await room.resolve();
    const response = await client.chatRoom.getForId(id).fetch("x?a=1", { skipReadyWait: true });
    assert.deepEqual(await response.json(), { method: "GET", path: "/x", search: "?a=1", body: null });
  });
  await check(named("webSocket: greets with the path, echoes frames as they came, and closes with its own code"), async () => {
    const socket = await room.webSocket("stream/x?z=1");
    const next = heard(socket);
    assert.equal(await next(), "hi /stream/x");
    for (const text of ["text é", "", "x".repeat(200_000)]) { socket.send(text); assert.equal(await next(), text); }
    socket.send(new Uint8Array([1, 2, 255])); assert.deepEqual(await next(), [1, 2, 255]);
    socket.send("close-me"); assert.deepEqual(await next(), { code: 4001, reason: "app.bye" });
  });
  await check(named("webSocket: broadcasts are nothing to it, and the client may close it"), async () => {
    const socket = await room.webSocket();
    const next = heard(socket);
    assert.equal(await next(), "hi /");
    await room.sendMessage("u", "to everybody");
    socket.send("last"); assert.equal(await next(), "last");
    socket.close(4002, "done"); assert.equal((await next()).code, 4002);
  });
  await check(named("webSocket: by id, without waiting for the actor to be ready"), async () => {
    const socket = await client.chatRoom.getForId(await room.resolve()).webSocket("a/b", undefined, { skipReadyWait: true });
    const next = heard(socket);
    assert.equal(await next(), "hi /a/b");
    socket.send("close-me"); assert.deepEqual(await next(), { code: 4001, reason: "app.bye" });
  });
  await client.dispose();
}

finish();
