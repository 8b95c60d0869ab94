import { scriptFixtures } from "../../../templates/fixtures";
import { FakeHost, recorded } from "../fakeHost";
import type { Outcome } from "../bash";

const standard = "6.1.0-28-amd64";
const menu = (version: string): string =>
  [
    'if [ "${next_entry}" ] ; then',
    '   set default="${next_entry}"',
    "else",
    `   set default="gnulinux-advanced-u1>gnulinux-${version}-advanced-u1"`,
    "fi",
    "submenu 'Advanced options' $menuentry_id_option 'gnulinux-advanced-u1' {",
    `menuentry 'a' $menuentry_id_option 'gnulinux-6.1.0-28-cloud-amd64-advanced-u1' {`,
    `menuentry 'b' $menuentry_id_option 'gnulinux-${standard}-advanced-u1' {`,
  ].join("\n");

describe("jibri/kernel", () => {
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
    host.has("/proc/sys/kernel/random/boot_id", "boot-1\n");
    host.has("/boot/grub/grub.cfg", menu(standard));
    host.has(`/boot/vmlinuz-${standard}`, "");
  });
  afterEach(() => {
    host.end();
  });

  /** A cloud kernel without sound, on a host with nothing to do. Later lines replace earlier ones. */
  const world = recorded({
    modprobe: 'echo "FATAL: Module snd_aloop not found in directory /lib/modules/cloud" >&2; false',
    modinfo: "false",
    timeout: "",
    "update-grub": "",
    systemctl: "",
    "systemd-run": "",
    "systemd-detect-virt": "",
  });
  const quiet = [
    "uname() { echo 6.1.0-28-cloud-amd64; }",
    "dpkg() { echo amd64; }",
    "curl() { false; }",
    "pgrep() { false; }",
  ].join("\n");

  const kernel = (more = ""): Outcome =>
    host.run("jibri/kernel", scriptFixtures["jibri/kernel"], `${world}\n${quiet}\n${more}\nmain`, [
      "/etc/modprobe.d",
      "/etc/modules-load.d",
      "/etc/default/grub.d",
      "/boot/",
      "/etc/jitsi/jicofo",
      "/proc/sys/kernel/random/boot_id",
      "/var/lib/jitsi-hetzner",
    ]);
  const acts = ({ stdout }: Outcome): string[] =>
    stdout
      .split("\n")
      .filter((line) => /^(timeout|systemd-run|systemctl (stop|start))/.test(line))
      .map((line) => line.split(" ").slice(0, 5).join(" "));

  it("only loads the module where the kernel has it, now and at each boot", () => {
    const outcome = kernel("modprobe() { :; }");
    expect([outcome.status, acts(outcome)]).toEqual([0, []]);
    expect(host.text("/etc/modules-load.d/jitsi-hetzner-recorder.conf")).toMatch(/^snd_aloop$/m);
    const options = host.text("/etc/modprobe.d/jitsi-hetzner-recorder.conf");
    expect(options).toMatch(/^options snd_aloop enable=1,1 id=Loopback,Loopback_1$/m);
  });

  it("has the standard kernel boot again where it runs still, after a removal of the recorder", () => {
    // GRUB takes the first entry, which is the cloud kernel.
    host.has("/boot/grub/grub.cfg", 'set default="0"\n');
    host.has("/boot/vmlinuz-6.1.0-28-cloud-amd64", "");
    host.has("/boot/menu-with-standard-kernel", menu(standard));
    const runs = `modprobe() { :; }\nuname() { echo ${standard}; }`;
    const grub =
      'update-grub() { [[ -e $grub_conf ]] && cp "${grub_menu%/grub/*}/menu-with-standard-kernel" "$grub_menu"; }';
    const outcome = kernel(`${runs}\n${grub}`);
    expect([outcome.status, acts(outcome)]).toEqual([0, []]);
    expect(host.text("/boot/grub/grub.cfg")).toBe(menu(standard));
    expect(outcome.stderr).toContain(`the next boot takes the kernel ${standard}`);
  });

  it("installs the standard kernel where the running one lacks the module, closes SSH and reboots a moment later", () => {
    const outcome = kernel();
    expect(outcome.status).toBe(0);
    expect(acts(outcome)).toEqual([
      "timeout 580 /usr/local/sbin/jitsi-hetzner-install packages linux-image-amd64",
      "systemd-run --quiet --collect --unit=jitsi-hetzner-ssh --on-active=600",
      "systemd-run --quiet --collect --unit=jitsi-hetzner-reboot --on-active=3",
      "systemctl stop ssh.socket ssh.service",
    ]);
    expect(outcome.stderr).toContain(
      `reboots from the kernel 6.1.0-28-cloud-amd64 into ${standard}`,
    );
    expect(host.text("/var/lib/jitsi-hetzner/kernel-reboot")).toBe(`boot-1 ${standard}\n`);
  });

  it("writes the setting of GRUB before the package, whose scripts write the menu", () => {
    const code = 'timeout() { [[ -e $grub_conf ]] || fatal "too early"; }';
    expect(kernel(code).status).toBe(0);
  });

  it.each([
    [
      "a kernel that has the module and refuses it",
      "modinfo() { :; }\nmodprobe() { echo 'Key was rejected by service' >&2; false; }",
      "the kernel 6.1.0-28-cloud-amd64 of host has snd_aloop and does not load it: Key was rejected",
    ],
    ["a running recording", "pgrep() { :; }", "a recording is running on it"],
    [
      "a recording by jibri's own word",
      `curl() { [[ $* == *2222* ]] && echo '{"status":{"busyStatus":"BUSY"}}'; }`,
      "a recording is running on it",
    ],
    ["another architecture", "dpkg() { echo arm64; }", "recorders need amd64, and host has arm64"],
  ])("neither installs nor reboots with %s", (_, code, message) => {
    const outcome = kernel(code);
    expect([outcome.status, acts(outcome)]).toEqual([1, []]);
    expect(outcome.stderr).toContain(message);
  });

  it.each([
    ["the cloud kernel", menu("6.1.0-28-cloud-amd64")],
    ["a kernel that is not in the menu", menu("6.1.0-29-amd64")],
    ["the saved entry", 'set default="${saved_entry}"\n'],
  ])("does not reboot where GRUB would boot %s", (_, text) => {
    host.has("/boot/grub/grub.cfg", text);
    host.has("/boot/vmlinuz-6.1.0-28-cloud-amd64", "");
    const outcome = kernel();
    expect([outcome.status, acts(outcome).length]).toEqual([1, 1]);
    expect(outcome.stderr).toContain("GRUB on host would not boot a standard kernel");
  });

  it("leaves the reboot of a web host to the operator, with the kernel installed", () => {
    host.has("/etc/jitsi/jicofo/jicofo.conf", "");
    const outcome = kernel();
    expect([outcome.status, acts(outcome).length]).toEqual([1, 1]);
    expect(outcome.stderr).toContain(`${standard} is installed and boots next`);
    expect(outcome.stderr).toContain("at a quiet time, on host: reboot; then: pulumi up");
  });

  it("does not reboot into a recording that has begun during the installation", () => {
    const outcome = kernel("timeout() { pgrep() { :; }; }");
    expect(outcome.status).toBe(1);
    expect(outcome.stdout).not.toContain("systemd-run");
  });
});
