// What people do on the page of the chat_room example, in headless Chromium. `browser.rs` starts it:
//
//   node drive.mjs URL CHROMIUM SCREENSHOTS
//
// The lines `stop` and `start` on its stdout ask for the server to be killed, and to be started anew.

import assert from "node:assert/strict";
import { join } from "node:path";

import { chromium } from "playwright-core";

const [url, executablePath, screenshots] = process.argv.slice(2);
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
  ],
});
const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, colorScheme: "light" });
context.setDefaultTimeout(PATIENCE);
const complaints = [];

/** A tab that is seen as a person, or a screen reader, sees it: by roles, labels and texts. */
class Tab {
  static async open() {
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(`page error: ${error}`));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(url);
    return new Tab(page);
  }

  static async join(name) {
    const tab = await Tab.open();
    await tab.join(name);
    await tab.statusIs(`In general as ${name}`);
    return tab;
  }

  constructor(page) {
    this.page = page;
    this.name = page.getByLabel("Your name");
    this.text = page.getByLabel("Message", { exact: true });
    this.log = page.getByRole("log", { name: "Messages" });
    this.people = page.getByRole("region", { name: "Who is here" });
  }

  /** With the keyboard alone: the name has the focus from the start. */
  async join(name) {
    await this.name.and(this.page.locator(":focus")).waitFor();
    await this.page.keyboard.type(name);
    await this.page.keyboard.press("Enter");
  }

  async post(text) {
    await this.text.fill(text);
    await this.text.press("Enter");
    await this.hears(text);
  }

  async writeTo(name, text) {
    await this.people.getByRole("button", { name }).click();
    await this.text.and(this.page.locator(":focus")).waitFor();
    await this.page.keyboard.type(text);
    await this.page.keyboard.press("Enter");
  }

  /** Waits for one message with exactly this text, and returns all that it says. */
  async hears(text) {
    const line = this.log.getByRole("listitem").filter({ has: this.page.getByText(text, { exact: true }) });
    await line.waitFor();
    return line.innerText();
  }

  async notices(text) {
    await this.log.getByText(text, { exact: true }).waitFor();
  }

  async statusIs(text) {
    await this.page.getByRole("status").filter({ hasText: text }).waitFor();
  }

  async alertIs(text) {
    await this.page.getByRole("alert").filter({ hasText: text }).waitFor();
  }

  async present() {
    return (await this.people.getByRole("listitem").allInnerTexts()).map((line) => line.trim());
  }

  async screenshot(name) {
    await this.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }
}

async function bottom(locator) {
  const box = await locator.boundingBox();
  return Math.floor(box.y + box.height);
}

async function scene(title, play) {
  try {
    await play();
  } catch (error) {
    for (const [index, page] of context.pages().entries()) {
      await page.screenshot({ path: join(screenshots, `failed-${index}.png`) });
    }
    throw new Error(`"${title}" failed`, { cause: error });
  }
  console.error(`ok: ${title}`);
}

try {
  let alice, bob, carol;

  await scene("two tabs join under two names, and see each other", async () => {
    alice = await Tab.open();
    await alice.screenshot("join");
    await alice.join("alice");
    await alice.statusIs("In general as alice");
    bob = await Tab.join("bob");
    await alice.notices("bob came in");
    assert.deepEqual(await alice.present(), ["alice (you)", "bob"]);
    assert.deepEqual(await bob.present(), ["alice", "bob (you)"]);
  });

  await scene("what one posts the other sees, as text and never as markup", async () => {
    const text = `<b>bold</b> & <img src=x onerror="alert(1)">`;
    await alice.post(text);
    assert.match(await bob.hears(text), /^alice/);
    assert.equal(await bob.page.locator("#log img, #log b").count(), 0);
    await bob.post("hello alice");
    assert.match(await alice.hears("hello alice"), /^bob/);
  });

  await scene("values that look like the protocol's own arrive as they are", async () => {
    const dollars = await Tab.join("$BigInt");
    await dollars.post("7");
    assert.match(await bob.hears("7"), /^\$BigInt/);
    await dollars.page.close();
    await bob.notices("$BigInt left");
  });

  await scene("who joins later reads what was said before", async () => {
    carol = await Tab.join("carol");
    await carol.hears("hello alice");
    assert.deepEqual(await carol.present(), ["alice", "bob", "carol (you)"]);
  });

  await scene("a private message reaches its target alone", async () => {
    await alice.text.fill("");
    await alice.writeTo("bob", "psst, bob");
    assert.match(await bob.hears("psst, bob"), /^alice to you/);
    assert.match(await alice.hears("psst, bob"), /^You to bob/);
    // Events of one connection keep their order: had it been sent to carol, it would be there before this.
    await alice.page.getByLabel("To", { exact: true }).selectOption("Everyone");
    await alice.post("did you get it?");
    await carol.hears("did you get it?");
    assert.equal(await carol.log.getByText("psst, bob").count(), 0);
    await alice.screenshot("light");
  });

  await scene("a name that is taken is refused, visibly", async () => {
    const impostor = await Tab.open();
    await impostor.join("alice");
    await impostor.alertIs("somebody here is called alice already");
    await impostor.name.and(impostor.page.locator(":focus")).waitFor();
    await impostor.screenshot("refused");
    await impostor.name.fill("dave");
    await impostor.name.press("Enter");
    await impostor.statusIs("In general as dave");
    await impostor.page.getByRole("button", { name: "Leave" }).click();
    await bob.notices("dave left");
    await impostor.page.close();
  });

  await scene("a message for somebody who has gone goes to nobody", async () => {
    await bob.people.getByRole("button", { name: "carol" }).click();
    await carol.page.close();
    await bob.notices("carol left");
    await bob.text.fill("still there?");
    await bob.text.press("Enter");
    await bob.alertIs("player carol is not connected");
    assert.equal(await bob.text.inputValue(), "still there?");
    await bob.page.getByLabel("To", { exact: true }).selectOption("Everyone");
    await bob.text.fill("");
  });

  await scene("a tab whose link broke unnoticed waits for its name, and gets it back", async () => {
    const tab = await Tab.open();
    const links = [];
    await tab.page.routeWebSocket("**", (link) => {
      links.push({ page: link, server: link.connectToServer() });
      // The server is not told when the page's end breaks.
      link.onClose(() => {});
    });
    await tab.join("erin");
    await tab.statusIs("In general as erin");
    await links[0].page.close();
    await tab.statusIs("The server still keeps your name");
    await links[0].server.close();
    await tab.statusIs("In general as erin");
    await tab.page.close();
  });

  await scene("when the server dies and returns, the tabs come back by themselves", async () => {
    assert.deepEqual(complaints.splice(0), []);
    await alice.text.fill("a draft");
    console.log("stop");
    await Promise.all([alice, bob].map((tab) => tab.statusIs("The connection is lost. Trying again")));
    await alice.screenshot("lost");
    console.log("start");
    await Promise.all([alice.statusIs("In general as alice"), bob.statusIs("In general as bob")]);
    assert.equal(await alice.text.inputValue(), "a draft");
    await alice.post("we are back");
    assert.match(await bob.hears("we are back"), /^alice/);
    await alice.hears("hello alice");
    // While there was no server, the browser complained that there was none.
    assert.deepEqual(complaints.splice(0).filter((complaint) => !complaint.includes("ERR_CONNECTION_REFUSED")), []);
  });

  await scene("it is usable in the dark, and on a small screen", async () => {
    await alice.page.emulateMedia({ colorScheme: "dark" });
    await alice.screenshot("dark");
    await alice.page.setViewportSize({ width: 360, height: 640 });
    const width = await alice.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 360, `the page is ${width} pixels wide`);
    const [end, newest] = await Promise.all([alice.log, alice.log.getByRole("listitem").last()].map(bottom));
    assert.ok(newest <= end, `the newest message ends at ${newest}, the log at ${end}`);
    await alice.screenshot("small");
  });

  assert.deepEqual(complaints, []);
} finally {
  await browser.close();
}
