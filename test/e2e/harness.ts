import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json";
import { demoConfig, ensureZone, sandboxConfig } from "../../packages/sandbox/src/commands/demo";
import { UserError } from "../../packages/sandbox/src/cliSupport";
import { down } from "../../packages/sandbox/src/commands/down";
import { shellArguments } from "../../packages/sandbox/src/commands/hosts";
import { up } from "../../packages/sandbox/src/commands/up";
import { decideJitsi } from "../../packages/sandbox/src/jitsi/decide";
import { childEnvironment } from "../../packages/sandbox/src/environment";
import { Participants } from "../../packages/sandbox/src/participants";
import { projectDir } from "../../packages/sandbox/src/projectDir";
import type { JitsiRequest } from "../../packages/sandbox/src/jitsi/choice";
import type { HostChoice } from "../../packages/sandbox/src/state";
import {
  callApi,
  listServers,
  type RunningSandbox,
  type ServerSummary,
} from "../../packages/sandbox/src/client";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import { hostNamespace, publicLink, routerNamespace } from "../../packages/sandbox/src/hosts/names";
import { testedJitsi } from "./kind";
import type { MachineChoice, MachineView } from "../../packages/sandbox/src/machines/machine";
import { addMachine } from "../../packages/sandbox/src/machines/machineClient";
import { ensureToolchain } from "../../packages/toolchain/src/ensure";

/** What a program said and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order in which they came. */
  readonly text: string;
  readonly seconds: number;
}

const quiet = (): void => undefined;

const { scripts }: { scripts: Readonly<Record<string, string>> } = packageJson;

/** Runs a program to its end, bounded in time; never throws for its exit code. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; timeoutMs?: number } = {},
): Promise<Outcome> {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? projectDir,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeoutMs ?? 600_000,
    });
    const streams = { stdout: "", stderr: "", text: "" };
    child.stdout.on("data", (chunk: Buffer) => {
      streams.stdout += chunk.toString();
      streams.text += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      streams.stderr += chunk.toString();
      streams.text += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ ...streams, code: code ?? 255, seconds: (performance.now() - begin) / 1000 });
    });
  });
}

/**
 * A host can be entered as soon as its init runs. As over SSH, nothing is asked of it before systemd and its message bus
 * are there.
 */
const waitForBus =
  "for _ in {1..600}; do [[ -S /run/dbus/system_bus_socket ]] && break; sleep 0.1; done";

/**
 * Prints when the init of a host has started. The time of /proc/1 would be that of the kernel's last look at it, as the
 * kernel forgets such folders when it needs their memory.
 */
export const initStart = "cut -d ' ' -f 22 /proc/1/stat";

/**
 * Runs a bash script as root on a host, as the command `ssh` of the sandbox does, but without the second of CPU that its
 * command line takes to start.
 *
 * @param name of the host, or a unique part of it
 */
export async function runScript(
  sandbox: RunningSandbox,
  name: string,
  script: string,
): Promise<Outcome> {
  try {
    const words = [`${waitForBus}\n${script}`];
    return await runProgram("nsenter", await shellArguments(sandbox, name, words));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const text = `sandbox: ${error.message}\n`;
    return { code: 1, stdout: "", stderr: text, text, seconds: 0 };
  }
}

/** The hosts of a test's sandbox, and where their packages of Jitsi come from. */
export interface Choice extends HostChoice {
  /** Default: the kind that is tested. */
  readonly jitsi?: JitsiRequest;
  /** Java programs that will run with Jitsi's own packages. Default: 2. */
  readonly javaPrograms?: number;
}

/** Hosts that boot Debian's cloud image, as a deployment's do. */
export const stockHosts: Choice = { hosts: "nspawn", image: "stock" };

/**
 * Hosts that have Debian's packages before their first boot: half the work. For tests of what happens
 * to a cluster after it was installed. Tests of the installation take `stockHosts`.
 */
export const goldenHosts: Choice = { hosts: "nspawn", image: "golden" };

/** A sandbox of a test's own. */
export async function startSandbox(
  dir: string,
  { jitsi = testedJitsi(), javaPrograms, ...choice }: Choice = stockHosts,
): Promise<RunningSandbox> {
  const decision =
    choice.hosts === "nspawn"
      ? await decideJitsi(dir, jitsi, { log: quiet, javaPrograms, ask: null })
      : undefined;
  return up({ dir, ...choice, jitsi: decision, log: quiet });
}

/** A sandbox of a test's own with a stack of its own, apart from the demo's. */
export class TestCluster {
  /** Fake people in its conferences. */
  readonly people: Participants;
  /** How long a `pulumi` may take, in milliseconds. */
  timeoutMs = 600_000;

  private constructor(
    readonly stack: string,
    readonly sandbox: RunningSandbox,
    readonly env: NodeJS.ProcessEnv,
  ) {
    this.people = new Participants(sandbox);
  }

  /** Starts a fresh sandbox; what an earlier, interrupted run left under this name is removed first. */
  static async start(name: string, choice = stockHosts): Promise<TestCluster> {
    const dir = join(projectDir, ".test", name);
    await down(dir, quiet);
    const stack = `e2e-${name}`;
    rmSync(join(projectDir, `Pulumi.${stack}.yaml`), { force: true });
    const toolchain = await ensureToolchain({ log: quiet });
    const sandbox = await startSandbox(dir, choice);
    const env = childEnvironment(sandbox.identity, sandbox.state, toolchain);
    const cluster = new TestCluster(stack, sandbox, env);
    await ensureZone(sandbox, demoConfig.dnsZone);
    await cluster.mustPulumi("stack", "init", stack, "--no-select");
    await cluster.configure(sandboxConfig(sandbox.state));
    return cluster;
  }

  /** A sandbox as `start` makes it, with a cluster that is up. */
  static async withBridges(
    name: string,
    jvbCount: number,
    choice = stockHosts,
  ): Promise<TestCluster> {
    const cluster = await TestCluster.start(name, choice);
    await cluster.configure({ ...demoConfig, jvbCount: jvbCount.toString() });
    await cluster.mustUp();
    return cluster;
  }

  /** `pulumi` on this cluster's stack. */
  pulumi(...args: string[]): Promise<Outcome> {
    const stack = args[0] === "stack" && args[1] === "init" ? [] : ["--stack", this.stack];
    const all = ["-C", projectDir, "--non-interactive", "--color", "never", ...args, ...stack];
    return runProgram("pulumi", all, { env: this.env, timeoutMs: this.timeoutMs });
  }

  /** As `pulumi`, for steps that the test takes for granted. @throws with its output when it fails. */
  async mustPulumi(...args: string[]): Promise<Outcome> {
    return must(`pulumi ${args.join(" ")}`, await this.pulumi(...args));
  }

  async configure(settings: Record<string, string>): Promise<void> {
    const pairs = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    await this.mustPulumi("config", "set-all", ...pairs.flatMap((pair) => ["--plaintext", pair]));
  }

  up(...args: string[]): Promise<Outcome> {
    return this.pulumi("up", "--yes", "--skip-preview", ...args);
  }

  async mustUp(): Promise<Outcome> {
    return must("pulumi up", await this.up());
  }

  /** Stack outputs, secrets left out. */
  async outputs<T>(): Promise<T> {
    return JSON.parse((await this.mustPulumi("stack", "output", "--json")).stdout) as T;
  }

  hcloud(...args: string[]): Promise<Outcome> {
    return runProgram("hcloud", args, { env: this.env });
  }

  /** Runs a bash script as root on the host whose name contains `name`. */
  onHost(name: string, script: string): Promise<Outcome> {
    return runScript(this.sandbox, name, script);
  }

  async mustOnHost(name: string, script: string): Promise<string> {
    return must(`on ${name}: ${script}`, await this.onHost(name, script)).stdout.trim();
  }

  /** A tool of the operator's on this cluster's stack, as `npm run <name>` starts it. npm itself would take as long again. */
  tool(name: string, ...args: string[]): Promise<Outcome> {
    const [program, file = ""] = (scripts[name] ?? "").split(" ");
    if (program !== "tsx") throw new Error(`package.json has no tool ${name}`);
    const all = ["--import", "tsx", file, ...args, "--stack", this.stack];
    return runProgram(process.execPath, all, { env: this.env });
  }

  /** A command of the sandbox's own command line. */
  command(...args: string[]): Promise<Outcome> {
    const cli = [
      "--import",
      "tsx",
      "packages/sandbox/src/cli.ts",
      "--dir",
      this.sandbox.identity.dir,
    ];
    return runProgram(process.execPath, [...cli, ...args]);
  }

  /** A machine that the API does not know, by default a stock Debian 13 with root on port 22. */
  machine(name: string, choice: Partial<MachineChoice> = {}): Promise<MachineView> {
    return addMachine(this.sandbox, {
      ...{ name, os: "debian-13", user: "root", port: 22, sudo: true, look: "plain" },
      ...{ firewall: "none", web: false, leftovers: false, cores: 0 },
      ...choice,
    });
  }

  /** The API's server whose name contains `name`. */
  async server(name: string): Promise<ServerSummary> {
    const found = (await listServers(this.sandbox)).find((s) => s.name.includes(name));
    if (found === undefined) throw new Error(`no server is called ${name}`);
    return found;
  }

  /**
   * Puts two hosts behind each other's public IPv4 address, as an attacker or a wrong route would: the
   * API and the DNS know nothing of it. Resolves to what undoes it.
   */
  async swapAddresses(first: string, second: string): Promise<() => Promise<void>> {
    const [a, b] = [await this.server(first), await this.server(second)];
    const [ipA, ipB] = [a, b].map((s) => s.public_net.ipv4?.ip ?? "");
    const { identity } = this.sandbox;
    const move = async (host: ServerSummary, to: string, from: string): Promise<void> => {
      const inHost = ["-n", hostNamespace(identity, host.id)];
      // The new address first: with its last address an interface loses its routes.
      await this.ip(...inHost, "addr", "add", `${to}/32`, "dev", "eth0");
      await this.ip(...inHost, "addr", "del", `${from}/32`, "dev", "eth0");
      const router = ["-n", routerNamespace(identity)];
      await this.ip(...router, "route", "replace", `${to}/32`, "dev", publicLink(host.id));
    };
    if (ipA === undefined || ipB === undefined) throw new Error("both hosts need an IPv4 address");
    await move(a, ipB, ipA);
    await move(b, ipA, ipB);
    return async () => {
      await move(a, ipA, ipB);
      await move(b, ipB, ipA);
    };
  }

  private async ip(...args: string[]): Promise<void> {
    must(`ip ${args.join(" ")}`, await runProgram("ip", args));
  }

  /** Removes the sandbox and the stack's settings, whatever state they are in. */
  async remove(): Promise<void> {
    await down(this.sandbox.identity.dir, quiet);
    rmSync(join(projectDir, `Pulumi.${this.stack}.yaml`), { force: true });
  }
}

/** The outcome of a step that a test takes for granted. @throws with its output when it failed. */
export function must(what: string, outcome: Outcome): Outcome {
  if (outcome.code === 0) return outcome;
  throw new Error(`${what}: exit code ${outcome.code.toString()}\n${outcome.text}`);
}

/**
 * A server in a sandbox, by the API alone; resolves to its address when it runs.
 * @param more fields of the request
 */
export async function makeServer(
  sandbox: RunningSandbox,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const body = { name, server_type: "cx23", image: "debian-12", location: "fsn1", ...more };
  const { server, action, next_actions } = await callApi<{
    server: { public_net: { ipv4: { ip: string } } };
    action: { id: number };
    next_actions: { id: number }[];
  }>(sandbox, "POST", "/servers", body);
  // The server is created by the first action, and started by a next one.
  for (const { id } of [action, ...next_actions])
    await actionSucceeds(sandbox, `server ${name} runs`, id);
  return server.public_net.ipv4.ip;
}

/** Waits until an action of the API is over. @throws when it fails */
export async function actionSucceeds(
  sandbox: RunningSandbox,
  what: string,
  id: number,
): Promise<void> {
  const isOver = async (): Promise<boolean> => {
    const { action } = await callApi<{ action: { status: string } }>(
      sandbox,
      "GET",
      `/actions/${id.toString()}`,
    );
    if (action.status === "error") throw new Error(`in vain: ${what}`);
    return action.status === "success";
  };
  await waitUntil(what, isOver, 120_000, 100);
}
