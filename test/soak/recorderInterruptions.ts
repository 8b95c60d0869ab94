import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { storageStatus } from "../../packages/sandbox/src/commands/storage";
import type { MachineView } from "../../packages/sandbox/src/machines/machine";
import { authorizeDeployment, declareNodes, entryOf, type NodeEntry } from "../e2e/existingNodes";
import { TestCluster } from "../e2e/harness";
import { interruptUp, repairState } from "../e2e/interruption";
import { snapshotOf } from "../e2e/machineSnapshot";
import { runCases, type Case } from "./cases";
import { RecorderCluster, type Declared } from "./recorderCluster";

/** An interruption of a `pulumi up`, and what the operator wants after it. */
interface Round {
  readonly to: Declared;
  readonly signal: "SIGINT" | "SIGKILL";
  /** The step that begins when the signal comes. */
  readonly at: string;
  /** Whether the operator takes the change back. */
  readonly back?: true;
  /** The recorder that leaves while it records. */
  readonly records?: string;
}

/** In their order: each begins where the one before it ends. */
const rounds: readonly Round[] = [
  { to: { jibris: 1 }, signal: "SIGKILL", at: "jibri-0-kernel creating" },
  { to: { jibris: 2 }, signal: "SIGINT", at: "jibri-1-files creating", back: true },
  { to: { jibris: 2 }, signal: "SIGKILL", at: "jibri-1-serve creating" },
  { to: { jibris: 1 }, signal: "SIGKILL", at: "jibri-1-drain deleting", records: "jibri-1" },
  {
    ...{ to: { jibris: 0 }, signal: "SIGINT", at: "jibri-0-drain deleting", records: "jibri-0" },
    back: true,
  },
  { to: { jibris: 1, nodes: ["paris"] }, signal: "SIGKILL", at: "node-paris-setup creating" },
  {
    ...{ to: { jibris: 1, nodes: ["paris", "berlin"] }, signal: "SIGINT" },
    ...{ at: "node-berlin-setup creating", back: true },
  },
  { to: { jibris: 1 }, signal: "SIGKILL", at: "node-paris-drain deleting", records: "paris" },
  { to: { jibris: 1, nodes: ["paris"] }, signal: "SIGKILL", at: "node-paris-files creating" },
  { to: { jibris: 1 }, signal: "SIGINT", at: "node-paris-leave deleting" },
];

/** Ten interruptions over the life of recorders and of machines by address. `range`: 3-5. */
export async function recorderInterruptions(range?: string): Promise<void> {
  const [first, last] = chosen(range);
  const cluster = await TestCluster.start("soak-recorder-interruptions");
  try {
    const soak = new InterruptionSoak(cluster);
    await soak.create();
    const before = rounds.slice(0, first - 1).reduce<Declared>(after, { jibris: 0 });
    await soak.begin(before);
    const cases = rounds.slice(first - 1, last).map((round, index): Case => {
      const back = round.back ? ", taken back" : "";
      const recording = round.records === undefined ? "" : ` while ${round.records} records`;
      return {
        what: `${(first + index).toString()}: ${round.signal} at ${round.at}${recording}${back}`,
        run: () => soak.interrupt(round),
      };
    });
    await runCases([...cases, { what: "all recorders removed", run: () => soak.end() }]);
  } finally {
    await cluster.remove();
  }
}

const after = (from: Declared, { to, back }: Round): Declared => (back ? from : to);

/** @throws when the text is no range of rounds */
function chosen(range: string | undefined): [number, number] {
  if (range === undefined) return [1, rounds.length];
  const [, first = "0", last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
  if (Number(first) < 1 || Number(last) > rounds.length || Number(first) > Number(last)) {
    throw new Error(
      `"${range}": a number from 1 to ${rounds.length.toString()}, or a range, is needed`,
    );
  }
  return [Number(first), Number(last)];
}

class InterruptionSoak {
  private readonly recorders: RecorderCluster;
  private machines: readonly MachineView[] = [];
  private declared: Declared = { jibris: 0 };

  constructor(private readonly cluster: TestCluster) {
    this.recorders = new RecorderCluster(cluster);
  }

  /** A cluster without recorders, and two machines that it can log in to. */
  async create(): Promise<void> {
    const { cluster } = this;
    const { s3 } = await storageStatus(cluster.sandbox);
    await cluster.configure({
      ...{ ...demoConfig, jvbCount: "1", jibriCount: "0", drainTimeout: "20s" },
      ...{ recordings: "s3", recordingsS3Endpoint: s3.endpoint, recordingsS3Bucket: s3.bucket },
      recordingsS3AccessKey: s3.accessKey,
    });
    await cluster.mustPulumi("config", "set", "--secret", "recordingsS3SecretKey", s3.secretKey);
    const [, ...machines] = await Promise.all([
      cluster.mustUp(),
      cluster.machine("paris", { user: "admin", cores: 4 }),
      cluster.machine("berlin", { port: 2222, firewall: "nftables" }),
    ]);
    this.machines = machines;
    const names = machines.map(({ name }) => name);
    await authorizeDeployment(cluster, names);
    // sudo leaves a file in the home of a user at the first use. The owner of such a machine has used it.
    await cluster.command("machine", "ssh", "paris", "sudo -n true");
    for (const name of names) this.recorders.asFound.set(name, await snapshotOf(cluster, name));
  }

  /** Makes what the first chosen round begins with. */
  async begin(declared: Declared): Promise<void> {
    await this.declare(declared);
    this.declared = declared;
    if (declared.jibris > 0) await this.cluster.mustUp();
  }

  async interrupt(round: Round): Promise<string> {
    const { cluster, recorders } = this;
    const wanted = after(this.declared, round);
    await this.declare(round.to);
    const room = round.records === undefined ? undefined : await recorders.recordOn(round.records);
    const run = await interruptUp(cluster, round.signal, new RegExp(round.at), async () => {
      // A recorder that is interrupted by SIGINT is waited for.
      if (room !== undefined && round.signal === "SIGINT") await recorders.endRecording(room);
    });
    await this.declare(wanted);
    this.declared = wanted;
    const going = this.goOn(round.signal);
    if (room !== undefined && round.signal === "SIGKILL") await recorders.endRecording(room);
    const steps = await going;
    await recorders.untilDeclared(wanted);
    return `ran on for ${run.seconds.toFixed(0)} s; ${steps}`;
  }

  async end(): Promise<string> {
    await this.declare({ jibris: 0 });
    const { seconds } = await this.cluster.mustUp();
    await this.recorders.untilDeclared({ jibris: 0 });
    return `\`pulumi up\` ${seconds.toFixed(0)} s; ${await this.recorders.expectAllStored()}`;
  }

  /** What the documentation tells an operator to do next. @returns what it took */
  private async goOn(signal: NodeJS.Signals): Promise<string> {
    const steps: string[] = [];
    if (signal === "SIGKILL") {
      await repairState(this.cluster);
      steps.push("doctor");
    }
    const { seconds } = await this.cluster.mustUp();
    return [...steps, `up ${seconds.toFixed(0)} s`].join(", ");
  }

  private async declare({ jibris, nodes = [] }: Declared): Promise<void> {
    await this.cluster.configure({ jibriCount: jibris.toString() });
    const entries = this.machines
      .filter(({ name }) => nodes.includes(name))
      .map((machine): NodeEntry => {
        const role = machine.name === "paris" ? "jibri" : "jvb";
        return { ...entryOf(machine), role };
      });
    declareNodes(this.cluster, entries);
  }
}
