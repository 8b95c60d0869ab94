import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { forwardAddress } from "../../lib/nodeNames";
import { ports } from "../../lib/constants";
import { projectDir } from "../../packages/sandbox/src/projectDir";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import type { MachineView } from "../../packages/sandbox/src/machines/machine";
import { authorizeOn, sshToMachine } from "../../packages/sandbox/src/machines/machineClient";
import type { BridgeView } from "../../packages/sandbox/src/participants";
import { runProgram, type Outcome, type TestCluster } from "./harness";

/** An entry of `existingNodes`, as an operator writes it. */
export type NodeEntry = Readonly<Record<string, string | number | boolean>>;

/** The entry of a machine as the sandbox's list shows it. */
export const entryOf = (
  { name, ipv4, user, port, hostKey }: MachineView,
  role: "jvb" | "jibri" = "jvb",
): NodeEntry => ({ name, host: ipv4, role, user, port, hostKey });

/** Declares existing machines, in the stack's file, as an operator writes them. */
export function declareNodes(cluster: TestCluster, nodes: readonly NodeEntry[]): void {
  const file = join(projectDir, `Pulumi.${cluster.stack}.yaml`);
  const stack = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  stack.config["jitsi-hetzner:existingNodes"] = nodes;
  writeFileSync(file, stringify(stack));
}

/** Lets the stack log in to machines, by a command of their operator. */
export async function authorizeDeployment(
  cluster: TestCluster,
  names: readonly string[],
): Promise<void> {
  const { deploymentPublicKey } = await cluster.outputs<{ deploymentPublicKey: string }>();
  await Promise.all(names.map((name) => authorizeOn(cluster.sandbox, name, deploymentPublicKey)));
}

/** Runs a command on a machine over SSH, as its operator. One that gets no answer in 10 s fails. */
export async function asOperator(
  cluster: TestCluster,
  name: string,
  command: string,
): Promise<Outcome> {
  const [ssh = "", ...args] = await sshToMachine(cluster.sandbox, name);
  // A connection that was open before a filter drops it waits for ever.
  return runProgram(ssh, [...args, command], { timeoutMs: 10_000 });
}

/** The bridge of a machine in jicofo's list; undefined if there is none. */
export async function nodeBridge(
  cluster: TestCluster,
  name: string,
): Promise<BridgeView | undefined> {
  const { bridges } = await cluster.people.list();
  return bridges.find(({ nickname }) => nickname.startsWith(`node-${name}`));
}

/** Waits until jicofo uses the bridge of a machine. */
export async function untilInService(cluster: TestCluster, name: string): Promise<void> {
  const isUsed = async (): Promise<boolean> => {
    // jicofo may just be starting.
    const bridge = await nodeBridge(cluster, name).catch(() => undefined);
    return bridge !== undefined && bridge.operational && !bridge.draining;
  };
  await waitUntil(`jicofo uses ${name}`, isUsed, 240_000, 500);
}

/** Opens rooms until some participants are on the bridge of a machine. */
export async function joinOn(cluster: TestCluster, name: string): Promise<number> {
  for (let room = 0; room < 20; room++) {
    const count = (await nodeBridge(cluster, name))?.participants ?? 0;
    if (count > 0) return count;
    await cluster.people.join(`${name}-${room.toString()}`, 3);
  }
  throw new Error(`jicofo sends no participant to ${name}`);
}

/** Waits until the web host reaches the REST API of a machine's bridge through its forward. */
export async function untilForwarded(cluster: TestCluster, { name, ipv4 }: MachineView) {
  const address = forwardAddress(name, ipv4);
  const url = `http://${address}:${ports.jvbRest.toString()}/about/health`;
  const answers = async (): Promise<boolean> =>
    (await cluster.onHost("web", `curl -fsS --max-time 3 ${url}`)).code === 0;
  await waitUntil(`the web host reaches ${name} at ${address}`, answers, 240_000, 500);
}

/**
 * Waits until nothing waits to be sent on a host's connections from or to a port. After a cut, TCP tries again less and
 * less often, and until then jicofo has no answer from who is in its list.
 */
export async function untilSent(cluster: TestCluster, name: string, port: number): Promise<void> {
  const sockets = `ss -Htn 'sport = :${port.toString()} or dport = :${port.toString()}'`;
  const isSent = async (): Promise<boolean> =>
    (await cluster.mustOnHost(name, `${sockets} | awk '$3 > 0'`)) === "";
  await waitUntil(`${name} has sent what waits at port ${port.toString()}`, isSent, 120_000, 300);
}

/** Whether a TCP port of an address answers a host of the cluster, or a machine. */
export async function answers(
  cluster: TestCluster,
  from: string,
  address: string,
  port: number,
): Promise<boolean> {
  const probe = `timeout 2 bash -c '</dev/tcp/${address}/${port.toString()}' 2>/dev/null`;
  return (await cluster.onHost(from, probe)).code === 0;
}
