import { join } from "node:path";
import { callAdmin, type RunningSandbox } from "../../packages/sandbox/src/client";
import { storageStatus, storedFiles } from "../../packages/sandbox/src/commands/storage";
import { down } from "../../packages/sandbox/src/commands/down";
import { kernelRelease } from "../../packages/sandbox/src/debianStandIns/build";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import { projectDir } from "../../packages/sandbox/src/projectDir";
import type { StorageStatus } from "../../packages/sandbox/src/storage/service";
import { makeServer, must, runProgram, runScript, startSandbox, type Outcome } from "./harness";

const dir = join(projectDir, ".test", "recorder-host");
const quiet = (): void => undefined;
const cloud = kernelRelease("trixie", "cloud-amd64");
const standard = kernelRelease("trixie", "amd64");

/** What recorders find in the sandbox beside Jitsi: kernels, and storages for their files. */
describe("a host of the sandbox", () => {
  let sandbox: RunningSandbox;

  beforeAll(async () => {
    await down(dir, quiet);
    sandbox = await startSandbox(dir);
    await makeServer(sandbox, "recorder", { image: "debian-13" });
    await mustOnHost("cloud-init status --wait >/dev/null; apt-get -qq update");
  }, 300_000);

  afterAll(async () => {
    await down(dir, quiet);
  }, 60_000);

  const command = (...args: readonly string[]): Promise<Outcome> =>
    runProgram(process.execPath, [
      ...["--import", "tsx", "packages/sandbox/src/cli.ts", "--dir", dir],
      ...args,
    ]);
  const onHost = (script: string): Promise<Outcome> => runScript(sandbox, "recorder", script);
  const mustOnHost = async (script: string): Promise<string> =>
    must(script, await onHost(script)).stdout.trim();
  const bootId = (): Promise<string> => mustOnHost("cat /proc/sys/kernel/random/boot_id");

  /** The session can end before the host goes. A timer is 1 min late at most unless it is told else (systemd.timer(5)). */
  const startReboot = (): Promise<string> =>
    mustOnHost(
      "systemd-run --quiet --on-active=0.2 --timer-property=AccuracySec=10ms systemctl reboot",
    );

  const reboot = async (): Promise<void> => {
    const before = await bootId();
    await startReboot();
    await waitUntil(
      "the host has rebooted",
      async () => {
        // A host that has just begun to boot has no systemd to ask yet.
        const { stdout } = await onHost(
          "cat /proc/sys/kernel/random/boot_id; systemctl is-system-running --wait",
        );
        return !stdout.includes(before) && /^(running|degraded)$/m.test(stdout);
      },
      60_000,
      300,
    );
  };

  it("has a cloud kernel without sound, until the standard kernel is booted", async () => {
    expect(await mustOnHost("uname -r")).toBe(cloud);
    expect((await onHost("modprobe snd_aloop")).stderr.trim()).toBe(
      `modprobe: FATAL: Module snd_aloop not found in directory /lib/modules/${cloud}`,
    );
    await mustOnHost("DEBIAN_FRONTEND=noninteractive apt-get -qq install -y linux-image-amd64");
    expect((await onHost("modprobe snd_aloop")).code).toBe(1);
    await reboot();
    // As with the real GRUB, the cloud kernel sorts above the standard one.
    expect(await mustOnHost("uname -r")).toBe(cloud);
    await mustOnHost(
      "DEBIAN_FRONTEND=noninteractive apt-get -qq purge -y 'linux-image-*cloud-amd64'; echo snd_aloop >>/etc/modules",
    );
    await reboot();
    expect(
      await mustOnHost("uname -r; lsmod | awk 'NR > 1 {print $1}'; ls /dev/snd | head -1"),
    ).toBe(`${standard}\nsnd_aloop\ncontrolC0`);
  }, 180_000);

  it("refuses the module and hangs at a reboot on demand", async () => {
    await mustOnHost("rmmod snd_aloop");
    must("fault", await command("fault", "host", "recorder", "refuse-sound"));
    expect((await onHost("modprobe snd_aloop")).stderr.trim()).toBe(
      "modprobe: ERROR: could not insert 'snd_aloop': Key was rejected by service",
    );
    must("fault", await command("fault", "host", "recorder", "allow-sound"));
    await mustOnHost("modprobe snd_aloop");
    must("fault", await command("fault", "host", "recorder", "hang-reboot"));
    const before = await bootId();
    await startReboot();
    await waitUntil("the host hangs", async () => (await onHost("true")).code !== 0, 30_000, 300);
    must("fault", await command("fault", "host", "recorder", "end-hang"));
    await waitUntil("the host is back", async () => (await onHost("true")).code === 0, 60_000, 300);
    expect(await bootId()).not.toBe(before);
  }, 180_000);

  describe("with rclone", () => {
    let status: StorageStatus;
    const rclone = (...args: readonly string[]): Promise<Outcome> =>
      onHost(
        `rclone --config /root/rclone.conf --retries 1 --low-level-retries 1 --contimeout 5s ${args.join(" ")}`,
      );
    const service = (verb: string, body: object): Promise<unknown> =>
      callAdmin(sandbox, "POST", `/services/storage/${verb}`, body);
    const remotes = ["s3:recordings/a", "box:a", "shell:b"] as const;

    beforeAll(async () => {
      status = await storageStatus(sandbox);
      const { s3, sftp } = status;
      const { sftp: port, shell } = sftp.ports;
      const box = (name: string, port: number): string =>
        `[${name}]\ntype = sftp\nhost = ${sftp.host}\nport = ${port.toString()}\nuser = ${sftp.user}\nkey_file = /root/box.key\nknown_hosts_file = /root/box.known\n`;
      const config = `[s3]\ntype = s3\nprovider = Other\nendpoint = ${s3.endpoint}\naccess_key_id = ${s3.accessKey}\nsecret_access_key = ${s3.secretKey}\n${box("box", port)}${box("shell", shell)}`;
      const { ecdsa } = sftp.hostKeys;
      const known = `${sftp.host} ${ecdsa}\n[${sftp.host}]:${shell.toString()} ${ecdsa}\n`;
      const write = (text: string, path: string): string =>
        `echo ${Buffer.from(text).toString("base64")} | base64 -d >${path}; chmod 600 ${path}`;
      await mustOnHost(
        `DEBIAN_FRONTEND=noninteractive apt-get -qq install -y rclone >/dev/null
         ${write(config, "/root/rclone.conf")}\n${write(known, "/root/box.known")}\n${write(sftp.privateKey, "/root/box.key")}
         mkdir -p /root/files; head -c 6000000 /dev/urandom >/root/files/one.mp4`,
      );
    }, 180_000);

    it("stores files at each place, which have the same checksums there", async () => {
      for (const remote of remotes) must(remote, await rclone("copy", "/root/files", remote));
      const sha256 = (await mustOnHost("sha256sum /root/files/one.mp4")).split(" ")[0];
      const size = 6_000_000;
      expect(await storedFiles(sandbox)).toEqual({
        s3: [{ path: "a/one.mp4", size, sha256 }],
        sftp: ["a/one.mp4", "b/one.mp4"].map((path) => ({ path, size, sha256 })),
      });
      const checksum = async (remote: string): Promise<string> =>
        must(`md5sum ${remote}`, await rclone("md5sum", remote)).stdout;
      const md5 = (await mustOnHost("md5sum /root/files/one.mp4")).split(" ")[0] ?? "";
      expect(await checksum("s3:recordings/a")).toContain(md5);
      expect(await checksum("shell:b")).toContain(md5);
      // Port 22 of a storage box runs no command.
      expect((await rclone("md5sum", "box:a")).stdout).not.toContain(md5);
    }, 120_000);

    it.each([
      ["s3", "down", "s3:recordings/x", /EOF|connection/],
      ["s3", "unavailable", "s3:recordings/x", /SlowDown/],
      ["s3", "full", "s3:recordings/x", /QuotaExceeded/],
      ["s3", "credentials", "s3:recordings/x", /InvalidAccessKeyId/],
      ["s3", "no-bucket", "s3:recordings/x", /NoSuchBucket/],
      ["sftp", "down", "box:x", /connection refused/],
      ["sftp", "full", "box:x", /failure|Failure/],
      ["sftp", "credentials", "box:x", /unable to authenticate/],
      ["sftp", "read-only", "box:x", /permission denied/i],
      ["sftp", "host-key", "box:x", /knownhosts: key mismatch/],
    ])(
      "fails at %s with %s",
      async (place, kind, remote, message) => {
        await service("fault", { place, kind });
        try {
          const failed = await rclone("copy", "/root/files", remote);
          expect(failed.code).not.toBe(0);
          expect(failed.stderr).toMatch(message);
        } finally {
          await service("clear", { place });
        }
        must("after the fault", await rclone("copy", "/root/files", remote));
        must("again", await rclone("purge", remote));
      },
      60_000,
    );

    it("keeps the files of the storage box over a restart of the storages", async () => {
      await service("stop", {});
      await service("start", {});
      expect((await storedFiles(sandbox)).sftp).toHaveLength(2);
      must("the same key", await rclone("lsf", "box:a"));
    }, 60_000);
  });
});
