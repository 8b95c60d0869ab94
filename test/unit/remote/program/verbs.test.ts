import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeVerbs } from "../../../../remote/program";
import type { VerbStdin } from "../../../../remote/program/contract";
import { pythonFiles, pythonVerbs, verbStdin } from "../../../../remote/program/verbs";

const program = join(__dirname, "../../../../remote/program");
const readFile = (path: string): string => readFileSync(join(program, path), "utf8");
const names = Object.keys(pythonVerbs(readFile));

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

describe("the verbs in Python", () => {
  const pythonOnly = (verbs: ReturnType<typeof describeVerbs>) =>
    Object.fromEntries(names.map((name) => [name, verbs[name]]));

  const changedBy = (file: string): string[] => {
    const before = describeVerbs();
    const root = join(__dirname, "../../../..");
    const after = describeVerbs((path) => {
      const own = path.startsWith("jitsi_hetzner/");
      const text = readFileSync(join(own ? program : root, path), "utf8");
      return path === `jitsi_hetzner/${file}` ? `${text}\n` : text;
    });
    return Object.keys(before).filter((verb) => before[verb]?.digest !== after[verb]?.digest);
  };

  it("consist of the files that Python's own parser finds", () => {
    expect(pythonOnly(describeVerbs())).toEqual(byPython());
  });

  it("are all that take JSON, and those that are only called by hand", () => {
    const verbs: Record<keyof VerbStdin, true> = {
      accept: true,
      certificate: true,
      drain: true,
      forget: true,
      names: true,
      policy: true,
      "recorder-drain": true,
      "recorder-serve": true,
      restart: true,
      serve: true,
      status: true,
      "turn-server": true,
    };
    const byHand = ["jicofo", "recorder", "upload-recordings", "check-recordings"];
    expect(names).toEqual([...Object.keys(verbs), ...byHand, "discard-recordings"].sort());
  });

  it("stand in the archive with all of their files, and nothing that a run of Python has left", () => {
    expect(pythonFiles()).toEqual(
      expect.arrayContaining([
        "start.py",
        "jitsi_hetzner/shell.py",
        ...names.flatMap((name) => pythonVerbs(readFile)[name] ?? []),
      ]),
    );
    expect(pythonFiles().filter((file) => !file.endsWith(".py"))).toEqual([]);
  });

  it.each([
    ["verbs/status.py", ["status"]],
    ["facts.py", ["status"]],
    ["verbs/drain.py", ["drain"]],
    ["occupant.py", ["drain"]],
    ["judgement.py", ["drain", "restart"]],
    ["restart_input.py", ["restart"]],
    ["taking_out.py", ["restart"]],
    ["bridge_host.py", ["drain", "policy", "restart", "serve", "status"]],
    ["warmth.py", ["drain", "policy", "restart", "serve"]],
    ["emptying.py", ["drain", "restart", "serve"]],
    // What runs the verbs in shell.
    ["shell.py", []],
  ])("run again, by a change of %s, where it concerns them, and nowhere else", (file, verbs) => {
    expect(changedBy(file)).toEqual(verbs);
  });

  it("all run again by a change of what all use", () => {
    expect(changedBy("locks.py")).toEqual(names);
  });
});

describe("verbStdin", () => {
  it("has the version beside the verb's own fields", () => {
    expect(JSON.parse(verbStdin({ nickname: "jvb-1" }))).toEqual({
      version: 1,
      nickname: "jvb-1",
    });
  });
});
