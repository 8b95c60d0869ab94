import { setTimeout as sleep } from "node:timers/promises";
import { listServers } from "../../packages/sandbox/src/client";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { storageStatus, storedFiles } from "../../packages/sandbox/src/commands/storage";
import { kernelRelease } from "../../packages/sandbox/src/debianStandIns/build";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import type { RecordingView } from "../../packages/sandbox/src/participants";
import type { StoragePlace } from "../../packages/sandbox/src/storage/service";
import { must, runProgram, TestCluster, type Outcome } from "./harness";
import { documentedSecrets, ownSecret, searchHost, secretsOf, tableRow } from "./secretSearch";

/** Recorders come, record, upload and leave: one cluster for all cases, in this order. */
describe("a cluster with recorders", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.start("recorders");
    const { s3 } = await storageStatus(cluster.sandbox);
    await cluster.configure({ ...demoConfig, jvbCount: "2", drainTimeout: "60s" });
    await cluster.configure({
      ...{ recordings: "s3", recordingsS3Endpoint: s3.endpoint, recordingsS3Bucket: s3.bucket },
      ...{ recordingsS3AccessKey: s3.accessKey, jibriCount: "0" },
    });
    await cluster.mustPulumi("config", "set", "--secret", "recordingsS3SecretKey", s3.secretKey);
    await cluster.mustUp();
    await cluster.people.join("board", 4);
  }, 300_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  const fault = async (...args: readonly string[]): Promise<void> => {
    must(`fault ${args.join(" ")}`, await cluster.command("fault", ...args));
  };

  /** Runs `pulumi up` with these settings. */
  const upWith = async (settings: Readonly<Record<string, string>>): Promise<Outcome> => {
    await cluster.configure(settings);
    const outcome = must(`pulumi up with ${JSON.stringify(settings)}`, await cluster.up());
    console.log(`${JSON.stringify(settings)}: ${outcome.seconds.toFixed(1)} s`);
    return outcome;
  };

  /** jicofo's numbers of recorders. */
  const recorders = async (): Promise<{ count: number; available: number }> => {
    const stats = await cluster.mustOnHost("web", "curl -fsS http://127.0.0.1:8888/stats");
    return (JSON.parse(stats) as { jibri_detector: { count: number; available: number } })
      .jibri_detector;
  };

  const nickname = async (name: string): Promise<string> =>
    `jibri-${(await cluster.server(name)).id.toString()}`;

  /** The host of a recorder, by its nickname. */
  const hostOf = async (nick: string): Promise<string> => {
    const server = (await listServers(cluster.sandbox)).find(
      ({ id }) => `jibri-${id.toString()}` === nick,
    );
    if (server === undefined) throw new Error(`no server has the nickname ${nick}`);
    return server.name;
  };

  const recording = async (session: string): Promise<RecordingView> => {
    const found = (await cluster.people.recordings()).find((one) => one.session === session);
    if (found === undefined) throw new Error(`jicofo knows no recording ${session}`);
    return found;
  };

  /** Starts a recording and waits until a file is written. */
  const record = async (room: string): Promise<RecordingView> => {
    const { session } = await cluster.people.record(room);
    const isOn = async (): Promise<boolean> => (await recording(session)).status === "on";
    await waitUntil(`${room} is recorded`, isOn, 30_000, 300);
    return recording(session);
  };

  /** Files of recordings on a host, with their checksums: what has to arrive at the target. */
  const localFiles = async (host: string): Promise<Map<string, string>> => {
    const said = await cluster.mustOnHost(
      host,
      "find /srv/recordings -type f -name '*.mp4' -exec sha256sum {} +",
    );
    return new Map(
      said
        .split("\n")
        .filter((line) => line !== "")
        .map((line): [string, string] => {
          const [sha256 = "", path = ""] = line.split(/ +/);
          return [path.split("/").at(-1) ?? "", sha256];
        }),
    );
  };

  /** Ends a recording and waits until its recorder is idle again, so that the file is complete. */
  const endRecording = async (room: string, host: string): Promise<void> => {
    await cluster.people.stopRecording(room);
    await waitUntil(`${host} is idle`, async () => (await busy(host)) === "IDLE", 30_000, 300);
  };

  const busy = async (host: string): Promise<string> =>
    cluster.mustOnHost(
      host,
      "curl -fsS http://127.0.0.1:2222/jibri/api/v1.0/health | jq -r .status.busyStatus",
    );

  const uploadNow = (host: string): Promise<Outcome> =>
    cluster.onHost(host, "jitsi-hetzner upload-recordings --now");

  /** Waits until no file is left on the host. Resolves to what of these files is at the target then. */
  const uploaded = async (
    place: StoragePlace,
    host: string,
    files: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, string>> => {
    if (files.size === 0) throw new Error(`${host} has no recording to upload`);
    const isDone = async (): Promise<boolean> => {
      await uploadNow(host);
      return (await localFiles(host)).size === 0;
    };
    // A recorder that was killed hands its files over when jibri runs again.
    await waitUntil(`the files of ${host} are at ${place}`, isDone, 120_000, 1_000);
    const stored = (await storedFiles(cluster.sandbox))[place];
    const named = stored.map(({ path, sha256 }) => [path.split("/").at(-1) ?? "", sha256] as const);
    return new Map(named.filter(([name]) => files.has(name)));
  };

  /** What a change of recorders leaves alone: processes by id and start, and logins over SSH. */
  const untouched = async (): Promise<readonly string[]> => {
    const services = (names: string): string =>
      `systemctl show -p Id,MainPID,ExecMainStartTimestampMonotonic ${names}`;
    const logins =
      "journalctl -u ssh.service -u 'ssh@*' -t sshd -t sshd-session -g 'Accepted publickey' -q | wc -l";
    const bridges = ["jvb-0", "jvb-1"].map((name) =>
      cluster.mustOnHost(name, `${services("jitsi-videobridge2")}; ${logins}`),
    );
    return Promise.all([
      cluster.mustOnHost("web", services("nginx prosody jicofo coturn")),
      ...bridges,
    ]);
  };

  const buttons = async (): Promise<boolean> => {
    const page = await cluster.command("curl", "-fsS", `https://${demoConfig.domain}/config.js`);
    return /^config\.recordingService = .*enabled: true/m.test(must("config.js", page).stdout);
  };

  it("has no recorder and no buttons at first", async () => {
    expect(await buttons()).toBe(false);
    await expect(cluster.people.record("board")).rejects.toThrow("no Jibris available");
  });

  it("gets two recorders, and nothing else is touched", async () => {
    const before = await untouched();
    await upWith({ jibriCount: "2" });
    expect(await untouched()).toEqual(before);
    expect(await recorders()).toEqual({ count: 2, available: 2 });
    expect(await buttons()).toBe(true);
    for (const name of ["jibri-0", "jibri-1"]) {
      // The image has a kernel without sound.
      expect(await cluster.mustOnHost(name, "uname -r; lsmod | grep -c snd_aloop")).toBe(
        `${kernelRelease("trixie", "amd64")}\n1`,
      );
    }
  }, 400_000);

  it("is reached by SSH only, from outside", async () => {
    for (const name of ["jibri-0", "jibri-1"]) {
      const { public_net: net } = await cluster.server(name);
      const ipv6 = net.ipv6?.ip.replace("::/64", "::1") ?? "";
      for (const address of [net.ipv4?.ip ?? "", ipv6]) {
        const scan = await runProgram("python3", ["test/e2e/programs/scan.py", address]);
        expect([address, JSON.parse(must("scan", scan).stdout)]).toEqual([address, [22]]);
      }
    }
  }, 120_000);

  it("has its secrets on recorders only where docs/security.md says", async () => {
    const { s3 } = await storageStatus(cluster.sandbox);
    const secrets = [
      ...(await secretsOf(cluster)),
      ownSecret("key of the recordings' target", s3.secretKey),
    ];
    const hosts = ["jibri-0", "jibri-1"];
    const found = await Promise.all(hosts.map((host) => searchHost(cluster, host, secrets)));
    // The bootstrap host key is where it is on bridges.
    const own = found.flat().filter(({ kind }) => kind !== "bootstrap host key");
    expect([...new Set(own.map(tableRow))].sort()).toEqual(documentedSecrets(["recorder"]));
  }, 120_000);

  it.each(["down", "credentials", "full"])(
    "keeps a recording while the target is %s, and uploads it whole",
    async (kind) => {
      await fault("storage", "s3", kind);
      const { recorder } = await record("board");
      const host = await hostOf(recorder ?? "");
      await sleep(2_000);
      await endRecording("board", host);
      await uploadNow(host);
      const files = await localFiles(host);
      await sleep(1_000);
      expect(await localFiles(host)).toEqual(files);
      await fault("storage", "clear", "s3");
      expect(await uploaded("s3", host, files)).toEqual(files);
    },
    120_000,
  );

  it("loses no file of a recorder that is killed while it records", async () => {
    const { session, recorder } = await record("board");
    const host = await hostOf(recorder ?? "");
    await sleep(2_000);
    await cluster.mustOnHost(host, "systemctl kill -s KILL --kill-whom=all jibri.service");
    const files = await localFiles(host);
    // jicofo notices the loss when prosody gives the connection up, and asks the other recorder.
    const moved = async (): Promise<boolean> => {
      const { tried, status } = await recording(session);
      return tried.length > 1 && status === "on";
    };
    await waitUntil("another recorder continues", moved, 60_000, 500);
    const other = await hostOf((await recording(session)).recorder ?? "");
    await endRecording("board", other);
    await waitUntil("both are idle", async () => (await recorders()).available === 2, 60_000, 500);
    await cluster.onHost(host, "systemctl start jitsi-hetzner-keep.service");
    expect(await uploaded("s3", host, files)).toEqual(files);
  }, 240_000);

  it("uploads to a storage box too, which runs no command for checksums", async () => {
    const { sftp } = await storageStatus(cluster.sandbox);
    await cluster.mustPulumi("config", "set", "--secret", "recordingsSftpPassword", sftp.password);
    for (const key of ["Endpoint", "Bucket", "AccessKey", "SecretKey"])
      await cluster.mustPulumi("config", "rm", `recordingsS3${key}`);
    await upWith({
      ...{ recordings: "sftp", recordingsSftpHost: sftp.host, recordingsSftpUser: sftp.user },
      ...{ recordingsSftpPath: "recordings", recordingsSftpHostKey: sftp.hostKeys.ecdsa },
    });
    await fault("storage", "sftp", "full");
    const { recorder } = await record("board");
    const host = await hostOf(recorder ?? "");
    await sleep(2_000);
    await endRecording("board", host);
    await uploadNow(host);
    const files = await localFiles(host);
    await fault("storage", "clear", "sftp");
    expect(await uploaded("sftp", host, files)).toEqual(files);
  }, 240_000);

  it("removes a recorder after its recording, and a bridge without waiting for it", async () => {
    await cluster.people.join("other", 2);
    const [first, second] = [await record("board"), await record("other")];
    const leaving = await nickname("jibri-1");
    const room = first.recorder === leaving ? first.room : second.room;
    const stays = room === "board" ? second.room : first.room;
    await endRecording(stays, await hostOf(await nickname("jibri-0")));
    await cluster.configure({ jibriCount: "1", jvbCount: "1" });
    const running = cluster.up();
    const names = async (): Promise<string> =>
      (await listServers(cluster.sandbox)).map(({ name }) => name).join(" ");
    await waitUntil(
      "the bridge is gone",
      async () => !(await names()).includes("jvb-1"),
      150_000,
      500,
    );
    expect(await names()).toContain("jibri-1");
    expect((await recording((room === "board" ? first : second).session)).status).toBe("on");
    // The file grows until the end. It is at the target before the server goes.
    await cluster.people.stopRecording(room);
    const outcome = must("pulumi up", await running);
    console.log(`jibriCount 1 with a recording: ${outcome.seconds.toFixed(1)} s`);
    expect(await names()).not.toContain("jibri-1");
    const stored = (await storedFiles(cluster.sandbox)).sftp;
    const files = stored.filter(({ path }) => path.includes(`${room}_`) && path.endsWith(".mp4"));
    expect(files.at(-1)?.size).toBeGreaterThan(1_000_000);
    expect(await recorders()).toEqual({ count: 1, available: 1 });
  }, 400_000);

  it("removes the last recorder and the buttons", async () => {
    await upWith({ jibriCount: "0" });
    expect(await recorders()).toEqual({ count: 0, available: 0 });
    expect(await buttons()).toBe(false);
    await expect(cluster.people.record("board")).rejects.toThrow("no Jibris available");
  }, 240_000);
});
