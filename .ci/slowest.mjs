// Runs `cargo test`, passes on what it prints, and at its end lists the ten tests that took longest. Tests that print
// nothing for 15 minutes hang: then this says which test program does, and in which tests, and ends it. Before the first
// program has begun rustc is at work, in silence for as long as the machine needs.
//
//   node .ci/slowest.mjs cargo test --workspace
//
// The test harness of stable Rust tells no times, but when each test ends, and it begins them in the order of their
// names, the next one as soon as another has ended. From that follows when each began. It names a test that runs for
// more than 60 seconds.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

const SHOWN = 10;
const SILENCE_SECONDS = Number(process.env.CALLBOARD_SILENCE_SECONDS) || 15 * 60;
const threads = Number(process.env.RUST_TEST_THREADS) || availableParallelism();

const all = [];
let binary = "";
let run = null;
// What has come of a line that has not ended.
let unfinished = "";

// A process group of its own, which can be ended as a whole. Both outputs are one, so that their lines keep their order.
const child = spawn("sh", ["-c", 'exec "$@" 2>&1', "sh", ...process.argv.slice(2)], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
});
// Set when the first test program begins.
let silence = null;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => end(1));

child.stdout.setEncoding("utf8");
child.stdout.on("data", (text) => {
    silence?.refresh();
    process.stdout.write(text);
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop();
    for (const line of lines) read(line);
});
child.on("close", (code) => {
    clearTimeout(silence);
    list();
    process.exitCode = code ?? 1;
});

function read(line) {
    const now = performance.now();
    const running = /^\s+(?:Running|Doc-tests) (.*?)(?: \(.*)?$/.exec(line);
    if (running) {
        silence ??= setTimeout(hangs, SILENCE_SECONDS * 1000);
        binary = running[1];
        run = null;
    }
    if (/^running \d+ tests?$/.test(line)) run = { begun: now, ended: [], long: new Set() };
    const long = /^test (.+?)(?: - should panic)? has been running for over \d+ seconds$/.exec(line);
    if (run && long) run.long.add(long[1]);
    const over = /^test (.+?)(?: - should panic)? \.\.\. /.exec(line);
    if (run && over) run.long.delete(over[1]);
    // Compile-fail cases and examples in docs are files: they print lines of the same form within a test.
    const ended = /^test ([^\s/]+)(?: - should panic)? \.\.\. /.exec(line);
    if (run && ended) run.ended.push({ name: ended[1], at: now });
    if (run && /^test result: /.test(line)) {
        all.push(...times(run));
        run = null;
    }
}

function list() {
    all.sort((one, other) => other.seconds - one.seconds);
    console.log(`\nthe ${SHOWN} slowest of ${all.length} tests, ${threads} at a time:`);
    for (const { seconds, name, where } of all.slice(0, SHOWN)) {
        console.log(`${seconds.toFixed(1).padStart(7)} s  ${name}  ${where}`);
    }
}

/** Says what hangs, and ends it. */
function hangs() {
    console.log(`\n\nNothing was printed for ${SILENCE_SECONDS} s, so the run is ended.`);
    if (run) {
        console.log(`The test program is ${binary}. Tests that have begun and have not ended:`);
        // With one thread, the harness writes the name of a test when it begins.
        const begun = /^test (.+?)(?: - should panic)? \.\.\. /.exec(unfinished);
        const names = [...run.long, ...(begun ? [begun[1]] : [])];
        for (const name of names) console.log(`    ${name}`);
        if (names.length === 0) console.log("    the test harness named none");
    } else {
        console.log(`No test ran; the last test program was ${binary}.`);
    }
    end(1);
}

/** Ends the run with all that it has begun. */
function end(code) {
    try {
        process.kill(-child.pid, "SIGKILL");
    } catch {
        // It has ended by itself.
    }
    process.exit(code);
}

/** How long each test of a binary took, from when each ended. */
function times({ begun, ended }) {
    const inOrder = ended.map(({ name }) => name).sort((one, other) => (one < other ? -1 : 1));
    const begins = new Map(
        inOrder.map((name, index) => [name, index < threads ? begun : ended[index - threads].at]),
    );
    return ended.map(({ name, at }) => ({ name, where: binary, seconds: (at - begins.get(name)) / 1000 }));
}
