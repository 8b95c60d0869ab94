import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostFile } from "../../../../../../../remote/hostFile";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  program('echo "ran: $*"');
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function program(text: string): void {
  writeFileSync(join(dir, "jitsi-hetzner"), `#!/bin/bash\n${text}\n`);
  chmodSync(join(dir, "jitsi-hetzner"), 0o755);
}

function ask(request: string): string {
  return spawnSync("bash", ["-c", hostFile("RECORDER_PROGRAM")], {
    input: request,
    env: { ...process.env, PATH: `${dir}:${process.env.PATH ?? ""}` },
    encoding: "utf8",
  }).stdout;
}

describe("the control port of a recorder's host", () => {
  it.each([
    ["status\n", "ran: recorder status\nexit 0\n"],
    ["start jibri-1014\n", "ran: recorder start jibri-1014\nexit 0\n"],
    ["shutdown jibri-1014\n", "ran: recorder shutdown jibri-1014\nexit 0\n"],
  ])("runs the verb for %j", (request, answer) => {
    expect(ask(request)).toBe(answer);
  });

  it.each(["", "keep\n", "$(id)\n", "* start\n", "discard-recordings\n"])(
    "runs nothing else: %j",
    (request) => {
      const answer = ask(request);
      expect(answer).toContain("knows no request");
      expect(answer.endsWith("exit 1\n")).toBe(true);
    },
  );

  it("answers with the messages and the exit code of a verb that fails", () => {
    program("echo 'another recorder' >&2; exit 3");
    expect(ask("start jibri-7\n")).toBe("another recorder\nexit 3\n");
  });
});
