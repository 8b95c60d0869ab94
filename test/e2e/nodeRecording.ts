import { ports } from "../../lib/constants";
import { forwardAddress } from "../../lib/nodeNames";
import { storedFiles } from "../../packages/sandbox/src/commands/storage";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import type { MachineView } from "../../packages/sandbox/src/machines/machine";
import type { RecordingView } from "../../packages/sandbox/src/participants";
import { answers } from "./existingNodes";
import { must, type TestCluster } from "./harness";

/** Files of recordings with their SHA-256, by their names. */
export type Checksums = ReadonlyMap<string, string>;

/** What jicofo knows of a recording. */
export async function recordingOf(cluster: TestCluster, session: string): Promise<RecordingView> {
  const found = (await cluster.people.recordings()).find((one) => one.session === session);
  if (found === undefined) throw new Error(`jicofo knows no recording ${session}`);
  return found;
}

/** Waits until the web host reaches a machine's recorder through its forward, and jicofo has it. */
export async function untilRecorderIsThere(
  cluster: TestCluster,
  { name, ipv4 }: Pick<MachineView, "name" | "ipv4">,
): Promise<void> {
  const stats = "curl -fsS http://127.0.0.1:8888/stats | jq -e '.jibri_detector.available > 0'";
  const isThere = async (): Promise<boolean> =>
    (await answers(cluster, "web", forwardAddress(name, ipv4), ports.jibriControl)) &&
    (await cluster.onHost("web", stats)).code === 0;
  await waitUntil(`jicofo and the web host reach ${name}`, isThere, 240_000, 500);
}

/** Records a room with participants, and waits until a file is written. */
export async function startRecording(cluster: TestCluster, room: string): Promise<RecordingView> {
  await cluster.people.join(room, 2);
  const { session } = await cluster.people.record(room);
  const isOn = async (): Promise<boolean> => (await recordingOf(cluster, session)).status === "on";
  await waitUntil(`${room} is recorded`, isOn, 30_000, 300);
  return recordingOf(cluster, session);
}

/**
 * Ends a recording while its target does not take it, so that the whole file can be read on the recorder. Then the target
 * takes it again.
 */
export async function endRecording(
  cluster: TestCluster,
  room: string,
  host: string,
): Promise<Checksums> {
  must("fault", await cluster.command("fault", "storage", "s3", "down"));
  await cluster.people.stopRecording(room);
  let files: Checksums = new Map();
  const isFinished = async (): Promise<boolean> => {
    files = await filesOf(cluster, host, "finished");
    return files.size > 0 && (await filesOf(cluster, host, "current")).size === 0;
  };
  await waitUntil(`the recording of ${room} is finished`, isFinished, 60_000, 500);
  must("clear", await cluster.command("fault", "storage", "clear", "s3"));
  return files;
}

async function filesOf(cluster: TestCluster, host: string, folder: string): Promise<Checksums> {
  const path = `/srv/recordings/${folder}`;
  const find = `find ${path} -type f -name '*.mp4' -exec sha256sum {} + 2>/dev/null || true`;
  const lines = (await cluster.mustOnHost(host, find)).split("\n").filter((line) => line !== "");
  return new Map(
    lines.map((line): [string, string] => {
      const [sha256 = "", path = ""] = line.split(/ +/);
      return [path.split("/").at(-1) ?? "", sha256];
    }),
  );
}

/** Uploads at once, as an operator can, until no recording is left on the recorder. */
export async function uploadAll(cluster: TestCluster, host: string): Promise<void> {
  const isDone = async (): Promise<boolean> => {
    await cluster.onHost(host, "jitsi-hetzner upload-recordings --now");
    return (await filesOf(cluster, host, "finished")).size === 0;
  };
  await waitUntil(`the files of ${host} are at their target`, isDone, 60_000, 500);
}

/** What of these files the object storage has. */
export async function storedOf(cluster: TestCluster, files: Checksums): Promise<Checksums> {
  const { s3 } = await storedFiles(cluster.sandbox);
  const stored = s3.map(({ path, sha256 }) => [path.split("/").at(-1) ?? "", sha256] as const);
  return new Map(stored.filter(([name]) => files.has(name)));
}
