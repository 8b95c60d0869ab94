import { setTimeout as sleep } from "node:timers/promises";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { storageStatus } from "../../packages/sandbox/src/commands/storage";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import { must, TestCluster } from "../e2e/harness";
import { Recordings, type RecordedFiles } from "../e2e/recordings";
import { runCases } from "./cases";

const host = "jibri-0";
const room = "board";
/** How long the target fails, in milliseconds. */
const downMs = 600_000;
const wrongMs = 90_000;
/** The longest pause between two attempts of so many minutes, and what an attempt takes. */
const longestWaitMs = 1_020_000;

/** A recorder on Debian 12 whose target fails. Only its own timers upload. */
export async function recorderTargets(): Promise<void> {
  const cluster = await TestCluster.start("soak-recorder-targets");
  const soak = new TargetSoak(cluster);
  try {
    await runCases([
      { what: "Debian 12: `pulumi up` with a recorder", run: () => soak.create() },
      {
        what: "target down for ten minutes, a reboot between, a second recording cut by it",
        run: () => soak.downWithReboot(),
      },
      { what: "wrong credentials for 90 s", run: () => soak.failing("credentials") },
      { what: "target full for 90 s", run: () => soak.failing("full") },
      { what: "recorder removed while it records", run: () => soak.removeRecorder() },
    ]);
  } finally {
    await cluster.remove();
  }
}

interface RecorderState {
  readonly uploadsWaiting: number;
  readonly lastUploadError: string;
}

class TargetSoak {
  private readonly recordings: Recordings;

  constructor(private readonly cluster: TestCluster) {
    this.recordings = new Recordings(cluster);
  }

  async create(): Promise<string> {
    const { cluster } = this;
    const { s3 } = await storageStatus(cluster.sandbox);
    await cluster.configure({
      ...{ ...demoConfig, jvbCount: "1", jibriCount: "1", image: "debian-12", drainTimeout: "20s" },
      ...{ recordings: "s3", recordingsS3Endpoint: s3.endpoint, recordingsS3Bucket: s3.bucket },
      recordingsS3AccessKey: s3.accessKey,
    });
    await cluster.mustPulumi("config", "set", "--secret", "recordingsS3SecretKey", s3.secretKey);
    await cluster.mustUp();
    await cluster.people.join(room, 4);
    await this.untilAvailable(1);
    const system = await cluster.mustOnHost(host, ". /etc/os-release; echo $VERSION_ID; uname -r");
    const [version = "", kernel = ""] = system.split("\n");
    if (version !== "12" || kernel.includes("cloud")) throw new Error(system);
    return `in service, kernel ${kernel}`;
  }

  async downWithReboot(): Promise<string> {
    const { cluster, recordings } = this;
    await this.fault("s3", "down");
    const until = Date.now() + downMs;
    const whole = await this.record();
    await recordings.start(room);
    await sleep(5_000);
    const { name } = await cluster.server(host);
    must("reboot", await cluster.hcloud("server", "reboot", name));
    const finished = "find /srv/recordings/finished -name '*.mp4' | wc -l";
    const isBack = async (): Promise<boolean> =>
      (await cluster.onHost(host, finished)).stdout.trim() === "2";
    await waitUntil("the recorder hands the cut recording over", isBack, 180_000, 1_000);
    await this.untilAvailable(1);
    const files = await recordings.filesOn(host);
    expectSame(new Map([...files].filter(([file]) => whole.has(file))), whole, "after the reboot");
    await sleep(until - Date.now());
    expectSame(await recordings.filesOn(host), files, "after ten minutes");
    const { uploadsWaiting, lastUploadError } = await this.status();
    if (uploadsWaiting !== 2) throw new Error(`status shows ${uploadsWaiting.toString()} uploads`);
    const seconds = await this.arrival(files);
    return `both at the target ${seconds} s after it was back, SHA-256 equal; status before: ${lastUploadError}`;
  }

  async failing(kind: string): Promise<string> {
    await this.fault("s3", kind);
    const until = Date.now() + wrongMs;
    const files = await this.record();
    await sleep(until - Date.now());
    expectSame(await this.recordings.filesOn(host), files, `while the target is ${kind}`);
    const { lastUploadError } = await this.status();
    const seconds = await this.arrival(files);
    return `at the target ${seconds} s after it was right, SHA-256 equal; status before: ${lastUploadError}`;
  }

  async removeRecorder(): Promise<string> {
    const { cluster, recordings } = this;
    const { session } = await recordings.start(room);
    await cluster.configure({ jibriCount: "0" });
    const running = cluster.up();
    const areGone = async (): Promise<boolean> => !(await recordings.hasButtons());
    await waitUntil("the buttons are gone", areGone, 120_000, 500);
    // A failed attempt is repeated a minute later, so the file can be read first.
    await this.fault("s3", "down");
    await recordings.end(room, host).catch(() => this.untilEnded(session));
    const files = await recordings.filesOn(host);
    await this.fault("clear", "s3");
    const { seconds } = must("pulumi up", await running);
    if (files.size !== 1) throw new Error(`${files.size.toString()} files on the recorder`);
    expectSame(await recordings.stored("s3", files), files, "at the target");
    return `\`pulumi up\` ${seconds.toFixed(0)} s, file at the target, SHA-256 equal`;
  }

  /** Records for some seconds. @returns the finished file */
  private async record(): Promise<RecordedFiles> {
    await this.recordings.start(room);
    await sleep(5_000);
    await this.recordings.end(room, host);
    const files = await this.recordings.filesOn(host);
    if (files.size !== 1) throw new Error(`${files.size.toString()} files on the recorder`);
    return files;
  }

  /** Ends the fault and waits for the recorder's own timer. @returns the seconds until nothing is left on the host */
  private async arrival(files: RecordedFiles): Promise<string> {
    const begin = Date.now();
    await this.fault("clear", "s3");
    const isDone = async (): Promise<boolean> => (await this.recordings.filesOn(host)).size === 0;
    await waitUntil("the files are at the target", isDone, longestWaitMs, 2_000);
    expectSame(await this.recordings.stored("s3", files), files, "at the target");
    return ((Date.now() - begin) / 1000).toFixed(0);
  }

  private async status(): Promise<RecorderState> {
    const text = await this.cluster.mustOnHost(host, "jitsi-hetzner recorder status");
    const { uploadsWaiting, lastUploadError } = JSON.parse(text) as RecorderState;
    // "TIME UTC, RECORDING: what is wrong: what rclone said".
    const [, said = ""] = /^[^,]+, [^:]+: (.*)$/.exec(lastUploadError) ?? [];
    return { uploadsWaiting, lastUploadError: said.replace(/: caused by: .*$/, "") };
  }

  private async untilAvailable(count: number): Promise<void> {
    const isSo = async (): Promise<boolean> => (await this.recordings.counts()).available === count;
    await waitUntil(`${count.toString()} recorders are available`, isSo, 120_000, 1_000);
  }

  /** A recorder that leaves ends its program with its recording. */
  private async untilEnded(session: string): Promise<void> {
    const isOff = async (): Promise<boolean> =>
      (await this.recordings.view(session)).status === "off";
    await waitUntil("the recording has ended", isOff, 60_000, 500);
    const isMoved = "[[ -z $(ls /srv/recordings/current) ]]";
    const isFinished = async (): Promise<boolean> =>
      (await this.cluster.onHost(host, isMoved)).code === 0;
    await waitUntil("the file is handed over", isFinished, 60_000, 500);
  }

  private async fault(...args: readonly string[]): Promise<void> {
    must(`fault ${args.join(" ")}`, await this.cluster.command("fault", "storage", ...args));
  }
}

/** @throws when a file is missing or has another content */
function expectSame(actual: RecordedFiles, wanted: RecordedFiles, when: string): void {
  const text = (files: RecordedFiles): string => JSON.stringify([...files].sort());
  if (text(actual) !== text(wanted)) {
    throw new Error(`${when}: ${text(actual)}, not ${text(wanted)}`);
  }
}
