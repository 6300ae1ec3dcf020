// A connection to one actor, as a browser makes it: RivetKit's client protocol over a WebSocket, in JSON.
//
//   const room = connect("chatRoom", ["general"], { playerId: "alice" });
//   room.on("messageReceived", (message) => console.log(message.text));
//   await room.call("sendMessage", "alice", "hello");
//
// It comes back by itself when it is lost, with its params and its listeners. Calls wait while it is not open.

const FIRST_DELAY = 250;
const LONGEST_DELAY = 10_000;

/** What the server or the actor said no with: `code` is for programs, `message` for people. */
export class ActorError extends Error {
  constructor({ group, code, message, metadata }) {
    super(message);
    Object.assign(this, { name: "ActorError", group, code, metadata });
  }
}

/** Connects to the actor of this name and key (a list of strings); it is made if there is none. */
export function connect(actor, key, params, server = location.origin) {
  const url = new URL(`/gateway/${encodeURIComponent(actor)}/connect`, server.replace(/^http/, "ws"));
  url.searchParams.set("rvt-namespace", "default");
  url.searchParams.set("rvt-method", "getOrCreate");
  url.searchParams.set("rvt-runner", "default");
  if (key.length > 0) {
    url.searchParams.set("rvt-key", key.map((part) => part.replace(/[\\,]/g, "\\$&") || "\\0").join(","));
  }
  // A browser cannot set headers on a WebSocket, so all else travels as subprotocols.
  const protocols = ["rivet", "rivet_encoding.json"];
  if (params !== undefined) protocols.push(`rivet_conn_params.${encodeURIComponent(JSON.stringify(params))}`);
  return new Connection(url, protocols);
}

class Connection {
  /** "connecting", "open", "waiting" (lost, and about to be tried again) or "closed" (for good). */
  status = "connecting";
  /** Called with the status and, if something went wrong, with why. */
  onstatus = () => {};

  #url;
  #protocols;
  #socket;
  #timer;
  #attempts = 0;
  #nextId = 0;
  #waiting = []; // calls that are not sent yet
  #calls = new Map(); // calls that are not answered yet, by id
  #listeners = new Map(); // lists of functions, by the event's name
  #said; // the last error about the connection itself

  constructor(url, protocols) {
    this.#url = url;
    this.#protocols = protocols;
    this.#open();
  }

  /** Runs `listener` for every event of this name. */
  on(event, listener) {
    const others = this.#listeners.get(event) ?? [];
    this.#listeners.set(event, [...others, listener]);
    if (others.length === 0 && this.status === "open") this.#subscribe(event);
  }

  /** Calls an action, and resolves to what it returns. */
  call(name, ...args) {
    if (this.status === "closed") return Promise.reject(new Error("The connection is closed."));
    return new Promise((resolve, reject) => {
      const call = { id: this.#nextId++, name, args, resolve, reject };
      if (this.status === "open") this.#request(call);
      else this.#waiting.push(call);
    });
  }

  /** Closes the connection for good. */
  close() {
    this.#end(new Error("The connection was closed."));
    this.#socket.close(1000, "Disposed");
  }

  #open() {
    this.#said = undefined;
    this.#setStatus("connecting");
    const socket = new WebSocket(this.#url, this.#protocols);
    this.#socket = socket;
    const current = (handle) => (event) => socket === this.#socket && this.status !== "closed" && handle(event);
    socket.onmessage = current(({ data }) => this.#receive(JSON.parse(data, revive).body));
    socket.onclose = current((event) => this.#lost(event));
  }

  #receive({ tag, val }) {
    switch (tag) {
      case "Init": // the first message: the actor has let us in
        this.#attempts = 0;
        this.status = "open";
        // Subscriptions go first, so that they are in force when the calls run.
        for (const event of this.#listeners.keys()) this.#subscribe(event);
        for (const call of this.#waiting.splice(0)) this.#request(call);
        return this.#setStatus("open");
      case "Event":
        for (const listener of this.#listeners.get(val.name) ?? []) listener(...val.args);
        return;
      case "ActionResponse":
        return this.#answer(val.id, (call) => call.resolve(val.output));
      case "Error": // of one call, or of the connection itself
        if (val.actionId === null) this.#said = new ActorError(val);
        else this.#answer(val.actionId, (call) => call.reject(new ActorError(val)));
    }
  }

  #lost({ reason }) {
    const wasOpen = this.status === "open";
    // The reason is the short form of an error that may have been sent in full before.
    const closed = errorOf(reason);
    const why = closed && this.#said?.code === closed.code ? this.#said : closed;
    if (why && isFinal(why, wasOpen)) return this.#end(why);

    const broken = new Error("The connection broke before the answer: this may have happened, or not.");
    for (const call of this.#calls.values()) call.reject(broken);
    this.#calls.clear();
    const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#attempts++) * (1 - Math.random() / 2);
    this.#timer = setTimeout(() => this.#open(), delay);
    this.#setStatus("waiting", why);
  }

  #end(why) {
    clearTimeout(this.#timer);
    const calls = [...this.#calls.values(), ...this.#waiting.splice(0)];
    this.#calls.clear();
    this.#setStatus("closed", why);
    for (const call of calls) call.reject(why);
  }

  #setStatus(status, why) {
    this.status = status;
    this.onstatus(status, why);
  }

  #subscribe(eventName) {
    this.#send("SubscriptionRequest", { eventName, subscribe: true });
  }

  #request(call) {
    this.#calls.set(call.id, call);
    this.#send("ActionRequest", { id: call.id, name: call.name, args: call.args });
  }

  #answer(id, settle) {
    const call = this.#calls.get(Number(id));
    this.#calls.delete(Number(id));
    if (call) settle(call);
  }

  #send(tag, val) {
    this.#socket.send(JSON.stringify({ body: { tag, val } }, escape));
  }
}

/** The error in the reason of a close frame, `group.code#ray`, if it is one. */
function errorOf(reason) {
  const [, group, code] = /^(\w+)\.(\w+)(#|$)/.exec(reason) ?? [];
  return group && new ActorError({ group, code, message: `The server closed the connection: ${group}.${code}` });
}

/** Whether another attempt would end in the same way. A server or an actor that is on the move comes back. */
function isFinal({ group, code }, wasOpen) {
  if (group === "user" || group === "auth") return true;
  return !wasOpen && group !== "guard" && !/^(starting|restarting|stopping|stopped|going_away)$/.test(code);
}

// JSON has no BigInt and no undefined: they travel as pairs, ["$BigInt","7"], and a pair of the user's own that
// looks like one has its `$` doubled.
const isPair = (value) =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && value[0].startsWith("$");

function revive(_name, value) {
  if (!isPair(value)) return value;
  const [kind, inner] = value;
  if (kind.startsWith("$$")) return [kind.slice(1), inner];
  if (kind === "$BigInt") return BigInt(inner);
  return kind === "$Undefined" ? undefined : value;
}

function escape(_name, value) {
  return isPair(value) ? [`$${value[0]}`, value[1]] : value;
}
