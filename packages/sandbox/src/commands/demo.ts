import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureToolchain } from "../../../toolchain/src/ensure";
import { displayOf } from "../browser/display";
import { browserHint } from "../browser/hint";
import { runInteractive, Stopwatch, table, UserError, type Log } from "../cliSupport";
import {
  callApi,
  listServers,
  serverRows,
  type RunningSandbox,
  type ServerSummary,
} from "../client";
import { childEnvironment, demoStack } from "../environment";
import { wasKilled } from "../killedRun";
import { upstreamFingerprint, type JitsiRequest } from "../jitsi/choice";
import { decideJitsi } from "../jitsi/decide";
import { projectDir } from "../projectDir";
import { sandboxPaths, type SandboxState } from "../state";
import { authorityFile } from "../web/authority";
import { requireHosts, up } from "./up";

const execute = promisify(execFile);

/** Settings of the demo. The zone is in the sandbox's DNS, like an operator's zone at Hetzner. */
export const demoConfig = {
  domain: "meet.example.test",
  dnsZone: "example.test",
  jvbCount: "2",
} as const;

/** Java programs in the demo's cluster: jicofo and the bridges. */
const demoPrograms = 1 + Number(demoConfig.jvbCount);

/**
 * Settings that a stack needs in a sandbox: the signing key of its package repository if it is not
 * Jitsi's, and an action of its API takes no time unless `--latency` says so.
 */
export function sandboxConfig({ jitsi }: Pick<SandboxState, "jitsi">): Record<string, string> {
  const standard = jitsi === undefined || jitsi.fingerprint === upstreamFingerprint;
  return {
    ...(standard ? {} : { jitsiAptKeyFingerprint: jitsi.fingerprint }),
    "hcloud:pollInterval": "500ms",
  };
}

/** File in which `pulumi config set` stores the demo's settings. */
export const demoStackFile = join(projectDir, `Pulumi.${demoStack}.yaml`);

/**
 * Creates a verified cluster with two bridges by a real `pulumi up` of this checkout. A second run
 * updates the same cluster.
 *
 * @throws UserError when a step fails; the step has printed the reason
 */
export async function demo(dir: string, request: JitsiRequest, log: Log): Promise<void> {
  await requireHosts(log);
  const watch = new Stopwatch(log);
  const options = { log, javaPrograms: demoPrograms };
  const jitsi = await watch.lap("Jitsi's packages", () => decideJitsi(dir, request, options));
  const toolchain = await watch.lap("toolchain", () => ensureToolchain({ log }));
  const sandbox = await watch.lap("sandbox", () => up({ dir, hosts: "nspawn", jitsi, log }));
  const env = childEnvironment(sandbox.identity, sandbox.state, toolchain);
  await watch.lap("zone and stack", async () => {
    await ensureZone(sandbox, demoConfig.dnsZone);
    await ensureStack(env, sandbox.state);
    if (wasKilled(sandboxPaths(dir).backend, demoStack)) await healKilledRun(env, log);
  });
  await watch.lap("pulumi up", () => pulumi(env, "up", "--yes", "--skip-preview"));
  const servers = await listServers(sandbox);
  console.log(`\n${table(serverRows(servers))}\n`);
  console.log(`${watch.summary()}\n`);
  console.log(nextSteps(demoConfig.domain, hintFor(sandbox, servers)));
}

/** Creates a zone, like a zone that an operator already has at Hetzner. No-op if it exists. */
export async function ensureZone(sandbox: RunningSandbox, name: string): Promise<void> {
  const { zones } = await callApi<{ zones: unknown[] }>(sandbox, "GET", `/zones?name=${name}`);
  if (zones.length === 0) await callApi(sandbox, "POST", "/zones", { name, mode: "primary" });
}

async function ensureStack(env: NodeJS.ProcessEnv, state: SandboxState): Promise<void> {
  if (await stackExists(env)) return pulumi(env, "stack", "select", demoStack);
  // The settings file of a removed stack contains the salt of another passphrase.
  rmSync(demoStackFile, { force: true });
  await pulumi(env, "stack", "init", demoStack);
  const settings = { ...demoConfig, ...sandboxConfig(state) };
  for (const [key, value] of Object.entries(settings)) {
    await pulumi(env, "config", "set", key, value);
  }
}

/**
 * Repairs a stack after its `pulumi` was killed: the lock and the pending creates stay until they
 * are cleared.
 */
async function healKilledRun(env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  log("an earlier pulumi was killed while it ran: releasing its lock");
  await pulumi(env, "cancel", "--yes", "--stack", demoStack);
  await pulumi(env, "refresh", "--yes", "--skip-preview", "--clear-pending-creates");
}

async function stackExists(env: NodeJS.ProcessEnv): Promise<boolean> {
  const { stdout } = await execute("pulumi", ["-C", projectDir, "stack", "ls", "--json"], { env });
  return (JSON.parse(stdout) as { name: string }[]).some(({ name }) => name === demoStack);
}

async function pulumi(env: NodeJS.ProcessEnv, ...args: string[]): Promise<void> {
  const code = await runInteractive("pulumi", ["-C", projectDir, ...args], env);
  if (code === 0) return;
  throw new UserError(
    `pulumi ${args.join(" ")} failed (exit code ${code.toString()}); fix the cause, then run \`make demo\` again to continue`,
  );
}

function hintFor({ identity }: RunningSandbox, servers: readonly ServerSummary[]): string {
  const web = servers.find(({ name }) => name.includes("web"));
  return browserHint({
    display: displayOf(),
    domain: demoConfig.domain,
    webAddress: web?.public_net.ipv4?.ip ?? "the web host's address",
    routes: identity.network.ipv4Cidr,
    authority: authorityFile(),
  });
}

const nextSteps = (domain: string, inBrowser: string): string =>
  `Try next, in \`make shell\`:
  pulumi config set jvbCount 4 && pulumi up     two more bridges; nothing else changes
  hcloud server list                            the servers in the cloud's API
  npm run -s sandbox -- ssh web                 a shell on the web host
  npm run -s sandbox -- curl https://${domain}/   the page that a browser gets

${inBrowser}

When you are done: \`make down\``;
