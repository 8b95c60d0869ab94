import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sourcesDir } from "../../../src/debianStandIns/build";

const program = join(__dirname, "../../../src/hosts/bootKernel.py");
const cloud = "6.12.999+deb13-cloud-amd64";
const standard = "6.12.999+deb13-amd64";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "jh-boot-"));
  for (const folder of ["boot/grub", "etc/default/grub.d", "bin"])
    mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "etc/default/grub"), "GRUB_DEFAULT=0\n");
  // The programs of the stand-in for GRUB, with the paths of this folder.
  for (const name of ["usr/sbin/grub-mkconfig", "usr/bin/grub-editenv"]) {
    const text = readFileSync(join(sourcesDir, "grub-cloud-amd64/rootfs", name), "utf8");
    const file = join(root, "bin", name.split("/").at(-1) ?? "");
    writeFileSync(
      file,
      text.replaceAll(/ \/(boot|etc)\b/g, ` ${root}/$1`).replaceAll("=/boot", `=${root}/boot`),
      { mode: 0o755 },
    );
  }
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

const kernels = (...releases: string[]): void => {
  for (const release of releases) writeFileSync(join(root, `boot/vmlinuz-${release}`), "");
};
const updateGrub = (): void => {
  const output = join(root, "boot/grub/grub.cfg");
  execFileSync(join(root, "bin/grub-mkconfig"), ["-o", output], { stdio: "ignore" });
};
const setEnvironment = (...pairs: string[]): void => {
  const file = join(root, "boot/grub/grubenv");
  execFileSync(join(root, "bin/grub-editenv"), [file, "set", ...pairs]);
};
const boots = (): string => {
  const { status, stdout, stderr } = spawnSync("python3", [program, root], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : stderr.trim();
};

describe("the kernel that a host boots", () => {
  it("is the highest version: the cloud kernel, although the standard one is there too", () => {
    kernels(cloud, standard);
    updateGrub();
    expect(boots()).toBe(cloud);
  });

  it("is the standard one without the cloud kernel", () => {
    kernels(standard);
    updateGrub();
    expect(boots()).toBe(standard);
  });

  it.each([
    [
      "the titles of GRUB_DEFAULT",
      `Advanced options for Debian GNU/Linux>Debian GNU/Linux, with Linux ${standard}`,
    ],
    ["the numbers of GRUB_DEFAULT", "1>2"],
  ])("is that of %s", (_, wanted) => {
    kernels(cloud, standard);
    writeFileSync(join(root, "etc/default/grub.d/90-own.cfg"), `GRUB_DEFAULT='${wanted}'\n`);
    updateGrub();
    expect(boots()).toBe(standard);
  });

  it("is what a setting in shell selects, with the functions of the real grub-mkconfig", () => {
    kernels(cloud, standard);
    const setting = `id=$(grub_get_device_id "$GRUB_DEVICE"); GRUB_DEFAULT="gnulinux-advanced-$id>gnulinux-${standard}-advanced-$id$unset"`;
    writeFileSync(join(root, "etc/default/grub.d/90-own.cfg"), setting);
    updateGrub();
    expect(boots()).toBe(standard);
  });

  it("is that of an unknown entry only as the first one", () => {
    kernels(cloud, standard);
    writeFileSync(join(root, "etc/default/grub"), "GRUB_DEFAULT='Debian, with Linux 5'\n");
    updateGrub();
    expect(boots()).toBe(cloud);
  });

  it("is the saved entry only where GRUB_DEFAULT is saved", () => {
    kernels(cloud, standard);
    updateGrub();
    setEnvironment("saved_entry=1>2");
    expect(boots()).toBe(cloud);
    writeFileSync(join(root, "etc/default/grub"), "GRUB_DEFAULT=saved\n");
    updateGrub();
    expect(boots()).toBe(standard);
  });

  it("is that of grub-reboot for one boot", () => {
    kernels(cloud, standard);
    updateGrub();
    setEnvironment("next_entry=1>2");
    expect([boots(), boots()]).toEqual([standard, cloud]);
    expect(readFileSync(join(root, "boot/grub/grubenv"))).toHaveLength(1024);
  });

  it("is missing if its file was removed without an update of the menu", () => {
    kernels(cloud);
    updateGrub();
    rmSync(join(root, `boot/vmlinuz-${cloud}`));
    expect(boots()).toBe(`error: file \`/boot/vmlinuz-${cloud}' not found.`);
  });

  it("is the machine's on a host without GRUB", () => {
    expect(boots()).toBe("");
  });
});
