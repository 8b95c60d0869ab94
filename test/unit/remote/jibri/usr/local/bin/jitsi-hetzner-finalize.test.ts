import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostFile } from "../../../../../../../remote/hostFile";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  mkdirSync(join(dir, "finished"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** A recording of a session, as jibri leaves it. */
function record(session: string): string {
  const folder = join(dir, "current", session);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "room.mp4"), `the recording ${session}`);
  writeFileSync(join(folder, "metadata.json"), "{}");
  return folder;
}

/** As jibri calls it: with the folder of the session. */
function finalize(folder: string): { status: number | null; text: string } {
  const script = hostFile("FINALIZE")
    .replaceAll("/srv/recordings/finished", join(dir, "finished"))
    // At one moment.
    .replace("$(date -u +%Y-%m-%d-%H%M%S)", "2026-11-30-020000");
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script, "finalize", folder], {
    encoding: "utf8",
  });
  return { status, text: `${stdout}${stderr}` };
}

const finished = (): string[] => readdirSync(join(dir, "finished")).sort();

describe("the finalize script", () => {
  it("hands the whole folder over, with its metadata", () => {
    const folder = record("abcd");
    expect(finalize(folder).status).toBe(0);
    expect(existsSync(folder)).toBe(false);
    const moved = join(dir, "finished", "2026-11-30-020000_abcd");
    expect(readdirSync(moved).sort()).toEqual(["metadata.json", "room.mp4"]);
  });

  it("replaces no other recording of the same name", () => {
    finalize(record("abcd"));
    finalize(record("abcd"));
    expect(finished()).toEqual(["2026-11-30-020000_abcd", "2026-11-30-020000_abcd+2"]);
    for (const name of finished()) {
      expect(readFileSync(join(dir, "finished", name, "room.mp4"), "utf8")).toBe(
        "the recording abcd",
      );
    }
  });

  it("leaves nothing behind where there is no recording", () => {
    const { status, text } = finalize(join(dir, "current", "none"));
    expect([status, finished()]).toEqual([1, []]);
    expect(text).toContain("is no folder");
  });

  it("keeps the recording where it is if it cannot be handed over", () => {
    rmSync(join(dir, "finished"), { recursive: true });
    const folder = record("abcd");
    const { status, text } = finalize(folder);
    expect([status, existsSync(join(folder, "room.mp4"))]).toEqual([1, true]);
    expect(text).toContain("takes no folder");
  });
});
