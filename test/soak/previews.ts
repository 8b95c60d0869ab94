import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { projectDir } from "../../packages/sandbox/src/projectDir";
import { runProgram, TestCluster } from "../e2e/harness";

/**
 * Records the previews of which docs/preview-comments.md is made, anew, on simulated hosts in the sandbox. By hand,
 * after a change of what a bridge is made of: `npx tsx test/soak/previews.ts && make reference`. Takes minutes.
 */

const recordings = join(projectDir, "test/unit/tools/previewSummary/previews");
/** A checkout with other code. */
const changedCode = join(projectDir, ".test/previews-code");

async function main(): Promise<void> {
  const cluster = await TestCluster.start("previews", { hosts: "simulated" });
  try {
    await cluster.configure({ ...demoConfig, jvbCount: "2" });
    await cluster.mustUp();
    await record(cluster, "unchanged");
    await recordWith(cluster, "scale-up", { jvbCount: "4" });
    await recordWith(cluster, "type", { jvbServerType: "cpx52" });
    await recordWith(cluster, "type-and-scale", { jvbServerType: "cpx52", jvbCount: "3" });
    await recordWith(cluster, "config-error", { jvbCount: "two" });
    await recordWith(cluster, "heap", { bridgeHeapMb: "4096" });
    await recordWith(cluster, "jicofo-heap", { jicofoHeapMb: "600" });
    await recordWith(cluster, "version", { jitsiVersion: "2.0.10888-1" });
    await recordWith(cluster, "account", { jvbSecretVersion: "2" });
    await recordWith(cluster, "drain-timeout", { drainTimeout: "2h" });
    await recordWith(cluster, "local-bridge", { jvbCount: "0" });
    await record(cluster, "replace", ["--replace", await urnOf(cluster, "Server::jitsi-jvb-1")]);
    await recordCode(cluster, "firewall-rule", addFirewallRule);
    await recordCode(cluster, "host-code", addComment("remote/host/harden.sh"));
    await recordCode(cluster, "web-code", addComment("remote/web/configure.sh"));
    await cluster.configure({ jvbCount: "4" });
    await cluster.mustUp();
    await recordWith(cluster, "scale-down", { jvbCount: "2" });
    await cluster.configure({ jvbCount: "2" });
    await cluster.mustUp();
    save("destroy", (await cluster.pulumi("destroy", "--preview-only", "--json")).stdout);
  } finally {
    await cluster.remove();
    rmSync(changedCode, { recursive: true, force: true });
  }
}

/** With these settings; afterwards they are as before. */
async function recordWith(
  cluster: TestCluster,
  name: string,
  settings: Record<string, string>,
): Promise<void> {
  await cluster.configure(settings);
  await record(cluster, name);
  for (const key of Object.keys(settings).filter((one) => one !== "jvbCount")) {
    await cluster.mustPulumi("config", "rm", key);
  }
  await cluster.configure({ jvbCount: name === "scale-down" ? "4" : "2" });
}

/** With other code; the checkout itself stays as it is. */
async function recordCode(cluster: TestCluster, name: string, change: () => void): Promise<void> {
  copyCode(cluster);
  change();
  await record(cluster, name, [], changedCode);
}

async function record(
  cluster: TestCluster,
  name: string,
  more: readonly string[] = [],
  dir = projectDir,
): Promise<void> {
  const args = ["-C", dir, "preview", "--json", "--non-interactive", "--stack", cluster.stack];
  save(name, (await runProgram("pulumi", [...args, ...more], { env: cluster.env })).stdout);
}

interface Recorded {
  steps: RecordedStep[];
  diagnostics?: { severity: string; message: string }[];
  changeSummary?: Record<string, number>;
}

interface RecordedStep {
  op: string;
  urn: string;
  oldState?: RecordedState;
  newState?: RecordedState;
  diffReasons?: string[];
  replaceReasons?: string[];
}

interface RecordedState {
  type: string;
  custom?: boolean;
  inputs?: Record<string, unknown>;
}

/** Values of steps that the summary reads. */
const readValues = [...["bridges", "draining"], ...["JITSI_VERSION", "HEAP_MB"]];

/** Only what the summary reads: everything else in a preview is noise in the repository. */
const kept = ({ op, urn, oldState, newState, diffReasons, replaceReasons }: RecordedStep) => ({
  op,
  urn,
  oldState: keptState(oldState),
  newState: keptState(newState),
  diffReasons,
  replaceReasons,
});

function keptState(state: RecordedState | undefined): RecordedState | undefined {
  if (state === undefined) return undefined;
  const { type, custom, inputs = {} } = state;
  const { serverType, location, stdin, create } = inputs;
  const values = { serverType, location, stdin: keptStdin(stdin), create: keptText(create) };
  const isEmpty = Object.values(values).every((value) => value === undefined);
  return { type, custom, ...(isEmpty ? {} : { inputs: values }) };
}

/** The text of a step that notes settings, or the engine's mark for what is not known yet. */
const keptText = (create: unknown): string | undefined =>
  typeof create === "string" && (create.includes(" settings ") || create.length < 50)
    ? create
    : undefined;

/** What a verb gets, without what the summary does not read; absent where nothing is left. */
function keptStdin(stdin: unknown): string | undefined {
  if (typeof stdin !== "string") return undefined;
  try {
    const { version, values, ...own } = JSON.parse(stdin) as { version: number; values?: object };
    const read = (all: object): object =>
      Object.fromEntries(Object.entries(all).filter(([key]) => readValues.includes(key)));
    const kept = { ...read(own), ...(values && { values: read(values) }) };
    const isEmpty = Object.keys({ ...read(own), ...read(values ?? {}) }).length === 0;
    return isEmpty ? undefined : JSON.stringify({ version, ...kept });
  } catch {
    // A script, or the engine's mark for what is secret or not known yet.
    return stdin.length < 50 ? stdin : undefined;
  }
}

/** Without the steps in which nothing happens, and without what differs from machine to machine. One step a line. */
function save(name: string, text: string): void {
  const preview = JSON.parse(text) as Recorded;
  const [stack, ...rest] = preview.steps;
  const steps = [
    ...(stack === undefined ? [] : [stack]),
    ...rest.filter(({ op }) => op !== "same"),
  ];
  const diagnostics = (preview.diagnostics ?? [])
    .filter(({ severity }) => severity !== "debug")
    .map(({ severity, message }) => ({ severity, message }));
  const lines = (values: readonly unknown[]): string =>
    `[${values.map((value) => `\n    ${JSON.stringify(value)}`).join(",")}\n  ]`;
  const recorded = [
    "{",
    `  "steps": ${lines(steps.map(kept))},`,
    `  "diagnostics": ${lines(diagnostics)},`,
    `  "changeSummary": ${JSON.stringify(preview.changeSummary ?? {})}`,
    "}",
  ]
    .join("\n")
    .replaceAll(changedCode, "/project")
    .replaceAll(projectDir, "/project")
    .replaceAll(`e2e-previews`, "sandbox");
  writeFileSync(join(recordings, `${name}.json`), `${recorded}\n`);
  console.log(`${name}: ${preview.steps.length.toString()} steps`);
}

async function urnOf(cluster: TestCluster, end: string): Promise<string> {
  const { stdout } = await cluster.mustPulumi("stack", "export");
  const { deployment } = JSON.parse(stdout) as { deployment: { resources: { urn: string }[] } };
  const urn = deployment.resources.map((resource) => resource.urn).find((one) => one.endsWith(end));
  if (urn === undefined) throw new Error(`no resource ends with ${end}`);
  return urn;
}

function copyCode(cluster: TestCluster): void {
  rmSync(changedCode, { recursive: true, force: true });
  const listed = spawnSync("git", ["ls-files"], { cwd: projectDir, encoding: "utf8" }).stdout;
  for (const file of listed.split("\n").filter(Boolean)) {
    mkdirSync(join(changedCode, file, ".."), { recursive: true });
    cpSync(join(projectDir, file), join(changedCode, file));
  }
  const settings = `Pulumi.${cluster.stack}.yaml`;
  cpSync(join(projectDir, settings), join(changedCode, settings));
  symlinkSync(join(projectDir, "node_modules"), join(changedCode, "node_modules"));
}

/** Of the web host. */
function addFirewallRule(): void {
  const rules = join(changedCode, "lib/plan/firewallRules.ts");
  const line = 'rule("tcp", ports.https, "HTTPS"),';
  const text = readFileSync(rules, "utf8");
  if (!text.includes(line)) throw new Error("the firewall's rules have another form now");
  writeFileSync(rules, text.replace(line, `${line}\n        rule("tcp", 8443, "Example"),`));
}

const addComment = (file: string) => (): void => {
  appendFileSync(join(changedCode, file), "# Example\n");
};

void main();
