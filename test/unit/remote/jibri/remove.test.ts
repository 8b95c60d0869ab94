import { existsSync } from "node:fs";
import { join } from "node:path";
import { scriptFixtures } from "../../../templates/fixtures";
import type { Outcome } from "../bash";
import { FakeHost, recorded } from "../fakeHost";

const folders = [
  "/etc/jitsi/jibri",
  "/etc/jitsi-hetzner",
  "/etc/systemd/system",
  "/etc/default/grub.d",
  "/etc/chromium",
  "/etc/modules-load.d",
  "/etc/modprobe.d",
  "/usr/local/",
  "/run/jitsi-hetzner",
  "/srv/recordings",
  "/var/lib/jitsi-hetzner",
  "/var/lib/dpkg/updates",
];

describe("the packages and files of a recorder", () => {
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
    host.has("/etc/default/grub.d/60-jitsi-hetzner.cfg", "");
    host.has("/etc/systemd/system/jibri.service", "");
    host.has("/etc/systemd/system/jibri-icewm.service.d/jitsi-hetzner.conf", "");
    host.has("/etc/systemd/system/jitsi-hetzner-keep.timer", "");
    host.has("/etc/jitsi-hetzner/recorder.json", "{}");
    host.has("/var/lib/dpkg/updates/none", "");
    host.has("/srv/recordings/finished/kept/room.mp4", "a recording");
  });
  afterEach(() => {
    host.end();
  });

  const world = [
    recorded({
      systemctl: "",
      timeout: "",
      "update-grub": "",
      userdel: "",
      dpkg: "",
      chown: "",
      "jitsi-hetzner": "cat >&3",
    }),
    "curl() { false; }\npgrep() { false; }\nid() { :; }",
  ].join("\n");
  const packages = (...names: string[]): string =>
    `dpkg-query() { printf 'installed %s\\n' ${names.join(" ")}; echo 'config-files gone'; }`;
  const remove = (more: string): Outcome =>
    host.run("jibri/remove", scriptFixtures["jibri/remove"], `${world}\n${more}\nmain`, folders);

  it("go, but not those packages that the host had before the recorder", () => {
    const install = `${packages("jq", "nginx")}\ntimeout() { ${packages("jq", "nginx", "jibri", "ffmpeg")}; }\ninstall_packages_of_recorder`;
    const installed = host.run("jibri/files", scriptFixtures["jibri/files"], install, folders);
    expect([installed.status, installed.stderr]).toEqual([0, ""]);
    const outcome = remove(packages("jq", "nginx", "jibri", "ffmpeg", "later"));
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toMatch(
      /^timeout 400 apt-get .*purge -y --allow-change-held-packages ffmpeg jibri$/m,
    );
    expect(outcome.stdout).toContain("systemctl disable --quiet --now jibri.service");
    expect(outcome.stdout).toContain("userdel --remove jibri");
    // Else the next recorder of this name is one that a broken run has left out of service.
    expect(outcome.stdout).toContain(
      'jitsi-hetzner forget\n{"version": 1, "nickname": "local-recorder"}\n',
    );
    for (const path of [
      "/etc/jitsi-hetzner/recorder.json",
      "/etc/default/grub.d/60-jitsi-hetzner.cfg",
      "/etc/systemd/system/jitsi-hetzner-keep.timer",
      "/etc/systemd/system/jibri-icewm.service.d",
    ]) {
      expect(existsSync(join(host.root, path))).toBe(false);
    }
  });

  it("go again after a removal that was cut", () => {
    expect([remove(packages("jq")).status, remove(packages("jq")).status]).toEqual([0, 0]);
  });

  it("leave the recordings", () => {
    const { stderr, stdout } = remove(packages("jq"));
    // Another user can get the number of the user jibri.
    expect(stdout).toMatch(/^chown -R root:root .*\/srv\/recordings$/m);
    expect(stderr).toContain("recordings stay in");
    expect(host.text("/srv/recordings/finished/kept/room.mp4")).toBe("a recording");
  });

  it("stay while the recorder records", () => {
    const { status, stdout } = remove(`${packages("jq")}\npgrep() { :; }`);
    expect([status, stdout]).toEqual([1, "systemctl is-system-running\n"]);
  });
});
