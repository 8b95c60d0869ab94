import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeProgram } from "../../../remote/program";
import { formerStates } from "../components/support/formerStates";

let work: string;
/** The program as a host has it. */
let installed: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "former-"));
  const { archive } = makeProgram(work);
  installed = mkdtempSync(join(work, "installed-"));
  spawnSync("tar", ["-C", installed, "-xf", archive]);
});
afterAll(() => {
  rmSync(work, { recursive: true });
});

/** Runs a command of a state as sshd does. */
function run(command: string, input: string): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync("bash", ["-c", command], {
    input,
    encoding: "utf8",
    env: { ...process.env, PATH: `${installed}:${process.env.PATH ?? ""}` },
    timeout: 20_000,
  });
  return { status, stderr };
}

const deletes = new Map(
  formerStates
    .flatMap(({ steps }) => steps)
    .flatMap((step) => (step.delete === undefined ? [] : [[step.delete, step.stdin ?? ""]])),
);

describe("a delete in a state of verbs in shell", () => {
  it.each([...deletes.keys()])("is a command that the program takes: %s", (command) => {
    // The verb is looked for before the JSON.
    const { status, stderr } = run(command, "");
    expect([status, stderr]).toEqual([65, expect.stringContaining("on stdin: there is none")]);
  });

  const drains = [...deletes].filter(([command]) => /-drain$/.test(command));
  it.each(drains)("begins the newest drain, with its own JSON: %s", (command, stdin) => {
    const { status, stderr } = run(command, stdin);
    // This host has no policy, which a drain reads first.
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^drain failed on \S+: .*policy\.json/),
    ]);
  });

  it("has drains among them", () => {
    expect(drains.length).toBe(3);
  });
});
