import { hostFile } from "../../../../../../../remote/hostFile";
import { bash } from "../../../../bash";
import { FakeHost } from "../../../../fakeHost";

describe("the setting of GRUB on a recorder", () => {
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
  });
  afterEach(() => {
    host.end();
  });

  /** GRUB_DEFAULT after the file, read as grub-mkconfig reads it: by sh, which ends at an error. */
  function defaultWith(kernels: readonly string[], before = "GRUB_DEFAULT=0"): string {
    host.has("/boot/other", "");
    const text = hostFile("GRUB_CONF").replaceAll("/boot", `${host.root}/boot`);
    for (const kernel of kernels) host.has(`/boot/vmlinuz-${kernel}`, "");
    const lib = 'grub_get_device_id() { echo "uuid-of-$1"; }\nGRUB_DEVICE=/dev/sda1';
    const { stdout, stderr } = bash(
      `sh -ec '${[lib, before, text, 'echo "$GRUB_DEFAULT"'].join("\n").replaceAll("'", `'\\''`)}'`,
    );
    expect(stderr).toBe("");
    return stdout.trim();
  }
  const entry = (version: string): string =>
    `gnulinux-advanced-uuid-of-/dev/sda1>gnulinux-${version}-advanced-uuid-of-/dev/sda1`;

  it.each([
    ["Debian 12", ["6.1.0-28-cloud-amd64", "6.1.0-28-amd64"], "6.1.0-28-amd64"],
    ["Debian 13", ["6.12.57+deb13-cloud-amd64", "6.12.57+deb13-amd64"], "6.12.57+deb13-amd64"],
    ["a newer cloud kernel", ["6.1.0-40-cloud-amd64", "6.1.0-28-amd64"], "6.1.0-28-amd64"],
    ["several standard kernels", ["6.1.0-9-amd64", "6.1.0-28-amd64"], "6.1.0-28-amd64"],
    ["a real-time kernel", ["6.1.0-29-rt-amd64", "6.1.0-28-amd64"], "6.1.0-28-amd64"],
  ])("boots the newest standard kernel of %s", (_, kernels, version) => {
    expect(defaultWith(kernels)).toBe(entry(version));
  });

  it("changes nothing without a standard kernel", () => {
    expect(defaultWith(["6.1.0-28-cloud-amd64"], "GRUB_DEFAULT=saved")).toBe("saved");
  });

  it("names the entry without the submenu where the host has none", () => {
    const name = entry("6.1.0-28-amd64").split(">")[1];
    expect(defaultWith(["6.1.0-28-amd64"], "GRUB_DISABLE_SUBMENU=y")).toBe(name);
  });
});
