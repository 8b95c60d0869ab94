import { chmodSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { scriptFixtures } from "../../../templates/fixtures";
import type { Outcome } from "../bash";
import { FakeHost, recorded } from "../fakeHost";

const values = scriptFixtures["jibri/files"];
const settings = "/etc/jitsi-hetzner/recorder.json";

describe("jibri/files", () => {
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
    host.has("/proc/sys/kernel/random/boot_id", "boot-2\n");
  });
  afterEach(() => {
    host.end();
  });

  const files = (code: string, given = values): Outcome =>
    host.run("jibri/files", given, code, [
      "/etc/jitsi-hetzner",
      "/etc/jitsi/jibri",
      "/etc/chromium",
      "/etc/systemd/system",
      "/run/jitsi-hetzner",
      "/usr/local/",
      "/opt/jitsi",
      "/usr/bin/",
      "/proc/sys/kernel/random/boot_id",
      "/var/lib/jitsi-hetzner",
      "/var/log/jitsi",
      "/srv/recordings",
    ]);
  const target = (text: string): string =>
    (JSON.parse(text) as { target: { bucket: string } }).target.bucket;

  describe("the sound card after a reboot", () => {
    const sound = (code: string): Outcome => {
      const world = recorded({ modprobe: "", "systemd-detect-virt": "" });
      return files(`uname() { echo 6.1.0-28-amd64; }\n${world}\n${code}\nexpect_sound`);
    };

    it("is taken as it is if it loads, and the note of the reboot is gone", () => {
      host.has("/var/lib/jitsi-hetzner/kernel-reboot", "boot-1 6.1.0-28-amd64\n");
      expect(sound("").status).toBe(0);
      expect(existsSync(join(host.root, "/var/lib/jitsi-hetzner/kernel-reboot"))).toBe(false);
    });

    it("is refused with the kernel and the reason if it does not load", () => {
      host.has("/var/lib/jitsi-hetzner/kernel-reboot", "boot-1 6.1.0-28-amd64\n");
      const { status, stderr } = sound(
        "modprobe() { echo 'Key was rejected by service' >&2; false; }",
      );
      expect(status).toBe(1);
      expect(stderr).toContain(
        "the kernel 6.1.0-28-amd64 of host does not load snd_aloop, the sound card of jibri-0 (6.1.0-28-amd64 was to be booted): Key was rejected by service",
      );
    });

    it("is not looked for on a host that has not rebooted", () => {
      host.has("/var/lib/jitsi-hetzner/kernel-reboot", "boot-2 6.1.0-28-amd64\n");
      const { status, stderr } = sound("");
      expect(status).toBe(1);
      expect(stderr).toContain("host has not rebooted into the kernel 6.1.0-28-amd64");
    });
  });

  describe("the target of the recordings", () => {
    const tried = (succeeds: boolean, given = values): Outcome =>
      files(`jitsi-hetzner() { ${String(succeeds)}; }\ntry_target`, given);
    const other = { ...values, TARGET: values.TARGET.replace('"b"', '"other"') };

    it("is tried before the settings are written, which only root can read", () => {
      const code =
        'jitsi-hetzner() { [[ $1 == check-recordings && ! -e $recorder_json ]] && cat "$2" >&3; }';
      const { status, stdout } = files(`${code}\ntry_target`);
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toEqual({
        version: 1,
        name: "jibri-0",
        nickname: "jibri-1014",
        jitsiVersion: "2.0.10888-1",
        recordings: "s3",
        retentionDays: 0,
        target: JSON.parse(values.TARGET) as unknown,
      });
      expect(host.text(settings)).toBe(stdout.trim());
      expect(statSync(join(host.root, settings)).mode & 0o777).toBe(0o600);
    });

    it("ends the step on a new host if it fails", () => {
      expect(tried(false).status).toBe(1);
      expect(existsSync(join(host.root, settings))).toBe(false);
    });

    it("ends the step if another one fails, and recordings go on to the one of before", () => {
      tried(true);
      expect(tried(false, other).status).toBe(1);
      expect(target(host.text(settings))).toBe("b");
    });

    it("is no reason to fail if it was right before", () => {
      tried(true);
      const { status, stderr } = tried(false, { ...values, JITSI_VERSION: "2.0.11000-1" });
      expect(status).toBe(0);
      expect(stderr).toContain("WARNING: the target of the recordings does not take them now");
      expect(host.text(settings)).toContain("2.0.11000-1");
    });

    it("replaces the one of before", () => {
      tried(true);
      expect(tried(true, other).status).toBe(0);
      expect(target(host.text(settings))).toBe("other");
    });
  });

  it("gives the passwords of jibri to jibri alone, and a hash of all that it reads at its start", () => {
    const write = (given = values): string => {
      expect(files("write_settings", given).status).toBe(0);
      return host.text("/var/lib/jitsi-hetzner/recorder-settings");
    };
    host.has("/etc/jitsi/jibri/jibri.conf", "jibri {\n}\n");
    host.has("/var/log/jitsi/jibri/chromedriver.log", "");
    chmodSync(join(host.root, "/var/log/jitsi/jibri"), 0o775);
    const first = write();
    expect(statSync(join(host.root, "/var/log/jitsi/jibri")).mode & 0o777).toBe(0o770);
    expect(statSync(join(host.root, "/etc/jitsi/jibri/jibri.conf")).mode & 0o777).toBe(0o640);
    expect(write()).toBe(first);
    expect(write({ ...values, CONTROL_PASSWORD: "other" })).not.toBe(first);
    expect(write({ ...values, XMPP_CERTIFICATE: "other" })).not.toBe(first);
    // Where recordings go is none of jibri's settings.
    expect(write({ ...values, TARGET: "{}", RETENTION_DAYS: "7" })).toBe(first);
  });

  it("starts no jibri: the web host puts the recorder into service", () => {
    const { status, stdout } = files(`${recorded({ systemctl: "" })}\nwrite_units`);
    expect(status).toBe(0);
    expect(stdout).not.toMatch(/systemctl (start|restart|enable.*--now.*jibri\.)/);
    expect(stdout).toContain("enable --quiet jibri.service jibri-xorg.service jibri-icewm.service");
  });

  it.each(["jibri-xorg", "jibri-icewm"])("brings %s back for as long as it takes", (unit) => {
    expect(files(`${recorded({ systemctl: "" })}\nwrite_units`).status).toBe(0);
    const conf = host.text(`/etc/systemd/system/${unit}.service.d/jitsi-hetzner.conf`);
    expect(conf).toContain("[Unit]\n");
    expect(conf.split("\n")).toEqual(
      expect.arrayContaining(["StartLimitIntervalSec=0", "Restart=always", "RestartSec=1"]),
    );
  });

  it("listens where the web host connects", () => {
    const given = { ...values, CONTROL_HOST: "127.0.0.1" };
    const { status } = files(`${recorded({ systemctl: "" })}\nwrite_programs`, given);
    expect(status).toBe(0);
    expect(host.text("/etc/systemd/system/jitsi-hetzner-recorder.socket")).toContain(
      "\nListenStream=127.0.0.1:8083\n",
    );
  });

  it("installs packages only on a host that lacks them", () => {
    const code = `${recorded({ timeout: "", ln: "", id: "" })}\ncommand() { :; }\ninstall_recorder`;
    expect(files(code).stdout).toContain("timeout 580");
    for (const path of [
      "/opt/jitsi/jibri/launch.sh",
      "/usr/bin/chromium",
      "/usr/bin/chromedriver",
    ]) {
      host.has(path, "");
    }
    const chmod = `chmod 0755 ${host.root}/opt/jitsi/jibri/launch.sh ${host.root}/usr/bin/*`;
    expect(files(`${chmod}\n${code}`).stdout).not.toContain("timeout");
  });
});
