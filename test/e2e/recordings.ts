import { listServers } from "../../packages/sandbox/src/client";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { storedFiles } from "../../packages/sandbox/src/commands/storage";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import type { RecordingView } from "../../packages/sandbox/src/participants";
import type { StoragePlace } from "../../packages/sandbox/src/storage/service";
import { must, type Outcome, type TestCluster } from "./harness";

/** Files of recordings: SHA-256 by name. */
export type RecordedFiles = ReadonlyMap<string, string>;

/** The recorders of a cluster and their recordings. */
export class Recordings {
  constructor(private readonly cluster: TestCluster) {}

  /** jicofo's numbers of recorders. */
  async counts(): Promise<{ count: number; available: number }> {
    const stats = await this.cluster.mustOnHost("web", "curl -fsS http://127.0.0.1:8888/stats");
    return (JSON.parse(stats) as { jibri_detector: { count: number; available: number } })
      .jibri_detector;
  }

  async nickname(name: string): Promise<string> {
    return `jibri-${(await this.cluster.server(name)).id.toString()}`;
  }

  /** The host of a recorder that Hetzner made, by its nickname. */
  async hostOf(nickname: string | null): Promise<string> {
    const server = (await listServers(this.cluster.sandbox)).find(
      ({ id }) => `jibri-${id.toString()}` === nickname,
    );
    if (server === undefined) throw new Error(`no server has the nickname ${String(nickname)}`);
    return server.name;
  }

  async view(session: string): Promise<RecordingView> {
    const found = (await this.cluster.people.recordings()).find((one) => one.session === session);
    if (found === undefined) throw new Error(`jicofo knows no recording ${session}`);
    return found;
  }

  /** Starts a recording and waits until a file is written. */
  async start(room: string): Promise<RecordingView> {
    const { session } = await this.cluster.people.record(room);
    const isOn = async (): Promise<boolean> => (await this.view(session)).status === "on";
    await waitUntil(`${room} is recorded`, isOn, 30_000, 300);
    return this.view(session);
  }

  /** Ends a recording and waits until its recorder is idle again, so that the file is complete. */
  async end(room: string, host: string): Promise<void> {
    await this.cluster.people.stopRecording(room);
    const isIdle = async (): Promise<boolean> => (await this.busy(host)) === "IDLE";
    await waitUntil(`${host} is idle`, isIdle, 30_000, 300);
  }

  /** Whether an account of meetings has a session in prosody, without which it could go. */
  async isLoggedIn(account: string): Promise<boolean> {
    const host = `recorder.${demoConfig.domain}`;
    const question = `prosody.hosts['${host}'].sessions['${account}'] and 'in' or 'out'`;
    const answer = await this.cluster.mustOnHost("web", `prosodyctl shell <<<"> ${question}"`);
    return /\bin$/m.test(answer.trim());
  }

  busy(host: string): Promise<string> {
    return this.cluster.mustOnHost(
      host,
      "curl -fsS http://127.0.0.1:2222/jibri/api/v1.0/health | jq -r .status.busyStatus",
    );
  }

  /** Files of recordings on a host: what has to arrive at the target. Read again where one moved or went meanwhile. */
  async filesOn(host: string): Promise<Map<string, string>> {
    const said = await this.cluster.mustOnHost(
      host,
      `[[ -d /srv/recordings ]] || exit 0
       for _ in {1..20}; do
         if found=$(find /srv/recordings -type f -name '*.mp4' -exec sha256sum {} +); then echo "$found"; exit; fi
         sleep 0.1
       done; exit 1`,
    );
    const lines = said.split("\n").filter((line) => line !== "");
    return new Map(
      lines.map((line): [string, string] => {
        const [sha256 = "", path = ""] = line.split(/ +/);
        return [path.split("/").at(-1) ?? "", sha256];
      }),
    );
  }

  /** What is at the target of these files. */
  async stored(place: StoragePlace, files: RecordedFiles): Promise<RecordedFiles> {
    const stored = (await storedFiles(this.cluster.sandbox))[place];
    const named = stored.map(({ path, sha256 }) => [path.split("/").at(-1) ?? "", sha256] as const);
    return new Map(named.filter(([name]) => files.has(name)));
  }

  uploadNow(host: string): Promise<Outcome> {
    return this.cluster.onHost(host, "jitsi-hetzner upload-recordings --now");
  }

  /** Uploads until no file is left on the host. Resolves to what of these files is at the target then. */
  async uploaded(place: StoragePlace, host: string, files: RecordedFiles): Promise<RecordedFiles> {
    if (files.size === 0) throw new Error(`${host} has no recording to upload`);
    const isDone = async (): Promise<boolean> => {
      await this.uploadNow(host);
      return (await this.filesOn(host)).size === 0;
    };
    // A recorder that was killed hands its files over when jibri runs again.
    await waitUntil(`the files of ${host} are at ${place}`, isDone, 120_000, 1_000);
    return this.stored(place, files);
  }

  /** Whether the web app shows the buttons of recordings. */
  async hasButtons(): Promise<boolean> {
    const url = `https://${demoConfig.domain}/config.js`;
    const page = must("config.js", await this.cluster.command("curl", "-fsS", url));
    return /^config\.recordingService = .*enabled: true/m.test(page.stdout);
  }
}
