import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as Ensure from "../../packages/toolchain/src/ensure";
import { readExport } from "../../tools/stackExport";
import { nameOf } from "../../lib/resourceNames";

// With its extension: beside it is a script of the same name.
const { ensureToolchain } = jest.requireActual<typeof Ensure>(
  "../../packages/toolchain/src/ensure.ts",
);

const root = join(__dirname, "../..");
const project = "jitsi-hetzner";
const stack = "skip";

const urn = (type: string, name: string) => `urn:pulumi:${stack}::${project}::${type}::${name}`;
const step = (name: string, dependencies: string[], inputs: object = {}) => ({
  urn: urn("command:remote:Command", name),
  type: "command:remote:Command",
  id: name,
  custom: true,
  parent: urn("pulumi:pulumi:Stack", `${project}-${stack}`),
  provider: `${urn("pulumi:providers:command", "default")}::1`,
  inputs,
  outputs: inputs,
  dependencies: dependencies.map((name) => urn("command:remote:Command", name)),
});
const drain = (number: number) => step(`jitsi-jvb-${number}-drain`, [], { delete: "drain" });

const drains = ["jitsi-jvb-0-drain", "jitsi-jvb-1-drain"];
const acceptance = {
  ...step("jitsi-acceptance", drains),
  urn: urn("jitsi-hetzner:index:Acceptance", "jitsi-acceptance"),
  type: "jitsi-hetzner:index:Acceptance",
  id: undefined,
  custom: false,
  provider: undefined,
};

/** A state as an `up` leaves it, without the hosts that one needs. */
const state = {
  version: 3,
  deployment: {
    manifest: { time: "2026-01-01T00:00:00Z", magic: "", version: "" },
    resources: [
      {
        urn: urn("pulumi:pulumi:Stack", `${project}-${stack}`),
        type: "pulumi:pulumi:Stack",
        custom: false,
      },
      {
        urn: urn("pulumi:providers:command", "default"),
        type: "pulumi:providers:command",
        id: "1",
        custom: true,
      },
      drain(0),
      drain(1),
      acceptance,
      { ...step("jitsi-acceptance", drains), parent: acceptance.urn },
    ],
  },
};

describe("drain:skip with the real engine", () => {
  let dir: string;
  let env: NodeJS.ProcessEnv;

  const run = (command: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, {
      cwd: root,
      env,
      encoding: "utf8",
    });
    return { status, stdout, text: stdout + stderr };
  };
  const pulumi = (...args: string[]) => {
    const done = run("pulumi", "-C", root, "--non-interactive", ...args);
    if (done.status !== 0) throw new Error(`pulumi ${args.join(" ")}: ${done.text}`);
    return done.stdout;
  };
  const skip = (...args: string[]) =>
    run("npm", "run", "-s", "drain:skip", "--", ...args, "--stack", stack);
  const names = (): string[] =>
    readExport(pulumi("stack", "export", "--stack", stack))
      .resources.map((resource) => nameOf(resource.urn))
      .filter((name) => name.startsWith("jitsi-jvb") || name === "jitsi-acceptance");

  beforeAll(async () => {
    const toolchain = await ensureToolchain({ log: (line) => process.stderr.write(`${line}\n`) });
    mkdirSync(join(root, ".test"), { recursive: true });
    dir = mkdtempSync(join(root, ".test/skip-"));
    env = {
      ...process.env,
      PATH: `${toolchain.pulumi}:${process.env.PATH ?? ""}`,
      PULUMI_HOME: toolchain.pulumiHome,
      PULUMI_BACKEND_URL: `file://${dir}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    pulumi("stack", "init", stack, "--no-select");
    writeFileSync(join(dir, "state.json"), JSON.stringify(state));
    pulumi("stack", "import", "--stack", stack, "--file", join(dir, "state.json"));
  }, 600_000);

  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
    rmSync(join(root, `Pulumi.${stack}.yaml`), { force: true });
  });

  it("does nothing where there is no terminal to ask at", () => {
    const asked = skip("1");
    expect(asked).toMatchObject({ status: 2, stdout: "" });
    expect(asked.text).toContain("there is no terminal to ask at: npm run drain:skip -- 1 --yes");
    expect(names()).toHaveLength(4);
  }, 60_000);

  it("takes the drain out, and with it the acceptance that the engine refuses it for", () => {
    const drainUrn = urn("command:remote:Command", "jitsi-jvb-1-drain");
    expect(() => pulumi("state", "delete", drainUrn, "--yes", "--stack", stack)).toThrow(
      "can't be safely deleted",
    );
    const skipped = skip("1", "--yes");
    expect(skipped.text).toContain("jitsi-acceptance depends on it and leaves the state too");
    expect(skipped.text).toContain("its participants are not moved, but cut off");
    expect(skipped.status).toBe(0);
    expect(names()).toEqual(["jitsi-jvb-0-drain"]);
  }, 60_000);

  it("fails for a bridge without a drain", () => {
    const skipped = skip("7", "--yes");
    expect(skipped.status).toBe(2);
    expect(skipped.text).toContain("bridge 7 has no drain in this stack's state");
  }, 60_000);
});
