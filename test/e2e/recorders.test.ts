import { setTimeout as sleep } from "node:timers/promises";
import { listServers } from "../../packages/sandbox/src/client";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { storageStatus, storedFiles } from "../../packages/sandbox/src/commands/storage";
import { kernelRelease } from "../../packages/sandbox/src/debianStandIns/build";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import { unneededPackages } from "./goldenImage";
import { Recordings } from "./recordings";
import { goldenHosts, must, runProgram, TestCluster, type Outcome } from "./harness";
import { documentedSecrets, ownSecret, searchHost, secretsOf, tableRow } from "./secretSearch";

/** Recorders come, record, upload and leave: one cluster for all cases, in this order. */
describe("a cluster with recorders", () => {
  let cluster: TestCluster;
  let recordings: Recordings;

  beforeAll(async () => {
    cluster = await TestCluster.start("recorders", goldenHosts);
    recordings = new Recordings(cluster);
    const { s3 } = await storageStatus(cluster.sandbox);
    await cluster.configure({ ...demoConfig, jvbCount: "2", drainTimeout: "60s" });
    await cluster.configure({
      ...{ recordings: "s3", recordingsS3Endpoint: s3.endpoint, recordingsS3Bucket: s3.bucket },
      ...{ recordingsS3AccessKey: s3.accessKey, jibriCount: "0" },
    });
    await cluster.mustPulumi("config", "set", "--secret", "recordingsS3SecretKey", s3.secretKey);
    await cluster.mustUp();
    await cluster.people.join("board", 4);
  }, 600_000);

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

  it("has no recorder and no buttons at first", async () => {
    expect(await recordings.hasButtons()).toBe(false);
    await expect(cluster.people.record("board")).rejects.toThrow("no Jibris available");
  });

  it("gets two recorders, and nothing else is touched", async () => {
    const before = await untouched();
    await upWith({ jibriCount: "2" });
    expect(await untouched()).toEqual(before);
    expect(await recordings.counts()).toEqual({ count: 2, available: 2 });
    expect(await recordings.hasButtons()).toBe(true);
    for (const name of ["jibri-0", "jibri-1"]) {
      // The image has a kernel without sound.
      expect(await cluster.mustOnHost(name, "uname -r; lsmod | grep -c snd_aloop")).toBe(
        `${kernelRelease("trixie", "amd64")}\n1`,
      );
    }
  }, 400_000);

  it("has no package from its golden image that it would not have installed", async () => {
    expect(await unneededPackages(cluster, "jibri-0")).toEqual([]);
  });

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
    expect([...new Set(own.map((one) => tableRow(one)))].sort()).toEqual(
      documentedSecrets(["recorder"]),
    );
  }, 120_000);

  it.each(["down", "credentials", "full"])(
    "keeps a recording while the target is %s, and uploads it whole",
    async (kind) => {
      await fault("storage", "s3", kind);
      const { recorder } = await recordings.start("board");
      const host = await recordings.hostOf(recorder);
      await sleep(2_000);
      await recordings.end("board", host);
      await recordings.uploadNow(host);
      const files = await recordings.filesOn(host);
      await sleep(1_000);
      expect(await recordings.filesOn(host)).toEqual(files);
      await fault("storage", "clear", "s3");
      expect(await recordings.uploaded("s3", host, files)).toEqual(files);
    },
    120_000,
  );

  it("loses no file of a recorder that is killed while it records", async () => {
    const { session, recorder } = await recordings.start("board");
    const host = await recordings.hostOf(recorder);
    await sleep(2_000);
    await cluster.mustOnHost(host, "systemctl kill -s KILL --kill-whom=all jibri.service");
    const files = await recordings.filesOn(host);
    // jicofo notices the loss when prosody gives the connection up, and asks the other recorder.
    const moved = async (): Promise<boolean> => {
      const { tried, status } = await recordings.view(session);
      return tried.length > 1 && status === "on";
    };
    await waitUntil("another recorder continues", moved, 60_000, 500);
    const other = await recordings.hostOf((await recordings.view(session)).recorder);
    await recordings.end("board", other);
    await waitUntil(
      "both are idle",
      async () => (await recordings.counts()).available === 2,
      60_000,
      500,
    );
    await cluster.onHost(host, "systemctl start jitsi-hetzner-keep.service");
    expect(await recordings.uploaded("s3", host, files)).toEqual(files);
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
    const { recorder } = await recordings.start("board");
    const host = await recordings.hostOf(recorder);
    await sleep(2_000);
    await recordings.end("board", host);
    await recordings.uploadNow(host);
    const files = await recordings.filesOn(host);
    await fault("storage", "clear", "sftp");
    expect(await recordings.uploaded("sftp", host, files)).toEqual(files);
  }, 240_000);

  it("records on another recorder while a disk is full, and the recorder comes back by itself", async () => {
    await fault("host", "jibri-0", "fill");
    const areAvailable = (count: number) => async (): Promise<boolean> =>
      (await recordings.counts()).available === count;
    await waitUntil("it has left the brewery", areAvailable(1), 60_000, 500);
    const { code, text } = await cluster.tool("status");
    expect([code, text]).toEqual([1, expect.stringMatching(/jibri-0 .*its disk has 0\.0 GB left/)]);
    const { recorder } = await recordings.start("board");
    expect(await recordings.hostOf(recorder)).toContain("jibri-1");
    expect(await recordings.isLoggedIn("recorder")).toBe(true);
    await recordings.end("board", "jibri-1");
    expect(await recordings.isLoggedIn("recorder")).toBe(false);
    await fault("host", "jibri-0", "free");
    await waitUntil("both are available", areAvailable(2), 60_000, 500);
  }, 240_000);

  it("removes a recorder after its recording, and a bridge without waiting for it", async () => {
    await cluster.people.join("other", 2);
    const [first, second] = [await recordings.start("board"), await recordings.start("other")];
    const leaving = await recordings.nickname("jibri-1");
    const room = first.recorder === leaving ? first.room : second.room;
    const stays = room === "board" ? second.room : first.room;
    await recordings.end(stays, await recordings.hostOf(await recordings.nickname("jibri-0")));
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
    expect((await recordings.view((room === "board" ? first : second).session)).status).toBe("on");
    // The file grows until the end. It is at the target before the server goes.
    await cluster.people.stopRecording(room);
    const outcome = must("pulumi up", await running);
    console.log(`jibriCount 1 with a recording: ${outcome.seconds.toFixed(1)} s`);
    expect(await names()).not.toContain("jibri-1");
    const stored = (await storedFiles(cluster.sandbox)).sftp;
    const files = stored.filter(({ path }) => path.includes(`${room}_`) && path.endsWith(".mp4"));
    expect(files.at(-1)?.size).toBeGreaterThan(1_000_000);
    expect(await recordings.counts()).toEqual({ count: 1, available: 1 });
  }, 400_000);

  it("deletes local recordings when they are older than recordingRetentionDays, by itself", async () => {
    for (const key of ["Host", "User", "Path", "HostKey", "Password"])
      await cluster.mustPulumi("config", "rm", `recordingsSftp${key}`);
    await upWith({ recordings: "local", recordingRetentionDays: "2", jibriSecretVersion: "4" });
    // It starts again with its new accounts.
    const isBack = async (): Promise<boolean> => (await recordings.counts()).available === 1;
    await waitUntil("the recorder is available", isBack, 60_000, 500);
    const stays: string[] = [];
    for (const days of [3, 1]) {
      await recordings.start("board");
      await recordings.end("board", "jibri-0");
      const added = [...(await recordings.filesOn("jibri-0")).keys()].filter(
        (name) => !stays.includes(name),
      );
      if (days === 1) stays.push(...added);
      const newest = "/srv/recordings/finished/$(ls -t /srv/recordings/finished | head -n 1)";
      const age = `find ${newest} -exec touch -d '${days.toString()} days ago' {} +`;
      await cluster.mustOnHost("jibri-0", age);
      const kept = async (): Promise<boolean> =>
        (await recordings.filesOn("jibri-0")).size === stays.length;
      await waitUntil("only the newer one is left", kept, 60_000, 500);
    }
    await cluster.mustOnHost("jibri-0", "jitsi-hetzner upload-recordings");
    expect([...(await recordings.filesOn("jibri-0")).keys()]).toEqual(stays);
    expect(stays).toHaveLength(1);
  }, 240_000);

  it("has other accounts since then, of which the one for meetings has the name that it had in version 1", async () => {
    const accounts = await cluster.mustOnHost(
      "web",
      "cd /var/lib/prosody; ls {auth,recorder}%2emeet%2eexample%2etest/accounts | grep -E 'jibri|recorder'",
    );
    expect(accounts.match(/\S+(?=\.dat)/g)).toEqual(["jibri%2d4", "recorder"]);
  });

  it("keeps the last recorder while a recording is only there", async () => {
    await cluster.configure({ jibriCount: "0" });
    const { code, text } = await cluster.up();
    expect([code === 0, text]).toEqual([
      false,
      expect.stringMatching(/2 files of recordings on jibri-0 would be lost with its server/),
    ]);
    expect(text).toContain("jitsi-hetzner discard-recordings");
    await cluster.mustOnHost("jibri-0", "jitsi-hetzner discard-recordings --yes");
  }, 240_000);

  it("removes the last recorder and the buttons", async () => {
    await upWith({ jibriCount: "0" });
    expect(await recordings.counts()).toEqual({ count: 0, available: 0 });
    expect(await recordings.hasButtons()).toBe(false);
    await expect(cluster.people.record("board")).rejects.toThrow("no Jibris available");
  }, 240_000);
});
