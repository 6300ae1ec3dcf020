// What the scripts share that drive a server with the unmodified `rivetkit/client`, a check at a time.
//   ENDPOINT=http://127.0.0.1:6420 [ENCODINGS=json,cbor,bare] [ONLY=substring] node raw.mjs
process.env.RIVET_LOG_LEVEL ??= "fatal";
export const { createClient } = await import("rivetkit/client");

export const ENDPOINT = process.env.ENDPOINT;
if (!ENDPOINT) { console.error("set ENDPOINT, e.g. ENDPOINT=http://127.0.0.1:6420"); process.exit(2); }
export const ENCODINGS = (process.env.ENCODINGS ?? "json,cbor,bare").split(",");
export const RUN = Date.now().toString(36);

let passed = 0, failed = 0;
/** Runs one of them, and says what came of it. */
export async function check(name, test) {
  if (process.env.ONLY && !name.includes(process.env.ONLY)) return;
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("it takes too long")), 15000); });
  try { await Promise.race([test(), late]); passed++; console.log(`ok   ${name}`); }
  catch (error) { failed++; console.log(`FAIL ${name}\n       ${error?.group ? `${error.group}.${error.code}: ` : ""}${error?.message ?? error}`); }
  finally { clearTimeout(timer); }
}

/** Ends the script: with an error, if a check has failed. */
export function finish() {
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
