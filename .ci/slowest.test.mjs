// What `slowest.mjs` says of runs that end, and of runs that do not.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const GUARD = fileURLToPath(new URL("slowest.mjs", import.meta.url));

/** Runs a script of the shell under the guard, which ends it after a second of silence. */
async function guarded(script, { threads = 2, begun = () => {} } = {}) {
    const guard = spawn(process.execPath, [GUARD, "sh", "-c", script], {
        env: { ...process.env, CALLBOARD_SILENCE_SECONDS: "1", RUST_TEST_THREADS: String(threads) },
        stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    for await (const text of guard.stdout.setEncoding("utf8")) {
        printed += text;
        begun(guard, printed);
    }
    const { exitCode, signalCode } = guard;
    return { printed, code: exitCode ?? signalCode ?? (await new Promise((done) => guard.on("exit", done))) };
}

/** Whether the process that a script named in a line `pid N` is still there. */
function isAlive(printed) {
    const pid = Number(/^pid (\d+)$/m.exec(printed)[1]);
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
}

/** The same, once it has had the time to end. */
async function outlives(printed) {
    for (let waited = 0; waited < 50 && isAlive(printed); waited += 1) {
        await new Promise((done) => setTimeout(done, 100));
    }
    return isAlive(printed);
}

const RUN = `
echo '     Running tests/turns.rs (target/debug/deps/turns-0123)' >&2
echo 'running 3 tests'
echo 'test first ... ok'`;

test("a run that ends is passed on, with its slowest tests and its status", async () => {
    const { printed, code } = await guarded(`${RUN}; sleep 0.2; echo 'test second ... ok'
        echo 'test result: ok. 2 passed'; echo 'said to stderr' >&2; exit 3`);
    assert.equal(code, 3);
    assert.match(printed, /said to stderr/);
    assert.match(printed, /the 10 slowest of 2 tests/);
    assert.match(printed, /0\.\d s {2}second {2}tests\/turns\.rs/);
});

test("a test that hangs is named, and ended with all that it has begun", async () => {
    const { printed, code } = await guarded(`${RUN}
        echo 'test second has been running for over 60 seconds'
        echo 'test third has been running for over 60 seconds'
        echo 'test third ... ok'
        sleep 3600 & echo "pid $!"; wait`);
    assert.equal(code, 1);
    const said = printed.slice(printed.indexOf("Nothing was printed for 1 s"));
    assert.match(said, /The test program is tests\/turns\.rs\..*\n {4}second\n$/);
    assert.equal(await outlives(printed), false);
});

test("with one thread the test is named that has begun", async () => {
    const { printed, code } = await guarded(`${RUN}; printf 'test second ... '; sleep 3600`, { threads: 1 });
    assert.equal(code, 1);
    assert.match(printed, /The test program is tests\/turns\.rs\..*\n {4}second\n$/);
});

test("a build may be silent for as long as it takes", async () => {
    const { printed, code } = await guarded(`echo '   Compiling callboard'; sleep 2.5; ${RUN}
        echo 'test result: ok. 1 passed'`);
    assert.equal(code, 0);
    assert.match(printed, /the 10 slowest of 1 tests/);
});

test("silence between two test programs is ended too", async () => {
    const { printed, code } = await guarded(`${RUN}; echo 'test result: ok. 1 passed'; sleep 3600`);
    assert.equal(code, 1);
    assert.match(printed, /No test ran; the last test program was tests\/turns\.rs\.\n$/);
});

test("a run that prints now and then goes on", async () => {
    const { code } = await guarded(`${RUN}; for i in 1 2 3 4; do sleep 0.5; echo $i; done`);
    assert.equal(code, 0);
});

test("whoever ends the guard ends the run", async () => {
    const begun = (guard, printed) => printed.includes("pid ") && guard.kill("SIGTERM");
    const { printed, code } = await guarded('sleep 3600 & echo "pid $!"; wait', { begun });
    assert.equal(code, 1);
    assert.equal(await outlives(printed), false);
});
