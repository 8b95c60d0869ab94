import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { commands, exitCodesHelp, type CommandName } from "../../../tools/commands";

const root = join(__dirname, "../../..");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Readonly<Record<string, string>>;
};
const names = Object.keys(commands) as CommandName[];
/** An argument that a command cannot do without. */
const needed: Partial<Record<CommandName, string>> = { repair: "1", "drain:skip": "1" };

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe("the operator's commands", () => {
  let bin: string;
  beforeAll(() => {
    bin = mkdtempSync(join(tmpdir(), "commands-"));
    writeFileSync(
      join(bin, "sdk.cjs"),
      'process.on("exit", () => Object.keys(require.cache).forEach((file) => ' +
        'file.endsWith("/@pulumi/pulumi/index.js") && console.error("loaded " + file)));',
    );
  });
  afterAll(() => {
    rmSync(bin, { recursive: true });
  });

  /** Runs a command as npm does, with this text for a `pulumi`, and nobody at the terminal. */
  function run(name: CommandName, args: readonly string[], pulumi = "exit 255"): Ran {
    writeFileSync(join(bin, "pulumi"), `#!/bin/bash\n${pulumi}\n`);
    chmodSync(join(bin, "pulumi"), 0o755);
    const [, file = ""] = /^tsx (\S+)$/.exec(scripts[name] ?? "") ?? [];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--require", join(bin, "sdk.cjs"), "--import", "tsx", file, ...args],
      {
        cwd: root,
        encoding: "utf8",
        input: "",
        env: { HOME: bin, PATH: [bin, process.env.PATH].join(delimiter), HCLOUD_TOKEN: "x" },
      },
    );
    return { code: status, stdout, stderr };
  }

  it("are all those of package.json that work on a stack or a preview", () => {
    const own = Object.entries(scripts).filter(([, text]) => /^tsx tools\//.test(text));
    expect(own.map(([name]) => name).sort()).toEqual([...names].sort());
  });

  it.each(names)("%s starts without Pulumi's SDK, which takes a second to load", (name) => {
    expect(run(name, ["--help"]).stderr).not.toContain("loaded");
  });

  it.each(names)("%s tells --json and its exit codes, and ends with 0", (name) => {
    const { code, stdout } = run(name, ["--help"]);
    expect(stdout).toContain("  --json ");
    expect(stdout).toContain(exitCodesHelp(name));
    expect(code).toBe(0);
  });

  it.each(names)("%s ends with 2, and no JSON, where it cannot begin", (name) => {
    const wrongOption = run(name, ["--json", "--nonsense"]);
    expect(wrongOption.stderr).toContain("--nonsense");
    const noStack = run(
      name,
      ["--json", needed[name] ?? []].flat(),
      "echo 'error: no stack named x' >&2; exit 255",
    );
    const reason = name === "preview:summary" ? "the preview is empty" : "no stack named x";
    expect(noStack.stderr).toContain(reason);
    for (const { code, stdout } of [wrongOption, noStack]) expect([code, stdout]).toEqual([2, ""]);
  });

  it("roll prints JSON alone, whatever pulumi says, and tells by 0 and 1 whether all is done", () => {
    const pulumi = (up: number): string =>
      `case "$3" in
         config) [[ $4 == --json ]] && echo '{"jitsi-hetzner:domain":{"value":"a.test"},"jitsi-hetzner:jvbCount":{"value":"1"}}';;
         up) echo "Updating..."; exit ${up};;
       esac; exit 0`;
    const done = run("roll", ["--json", "--yes"], pulumi(0));
    expect(done.stderr).toContain("Updating...");
    expect([done.code, JSON.parse(done.stdout)]).toEqual([
      0,
      { bridges: ["jvb-0"], done: ["jvb-0"] },
    ]);
    const stopped = run("roll", ["--json", "--yes"], pulumi(255));
    expect([stopped.code, JSON.parse(stopped.stdout)]).toEqual([
      1,
      { bridges: ["jvb-0"], done: [] },
    ]);
    expect(stopped.stderr).toContain("roll: jvb-0 was not replaced");
    expect(run("roll", ["--json"], pulumi(0))).toMatchObject({ code: 2, stdout: "" });
  });
});
