// Passes on what `cargo test` prints, and at its end lists the ten tests that took longest.
//
//   cargo test 2>&1 | node .ci/slowest.mjs
//
// The test harness of stable Rust tells no times, but when each test ends, and it begins them in the order of their
// names, the next one as soon as another has ended. From that follows when each began.
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";

const SHOWN = 10;
const threads = Number(process.env.RUST_TEST_THREADS) || availableParallelism();

const all = [];
let binary = "";
let run = null;

for await (const line of createInterface({ input: process.stdin })) {
    const now = performance.now();
    console.log(line);
    const running = /^\s+(?:Running|Doc-tests) (.*?)(?: \(.*)?$/.exec(line);
    if (running) binary = running[1];
    if (/^running \d+ tests?$/.test(line)) run = { begun: now, ended: [] };
    // Compile-fail cases and examples in docs are files: they print lines of the same form within a test.
    const ended = /^test ([^\s/]+)(?: - should panic)? \.\.\. /.exec(line);
    if (run && ended) run.ended.push({ name: ended[1], at: now });
    if (run && /^test result: /.test(line)) {
        all.push(...times(run));
        run = null;
    }
}

all.sort((one, other) => other.seconds - one.seconds);
console.log(`\nthe ${SHOWN} slowest of ${all.length} tests, ${threads} at a time:`);
for (const { seconds, name, where } of all.slice(0, SHOWN)) {
    console.log(`${seconds.toFixed(1).padStart(7)} s  ${name}  ${where}`);
}

/** How long each test of a binary took, from when each ended. */
function times({ begun, ended }) {
    const inOrder = ended.map(({ name }) => name).sort((one, other) => (one < other ? -1 : 1));
    const begins = new Map(
        inOrder.map((name, index) => [name, index < threads ? begun : ended[index - threads].at]),
    );
    return ended.map(({ name, at }) => ({ name, where: binary, seconds: (at - begins.get(name)) / 1000 }));
}
