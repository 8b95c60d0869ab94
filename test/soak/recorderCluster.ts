import { setTimeout as sleep } from "node:timers/promises";
import { listServers } from "../../packages/sandbox/src/client";
import { storedFiles } from "../../packages/sandbox/src/commands/storage";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import type { RecordingView } from "../../packages/sandbox/src/participants";
import { must, type TestCluster } from "../e2e/harness";
import { differences, snapshotOf, type MachineSnapshot } from "../e2e/machineSnapshot";
import { Recordings } from "../e2e/recordings";
import { addressesAndRecords } from "../e2e/wholeCluster";

/** What the settings declare beside one web host and one bridge. */
export interface Declared {
  readonly jibris: number;
  /** Names of machines: paris records, berlin is a bridge. */
  readonly nodes?: readonly string[];
}

const rooms = ["first", "second", "third"] as const;
const isRecorder = (node: string): boolean => node === "paris";

/** A cluster whose recorders come and go: what it has to be, and what was recorded. */
export class RecorderCluster {
  /** Machines before they were ever declared. */
  readonly asFound = new Map<string, MachineSnapshot>();
  private readonly recordings: Recordings;
  /** SHA-256 by name, of files that were read on their recorders before they were uploaded. */
  private readonly files = new Map<string, string>();
  private begun = 0;

  constructor(private readonly cluster: TestCluster) {
    this.recordings = new Recordings(cluster);
  }

  /** Records on this recorder, and on no other one. @returns the room */
  async recordOn(name: string): Promise<string> {
    const others: RecordingView[] = [];
    for (const room of rooms) {
      await this.cluster.people.join(room, 2);
      const view = await this.recordings.start(room);
      this.begun++;
      if (await this.isOn(view, name)) {
        await sleep(2_000);
        for (const other of others) await this.endOn(other.room, await this.hostOf(other));
        return room;
      }
      others.push(view);
    }
    throw new Error(`no recording was on ${name}`);
  }

  /** Ends the recording of a room, and notes its file before it is uploaded. */
  async endRecording(room: string): Promise<void> {
    const running = (await this.cluster.people.recordings()).find(
      (one) => one.room === room && one.status === "on",
    );
    if (running === undefined) throw new Error(`${room} is not recorded any more`);
    await this.endOn(room, await this.hostOf(running));
  }

  private async endOn(room: string, host: string): Promise<void> {
    // Uploads fail for a moment, so the files can be read on the recorder.
    await this.fault("s3", "down");
    await this.cluster.people.stopRecording(room);
    const areFinished = "[[ -z $(ls /srv/recordings/current) ]]";
    const isFinished = async (): Promise<boolean> =>
      (await this.cluster.onHost(host, areFinished)).code === 0;
    await waitUntil(`the recording of ${room} is finished`, isFinished, 60_000, 300);
    for (const [file, sha256] of await this.recordings.filesOn(host)) this.files.set(file, sha256);
    await this.fault("clear", "s3");
  }

  private async fault(...args: readonly string[]): Promise<void> {
    must(`fault ${args.join(" ")}`, await this.cluster.command("fault", "storage", ...args));
  }

  private async isOn({ recorder }: RecordingView, name: string): Promise<boolean> {
    if (isRecorder(name)) return recorder?.startsWith(`node-${name}-`) ?? false;
    return recorder === (await this.recordings.nickname(name));
  }

  private async hostOf({ recorder }: RecordingView): Promise<string> {
    const machine = /^node-(.+)-[0-9a-f]{6}$/.exec(recorder ?? "")?.[1];
    return machine ?? this.recordings.hostOf(recorder);
  }

  /** Waits until everything is as declared, and nothing else is there. @throws with the last difference */
  async untilDeclared(declared: Declared): Promise<void> {
    let difference = "";
    for (let attempt = 0; attempt < 90; attempt++) {
      // jicofo may just be starting.
      difference = await this.differenceTo(declared).catch(String);
      if (difference === "") break;
      await sleep(1_000);
    }
    if (difference !== "") throw new Error(`not as declared: ${difference}`);
    const { code, text } = await this.cluster.tool("status");
    if (code !== 0) throw new Error(`npm run status: ${text}`);
    for (const [name, before] of this.asFound) {
      if (declared.nodes?.includes(name)) continue;
      const left = differences(before, await snapshotOf(this.cluster, name)).filter(isLeft);
      if (left.length > 0) throw new Error(`${name} is not as it was found: ${left.join("; ")}`);
    }
  }

  private async differenceTo({ jibris, nodes = [] }: Declared): Promise<string> {
    const { cluster } = this;
    const recorders = jibris + nodes.filter(isRecorder).length;
    const bridges = 1 + nodes.length - nodes.filter(isRecorder).length;
    const servers = 2 + jibris;
    const { bridges: seen } = await cluster.people.list();
    const wanted = {
      servers,
      addresses: 2 * servers,
      // Those of the TURN server too.
      records: 2 * (servers + 1),
      recorders: `${recorders.toString()}, ${recorders.toString()} idle`,
      buttons: recorders > 0,
      bridges,
      forwards: nodes.length,
    };
    const { count, available } = await this.recordings.counts();
    const actual = {
      ...(await this.objects()),
      recorders: `${count.toString()}, ${available.toString()} idle`,
      buttons: await this.recordings.hasButtons(),
      bridges: seen.filter(({ operational, draining }) => operational && !draining).length,
      forwards: Number(
        await cluster.mustOnHost("web", "ls /etc/jitsi-hetzner/forward 2>/dev/null | wc -l"),
      ),
    };
    return Object.entries(wanted)
      .filter(([name, value]) => actual[name as keyof typeof wanted] !== value)
      .map(
        ([name, value]) =>
          `${name} ${String(actual[name as keyof typeof wanted])}, not ${String(value)}`,
      )
      .join("; ");
  }

  private async objects() {
    const { sandbox } = this.cluster;
    const servers = await listServers(sandbox);
    const { addresses, rrsets } = await addressesAndRecords(sandbox);
    const records = rrsets.filter(({ type }) => type === "A" || type === "AAAA").length;
    return { servers: servers.length, addresses: addresses.length, records };
  }

  /** @throws when a recording that was begun is not whole at the target */
  async expectAllStored(): Promise<string> {
    const stored = await this.recordings.stored("s3", this.files);
    for (const [file, sha256] of this.files) {
      if (stored.get(file) !== sha256) throw new Error(`${file} is not whole at the target`);
    }
    const videos = (await storedFiles(this.cluster.sandbox)).s3.filter(({ path }) =>
      path.endsWith(".mp4"),
    );
    if (videos.length !== this.begun) {
      const paths = videos.map(({ path }) => path).join(", ");
      throw new Error(`${videos.length} of ${this.begun} recordings at the target: ${paths}`);
    }
    return `${this.begun} recordings at the target, ${this.files.size} SHA-256 compared`;
  }
}

/** The standard kernel of a recorder stays while it runs. */
const isLeft = (line: string): boolean =>
  !/linux-image|linux-base|6\.\d+\.\d+\S*-amd64|kernel/.test(line);
