import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VerbStdin } from "../../../../remote/program/contract";
import { digestsJson, verbDigests } from "../../../../remote/program/digests";

const program = join(__dirname, "../../../../remote/program");

/** By Python's own parser: the program's tests run with these. */
function byPython(): unknown {
  const code =
    "import json, program.build as build; print(json.dumps(build.digests(build.SOURCE)))";
  const { stdout, stderr } = spawnSync("python3", ["-c", code], {
    encoding: "utf8",
    env: {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: "1",
      PYTHONPATH: `${program}:${join(__dirname, "../../..")}`,
    },
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

describe("verbDigests", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
    cpSync(join(program, "jitsi_hetzner"), join(dir, "jitsi_hetzner"), { recursive: true });
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  const changedBy = (file: string): string[] => {
    const before = verbDigests(dir);
    appendFileSync(join(dir, "jitsi_hetzner", file), "\n");
    const after = verbDigests(dir);
    return Object.keys(before).filter((verb) => before[verb]?.digest !== after[verb]?.digest);
  };

  it("finds the files that Python's own parser finds", () => {
    expect(JSON.parse(digestsJson())).toEqual(byPython());
  });

  it("has all verbs that take JSON", () => {
    const verbs: Record<keyof VerbStdin, true> = {
      accept: true,
      drain: true,
      forget: true,
      policy: true,
      "restart-begin": true,
      "restart-end": true,
      serve: true,
      status: true,
    };
    expect(Object.keys(verbDigests())).toEqual([...Object.keys(verbs), "jicofo"].sort());
  });

  it.each([
    ["verbs/status.py", ["status"]],
    ["facts.py", ["status"]],
    ["verbs/drain.py", ["drain"]],
    ["occupant.py", ["drain"]],
    ["judgement.py", ["drain", "restart-begin"]],
    ["restart_input.py", ["restart-begin", "restart-end"]],
    ["warmth.py", ["drain", "policy", "restart-begin", "restart-end", "serve"]],
    ["emptying.py", ["drain", "restart-begin", "restart-end", "serve"]],
  ])("lets a change of %s run again what it concerns, and nothing else", (file, verbs) => {
    expect(changedBy(file)).toEqual(verbs);
  });

  it("lets a change of what all use run all again", () => {
    expect(changedBy("locks.py")).toEqual(Object.keys(verbDigests()));
  });
});
