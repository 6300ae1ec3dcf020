// The page: what a person does goes to the actor as calls, what the actor announces is shown.
// Whatever others wrote enters the document as text, never as markup.

import { ActorError, connect } from "./callboard.js";

const element = (id) => document.getElementById(id);
const [join, name, roomName, joinError] = ["join", "name", "room-name", "join-error"].map(element);
const [room, log, lines, people] = ["room", "log", "lines", "people"].map(element);
const [status, leave] = ["status", "leave"].map(element);
const [say, to, text, send, sayError] = ["say", "to", "text", "send", "say-error"].map(element);

/** How long we go on asking for our own name, which a server may keep for a connection that it takes for alive. */
const RETRY_NAME = 3000;

let connection; // to the room we are in
let me; // the name we have there
let players = new Set();
let shown = new Set(); // the ids of the messages in the log
let entered = false; // whether we were in the room under this name

join.addEventListener("submit", (event) => {
  event.preventDefault();
  // One that is still trying to reach its server is given up.
  connection?.close();
  me = name.value.trim();
  entered = false;
  showJoinError("");
  enter();
});

leave.addEventListener("click", () => {
  connection.close();
  showStatus("idle", "Not connected");
  showJoin();
});

say.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [target, message] = [to.value, text.value];
  if (connection.status !== "open" || message.trim() === "") return;
  sayError.textContent = "";
  text.focus();
  send.disabled = true;
  try {
    if (target === "") {
      await connection.call("sendMessage", me, message);
    } else {
      await connection.call("sendPrivateMessage", target, message);
      showMessage({ from: `You to ${target}`, text: message, kind: "private mine" });
    }
    // Only what was sent: more may have been typed meanwhile.
    if (text.value === message) text.value = "";
  } catch (error) {
    sayError.textContent = error instanceof ActorError ? `Not sent: ${error.message}.` : error.message;
  }
  send.disabled = connection.status !== "open";
});

/** Joins the room, and follows it through every loss and return of the connection. */
function enter() {
  const here = connect("chatRoom", [roomName.value.trim()], { playerId: me });
  connection = here;
  // While the room is being asked how it is, its announcements are held back, and then applied to the answer.
  let held = [];
  const on = (event, show) => here.on(event, (payload) => (held ? held.push(() => show(payload)) : show(payload)));
  on("messageReceived", showPosted);
  on("privateMessage", ({ from, message, timestamp }) => {
    showMessage({ from: `${from} to you`, text: message, timestamp, kind: "private" });
  });
  on("playerJoined", ({ playerId }) => {
    if (!players.has(playerId)) showNotice(`${playerId} came in`);
    showPlayers(players.add(playerId));
  });
  on("playerLeft", ({ playerId }) => {
    if (players.delete(playerId)) showNotice(`${playerId} left`);
    showPlayers(players);
  });

  here.onstatus = async (state, why) => {
    send.disabled = state !== "open";
    if (state === "waiting") {
      showStatus("waiting", `${entered ? "The connection is lost" : "The server cannot be reached"}. Trying again …`);
    }
    if (state === "closed") closed(why);
    if (state !== "open") return;
    held = [];
    try {
      const [posted, present] = await Promise.all([here.call("getMessages"), here.call("getPlayers")]);
      showRoom();
      posted.forEach(showPosted);
      showPlayers(new Set(present.map(({ playerId }) => playerId)));
      held.splice(0).forEach((show) => show());
      held = undefined;
      log.ariaBusy = "false";
    } catch (error) {
      // If the connection broke again, it says so itself.
      if (here.status === "open") showStatus("waiting", `The room does not answer: ${error.message}.`);
    }
  };
  showStatus("waiting", "Connecting …");
}

/** The connection is over: we left, or the room will not have us. */
function closed(why) {
  if (why.code === undefined) return;
  if (entered && why.code === "name_taken") {
    showStatus("waiting", "The server still keeps your name for the connection that was lost. Trying again …");
    const lost = connection;
    setTimeout(() => lost === connection && !room.hidden && enter(), RETRY_NAME);
    return;
  }
  showStatus("idle", "Not connected");
  showJoin();
  showJoinError(`You cannot come in: ${why.message}.`);
}

function showJoin() {
  room.hidden = leave.hidden = true;
  join.hidden = false;
  name.focus();
}

function showJoinError(message) {
  joinError.textContent = message;
  name.setAttribute("aria-invalid", String(message !== ""));
}

function showRoom() {
  showStatus("open", `In ${roomName.value.trim()} as ${me}`);
  if (entered) return;
  entered = true;
  shown = new Set();
  players = new Set();
  // What was said before is there to be read, not to be read out.
  log.ariaBusy = "true";
  lines.replaceChildren();
  people.replaceChildren();
  to.length = 1;
  text.value = sayError.textContent = "";
  join.hidden = true;
  room.hidden = leave.hidden = false;
  text.focus();
}

function showStatus(state, message) {
  status.dataset.status = state;
  // Said again, it would be read out again.
  if (status.textContent !== message) status.textContent = message;
}

function showPosted({ id, userId, text, timestamp }) {
  if (shown.has(id)) return;
  shown.add(id);
  showMessage({ from: userId, text, timestamp, kind: userId === me ? "mine" : "" });
}

function showMessage({ from, text, timestamp = Date.now(), kind }) {
  const when = new Date(timestamp);
  const time = make("time", when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = when.toISOString();
  const line = make("li", make("strong", from), time, make("p", text));
  line.className = `message ${kind}`;
  lines.append(line);
}

function showNotice(message) {
  const line = make("li", message);
  line.className = "notice";
  lines.append(line);
}

/** Adds and removes only what has changed, so that nobody loses the focus or an open list. */
function showPlayers(present) {
  players = present;
  for (const line of [...people.children]) {
    if (!present.has(line.dataset.player)) line.remove();
  }
  for (const option of [...to.options].slice(1)) {
    const isHere = present.has(option.value);
    // What was meant for one must not go to all because that one left.
    if (isHere || option.selected) option.text = isHere ? option.value : `${option.value} (not here)`;
    else option.remove();
  }
  const listed = new Set([...people.children].map((line) => line.dataset.player));
  const offered = new Set([...to.options].map((option) => option.value));
  for (const player of present) {
    if (!listed.has(player)) people.append(person(player));
    if (player !== me && !offered.has(player)) to.append(new Option(player, player));
  }
}

function person(player) {
  const line = make("li", player === me ? `${player} (you)` : writeTo(player));
  line.dataset.player = player;
  return line;
}

function writeTo(player) {
  const button = make("button", player);
  button.type = "button";
  button.className = "quiet";
  button.title = `Write to ${player} alone`;
  button.addEventListener("click", () => {
    to.value = player;
    text.focus();
  });
  return button;
}

function make(tag, ...children) {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}
