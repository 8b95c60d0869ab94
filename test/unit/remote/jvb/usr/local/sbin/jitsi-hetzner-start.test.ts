import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostFile } from "../../../../../../../remote/hostFile";

/** A host: its notes, and programs that stand for its own. */
let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  program("systemctl", `echo "systemctl $*" >>${dir}/ran`);
  program("dpkg-query", "printf 2.3-312");
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function program(name: string, text: string): void {
  writeFileSync(join(dir, name), `#!/bin/bash\n${text}\n`);
  chmodSync(join(dir, name), 0o755);
}

const script = (): string =>
  hostFile("START_PROGRAM")
    .replace("state_dir=/var/lib/jitsi-hetzner", `state_dir=${dir}`)
    .replace("patience=60", "patience=1");
const env = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: `${dir}:${process.env.PATH ?? ""}` });

function ask(request: string): string {
  const { stdout } = spawnSync("bash", ["-c", script()], {
    input: request,
    env: env(),
    encoding: "utf8",
  });
  return stdout;
}

const ran = (): string => readFileSync(join(dir, "ran"), "utf8");

describe("the port of a bridge's host", () => {
  it.each([
    ["a connection that is closed, as of older programs", ""],
    ["a request", "start\n"],
  ])("starts the bridge's program for %s", (_, request) => {
    expect(ask(request)).toBe("exit 0\n");
    expect(ran()).toBe("systemctl start --no-block jitsi-videobridge2.service\n");
  });

  it("says with which settings and which version the bridge runs", () => {
    writeFileSync(join(dir, "running-settings"), "abc\n");
    expect(ask("settings\n")).toBe("abc 2.3-312\nexit 0\n");
  });

  it("says that a bridge never started, or is not installed", () => {
    program("dpkg-query", "exit 1");
    expect(ask("settings\n")).toBe("none none\nexit 0\n");
  });

  it.each([
    ["running", "exit 0"],
    ["stopped", "[[ $1 != is-active ]]"],
    ["disabled", "[[ $1 != is-enabled ]]"],
  ])("says that the timer of the watch is %s", (state, systemctl) => {
    program("systemctl", systemctl);
    expect(ask("watch\n")).toBe(`${state}\nexit 0\n`);
  });

  it("has the bridge apply its written settings, shows what that says, and its exit code at the end", () => {
    writeFileSync(join(dir, "apply.json"), "the values");
    program("jitsi-hetzner", 'echo "$* $(cat)"; echo of stderr >&2; exit 7');
    expect(ask("apply\n")).toBe("jvb/apply the values\nof stderr\nexit 7\n");
    expect(ask("apply restart\n")).toBe("jvb/apply restart the values\nof stderr\nexit 7\n");
  });

  it("says that it has no values as long as none were written", () => {
    program("jitsi-hetzner", "exit 0");
    expect(ask("apply\n")).toMatch(/exit 1\n$/);
  });

  it("does not run it twice at once, and says what to do", async () => {
    writeFileSync(join(dir, "apply.json"), "");
    program("jitsi-hetzner", `echo begins; until [[ -e ${dir}/end ]]; do sleep 0.1; done`);
    const first = spawn("bash", ["-c", script()], { env: env() });
    const ended = once(first, "close");
    first.stdin.end("apply\n");
    await once(first.stdout, "data");
    const second = ask("apply\n");
    writeFileSync(join(dir, "end"), "");
    await ended;
    expect(second).toMatch(/^another run still applies settings on .*: tail -f .*\nexit 1\n$/);
  });

  it("goes on with it when the web host goes away, so that no installation is broken off", () => {
    writeFileSync(join(dir, "apply.json"), "");
    program(
      "jitsi-hetzner",
      `for i in {1..20}; do echo "line $i" || exit 1; sleep 0.05; done; echo done >${dir}/ran`,
    );
    spawnSync("bash", ["-c", `bash -c "$SCRIPT" <<<apply | head -n 1`], {
      env: { ...env(), SCRIPT: script() },
    });
    expect(ran()).toBe("done\n");
  });

  it("refuses any other request, and runs nothing", () => {
    program("jitsi-hetzner", `echo "jitsi-hetzner $*" >>${dir}/ran`);
    for (const request of ["apply restart now\n", "id\n", "apply; id\n"]) {
      expect(ask(request)).toMatch(/^jitsi-hetzner-start on \S+ knows no request ".*"\nexit 1\n$/);
    }
    expect(() => ran()).toThrow("ENOENT");
  });
});
