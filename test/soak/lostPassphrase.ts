import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { projectDir } from "../../packages/sandbox/src/projectDir";
import { must, TestCluster, type Outcome } from "../e2e/harness";
import { untilClusterIs } from "../e2e/wholeCluster";

/**
 * Loses the passphrase of a stack and walks the way of docs/restore.md, command by command: a new state, the web
 * host's addresses taken into it, everything else built anew. Ends with code 1 when a command does not do what the
 * page says. Takes three minutes; `make soak-lost`.
 */

interface WebHost {
  readonly webHost: { readonly ipv4: string; readonly ipv6: string };
}

const work = join(projectDir, ".test", "lost-import.json");

async function main(): Promise<void> {
  const cluster = await TestCluster.start("lost");
  try {
    await cluster.configure({ ...demoConfig, jvbCount: "1" });
    // A setting of the operator's own that is encrypted, as many stacks have one.
    await cluster.mustPulumi("config", "set", "--secret", "hcloud:token", token(cluster));
    await cluster.mustUp();
    const { webHost } = await cluster.outputs<WebHost>();
    cluster.env.PULUMI_CONFIG_PASSPHRASE = "another one";
    await seeWhatIsLost(cluster, webHost);
    await buildAnew(cluster);
    const after = await cluster.outputs<WebHost>();
    expectEqual("the web host's addresses", after.webHost, webHost);
    await untilClusterIs(cluster, 1);
    expectEqual("what is left for the doctor", (await cluster.tool("doctor")).code, 0);
    console.log("a cluster with the same addresses, under another passphrase");
  } finally {
    await cluster.remove();
  }
}

const token = ({ env }: TestCluster): string => env.HCLOUD_TOKEN ?? "";
const settingsFile = ({ stack }: TestCluster): string => join(projectDir, `Pulumi.${stack}.yaml`);

async function seeWhatIsLost(cluster: TestCluster, webHost: WebHost["webHost"]): Promise<void> {
  const before = readFileSync(settingsFile(cluster), "utf8");
  const { code, text } = await cluster.up();
  if (code === 0 || !text.includes("incorrect passphrase")) {
    throw new Error(`pulumi up with a wrong passphrase: exit code ${code.toString()}\n${text}`);
  }
  expectEqual("the settings after it", readFileSync(settingsFile(cluster), "utf8"), before);
  await cluster.mustPulumi("stack", "export");
  expectEqual("the outputs", (await cluster.outputs<WebHost>()).webHost, webHost);
}

async function buildAnew(cluster: TestCluster): Promise<void> {
  await step(cluster.pulumi("stack", "rm", "--yes", "--force", "--preserve-config"));
  takeOutSecrets(settingsFile(cluster));
  await step(cluster.pulumi("stack", "init", cluster.stack, "--no-select"));
  await step(cluster.pulumi("config", "set", "--secret", "hcloud:token", token(cluster)));
  console.log((await cluster.tool("doctor")).text);
  writeFileSync(work, JSON.stringify({ resources: await addressesToImport(cluster) }));
  const flags = ["--protect=false", "--generate-code=false", "--yes", "--skip-preview"];
  await step(cluster.pulumi("import", "--file", work, ...flags));
  await step(cluster.tool("doctor", "--repair", "--connected", "--yes"));
  const { seconds } = await step(cluster.up());
  console.log(`built anew in ${seconds.toFixed(0)} s`);
}

/** What docs/restore.md has the operator do with an editor. */
function takeOutSecrets(file: string): void {
  const lines = readFileSync(file, "utf8").split("\n");
  const isSecret = (line = ""): boolean => /^\s*secure:/.test(line);
  const kept = lines.filter(
    (line, index) =>
      !line.startsWith("encryptionsalt:") && !isSecret(line) && !isSecret(lines[index + 1]),
  );
  writeFileSync(file, kept.join("\n"));
}

/** The content of import.json, as docs/restore.md shows it. */
async function addressesToImport(cluster: TestCluster): Promise<object[]> {
  const selector = ["-l", `stack=${cluster.stack}`, "-o", "json"];
  const { stdout } = must("hcloud", await cluster.hcloud("primary-ip", "list", ...selector));
  const all = JSON.parse(stdout) as { id: number; type: string; name: string }[];
  const page = readFileSync(join(projectDir, "docs/restore.md"), "utf8");
  const example = /```json\n(.*?)```/s.exec(page)?.[1] ?? "";
  const { resources } = JSON.parse(example) as { resources: { name: string; id?: string }[] };
  return resources.map((resource) => {
    if (resource.id === undefined) return resource;
    const family = resource.name.split("-").at(-1);
    const own = all.find(({ type, name }) => type === family && name.startsWith("jitsi-web"));
    return { ...resource, id: own?.id.toString() };
  });
}

async function step(running: Promise<Outcome>): Promise<Outcome> {
  return must("a step of docs/restore.md", await running);
}

function expectEqual(what: string, actual: unknown, wanted: unknown): void {
  if (JSON.stringify(actual) === JSON.stringify(wanted)) return;
  throw new Error(`${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
