/** The text of a file after an edit; the old text is empty for a new file. */
type Edit = (text: string) => string;

/** A list of CONTRIBUTING.md, followed once. */
export interface Followed {
  readonly heading: string;
  /** What the words in capitals stand for. */
  readonly names: Readonly<Record<string, string>>;
  /** What is done to each file by hand. */
  readonly edits: Readonly<Record<string, Edit>>;
  /** Paths in the list that only other cases need. */
  readonly otherCases: readonly string[];
  /** Files that a command in the list writes, each with the text that has to be in it afterwards. */
  readonly written: Readonly<Record<string, string>>;
}

const newFile =
  (text: string): Edit =>
  (old) => {
    if (old !== "") throw new Error("the file is there already");
    return text;
  };

/** Puts a text before or after another one. */
const before =
  (place: string, text: string): Edit =>
  (old) =>
    replaced(old, place, text + place);
const after =
  (place: string, text: string): Edit =>
  (old) =>
    replaced(old, place, place + text);
const atEnd =
  (text: string): Edit =>
  (old) =>
    old + text;

function replaced(old: string, place: string, text: string): string {
  if (!old.includes(place)) throw new Error(`the file has no ${place}`);
  return old.replace(place, () => text);
}

export const setting: Followed = {
  heading: "Add a setting",
  names: { GROUP: "cloud" },
  edits: {
    "lib/config/keys/cloud.ts": (old) =>
      replaced(
        replaced(old, "export const cloudKeys = [", "export const cloudKeys = [greeting, "),
        "export const cloudKeys",
        `const greeting = flag({
  name: "greeting",
  description: "Whether hosts greet.",
  wrong: ["hello"],
  effect: touches("nothing"),
});

export const cloudKeys`,
      ),
    "test/unit/lib/config/keys/cloud.test.ts": (old) => `${old}
it("greets if it is asked to", () => {
  expect(parseSettings(valid).greeting).toBe(false);
  expect(parseSettings({ ...valid, greeting: "true" }).greeting).toBe(true);
});
`,
  },
  otherCases: [
    ...["lib/config/kinds.ts", "lib/config/keys/index.ts", "lib/config/keys/programs.ts"],
    "remote/bridgeSettings.ts",
  ],
  written: {
    "Pulumi.yaml": "\n  greeting:\n",
    "docs/configuration.md": "\n## greeting\n\nWhether hosts greet.\n",
    "docs/wrong-settings.md": 'greeting is "hello", but must be true or false',
    "docs/what-changes.md": "`greeting`",
  },
};

export const step: Followed = {
  heading: "Add a remote step",
  names: { HOST: "web", STEP: "greeting", COMPONENT: "webCertificate" },
  edits: {
    "remote/web/greeting.sh": newFile(`#!/bin/bash
# Greets. Input: GREETING.
set -euo pipefail
: "\${GREETING:?}"

main() {
  result "$GREETING"
}

main "$@"
`),
    "remote/script.ts": after(
      "export interface ScriptValues {\n",
      `  /** Greets. */\n  "web/greeting": { GREETING: string };\n`,
    ),
    "remote/scriptFiles.ts": after(`  "host/hostKey": [],\n`, `  "web/greeting": ["lib"],\n`),
    "test/templates/fixtures.ts": after(
      "export const scriptFixtures: { [N in ScriptName]: ScriptValues[N] } = {\n",
      `  "web/greeting": { GREETING: "hello" },\n`,
    ),
    "components/webCertificate.ts": before(
      "    this.registerOutputs(",
      `    remoteStep(
      \`\${name}-greeting\`,
      { connection: args.connection, script: "web/greeting", values: { GREETING: args.domain } },
      { parent: this },
    );
`,
    ),
    "test/unit/remote/web/greeting.test.ts": newFile(`import { bashInScript } from "../bash";

describe("web/greeting", () => {
  it("greets", () => {
    const { stdout } = bashInScript("web/greeting", { GREETING: "hello" }, "main");
    expect(stdout).toBe("hello\\n");
  });
});
`),
  },
  otherCases: ["remote/lib.sh"],
  written: {
    "test/unit/components/__snapshots__/jitsiCluster.test.ts.snap":
      "command:remote:Command jitsi-web-certificate-greeting",
  },
};

export const route: Followed = {
  heading: "Add a route to the simulated API",
  names: { RESOURCE: "placementGroups" },
  edits: {
    "packages/hcloud-simulator/src/resources/placementGroups.ts": after(
      "  routes: [\n",
      `    route("GET", "/placement_groups/:id/greeting", {}, ({ ctx, params }) => {
      const { name } = ctx.store.table(placementGroupKind).require(params.id ?? "");
      return { greeting: \`hello \${name}\` };
    }),\n`,
    ),
    "packages/hcloud-simulator/test/api/placementGroups.test.ts": atEnd(`
describe("the greeting of a placement group", () => {
  it("has its name", async () => {
    const sim = await Simulator.start();
    const { body } = await sim.post("/placement_groups", { name: "a", type: "spread" });
    const id = idOf(body.placement_group);
    const { body: answer } = await sim.get(\`/placement_groups/\${id}/greeting\`);
    expect(answer).toEqual({ greeting: "hello a" });
    await sim.closeWithoutUnhandled();
  });
});
`),
  },
  otherCases: [
    "packages/hcloud-simulator/test/api/hcloudgo/",
    "packages/hcloud-simulator/src/resources/index.ts",
    "packages/hcloud-simulator/src/reference/areas.ts",
    "packages/hcloud-simulator/test/api/support/populate.ts",
  ],
  written: { "docs/simulator.md": "`GET /placement_groups/:id/greeting`" },
};

export const command: Followed = {
  heading: "Add an operator command",
  names: { COMMAND: "greet" },
  edits: {
    "tools/greet/cli.ts": newFile(`import { exitCodes, type ExitCode } from "../commands";
import { PulumiCli } from "../pulumiCli";
import { runTool, stackOption } from "../runTool";

const usage = "usage: npm run greet [-- OPTIONS]\\n\\nGreets a stack.\\n\\n  --stack NAME   another stack";

async function main({ stack, json }: { stack?: string; json: boolean }): Promise<ExitCode> {
  await new PulumiCli(stack).answer("config", "--json");
  console.log(json ? JSON.stringify({ greeting: "hello" }) : "hello");
  return exitCodes.done;
}

runTool({ name: "greet", usage, options: stackOption, main });
`),
    "tools/commands.ts": after(
      "export const commands = {\n",
      `  greet: { purpose: "greets", json: "\`greeting\`", exits: ["greeted", "not greeted", "unknown"] },\n`,
    ),
    "package.json": after('"scripts": {\n', '    "greet": "tsx tools/greet/cli.ts",\n'),
  },
  otherCases: ["test/unit/tools/greet/", "test/unit/tools/commands.test.ts"],
  written: { "docs/commands.md": "| `greet` | greets |" },
};
