// What pages get from servers of another origin, in headless Chromium. `cross_site.rs` starts it:
//
//   node cross_site.mjs CHROMIUM PAGES SAME LISTED ANY
//
// The last four are ports of 127.0.0.1: of a server of pages, and of three servers with actors. It prints what it saw, as
// JSON. `site.test` and `rebound.test` are names for 127.0.0.1 in this browser alone.

import { chromium } from "playwright-core";

const [executablePath, pages, same, listed, any] = process.argv.slice(2);
const PATIENCE = 10_000;

const browser = await chromium.launch({
  executablePath,
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // A page that was made up here is of no network. Other browsers let it ask this machine all the same.
    "--disable-features=LocalNetworkAccessChecks,PrivateNetworkAccessSendPreflights,BlockInsecurePrivateNetworkRequests",
    "--host-resolver-rules=MAP site.test 127.0.0.1, MAP rebound.test 127.0.0.1",
  ],
});
const context = await browser.newContext();
context.setDefaultTimeout(PATIENCE);

/** The address of a raw handler's path. Each actor has a key of its own, so that it is seen who made one. */
function at(port, actor, key, path) {
  const query = `rvt-namespace=default&rvt-method=getOrCreate&rvt-key=${key}`;
  return `http://127.0.0.1:${port}/gateway/${actor}/request/${path}?${query}`;
}

/** All that a page can try at a server without a click. */
async function tries(page, port, key) {
  const urls = Object.fromEntries(
    ["img", "script", "crossorigin", "fetch", "blind"].map((way) => {
      const path = way === "script" ? "script.js" : "picture.svg";
      return [way, at(port, "gallery", `${key}-${way}`, path)];
    }),
  );
  const query = `rvt-namespace=default&rvt-method=getOrCreate&rvt-key=${key}-socket`;
  const socket = `ws://127.0.0.1:${port}/gateway/gallery/connect?${query}`;
  return page.evaluate(
    async ([urls, socket]) => {
      const loads = (tag, set) =>
        new Promise((done) => {
          const element = document.createElement(tag);
          element.onload = () => done(true);
          element.onerror = () => done(false);
          set(element);
          document.body.append(element);
        });
      const img = await loads("img", (element) => (element.src = urls.img));
      const script = await loads("script", (element) => (element.src = urls.script));
      const crossorigin = await loads("img", (element) => {
        element.crossOrigin = "anonymous";
        element.src = urls.crossorigin;
      });
      const fetched = await fetch(urls.fetch).then((response) => response.status, () => null);
      // Its answer is hidden from the page; whether it ran is seen at the server.
      await fetch(urls.blind, { mode: "no-cors" }).catch(() => null);
      const opened = await new Promise((done) => {
        const connection = new WebSocket(socket, ["rivet", "rivet_encoding.json"]);
        connection.onmessage = () => done(true);
        connection.onclose = () => done(false);
      });
      return { img, script: script && window.stolen === "a secret", crossorigin, fetch: fetched, socket: opened };
    },
    [urls, socket],
  );
}

/** Follows a link on a page; the status and the text of where it leads. */
async function follows(from, url) {
  const page = await context.newPage();
  await page.goto(from);
  await page.evaluate((url) => {
    const link = document.createElement("a");
    link.href = url;
    link.textContent = "a link";
    document.body.append(link);
  }, url);
  const led = page.waitForResponse(url);
  await page.getByText("a link").click();
  const response = await led;
  const result = { status: response.status(), text: await response.text() };
  await page.close();
  return result;
}

const seen = {};
for (const [name, host] of [["local", "localhost"], ["site", "site.test"]]) {
  const page = await context.newPage();
  await page.goto(`http://${host}:${pages}/`);
  for (const [server, port] of Object.entries({ same, listed, any })) {
    seen[`${name} ${server}`] = await tries(page, port, `${name}-${server}`);
  }
  await page.close();
}

const from = `http://localhost:${pages}/`;
seen.link_to_gallery = await follows(from, at(same, "gallery", "linked", "picture.svg"));
seen.link_to_page = await follows(from, at(same, "page", "there", "x"));
seen.link_to_nobody = await follows(from, at(same, "page", "nobody", "x"));
const typed = await context.newPage();
seen.typed = (await typed.goto(at(same, "gallery", "typed", "picture.svg"))).status();

// A page whose name has the server's address by now: to the browser it is the server's own.
const rebound = await context.newPage();
const origin = `http://rebound.test:${same}`;
await rebound.route(`${origin}/`, (route) => route.fulfill({ contentType: "text/html", body: "<p>hello" }));
await rebound.goto(`${origin}/`);
seen.rebound = await rebound.evaluate(async () => {
  const query = "rvt-namespace=default&rvt-method=getOrCreate&rvt-key=rebound";
  const response = await fetch(`/gateway/gallery/request/picture.svg?${query}`);
  const closed = await new Promise((done) => {
    const socket = new WebSocket(`ws://${location.host}/gateway/gallery/connect?${query}`, ["rivet"]);
    socket.onclose = (close) => done([close.code, close.reason]);
  });
  return { status: response.status, code: (await response.json()).code, closed };
});

console.log(JSON.stringify(seen));
await browser.close();
