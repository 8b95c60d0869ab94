import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Suite } from "../hosts/releases";
import { normaliseTree } from "../standIns/build";
import { run } from "../standIns/run";

/**
 * Stand-ins for Debian packages, which hosts find in a local apt source. They have higher versions
 * than Debian's, so apt selects them. The kernels are not real, because hosts share the machine's
 * kernel. The programs for picture and sound would do nothing here.
 */
export const sourcesDir = __dirname;

/** Each flavour of the kernel. Debian's cloud image has the first one, which has no sound. */
export const kernelFlavours = ["cloud-amd64", "amd64"] as const;

export type KernelFlavour = (typeof kernelFlavours)[number];

/** Versions above all of Debian's, in the form of the release. */
const kernels: Readonly<Record<Suite, { readonly version: string; readonly abi: string }>> = {
  bookworm: { version: "6.1.999-1", abi: "6.1.0-999" },
  trixie: { version: "6.12.999-1", abi: "6.12.999+deb13" },
};

/** The kernel's release as `uname -r` shows it. */
export const kernelRelease = (suite: Suite, flavour: KernelFlavour): string =>
  `${kernels[suite].abi}-${flavour}`;

/** Packages without a kernel's version, by their folder. */
const plainPackages = ["kmod", "grub-cloud-amd64", "ffmpeg", "icewm", "xserver-xorg-video-dummy"];

/** Packages that the base has from the beginning, as Debian's cloud image. In the order of their installation. */
export const installedPackages = (suite: Suite): readonly string[] => [
  "kmod",
  "grub-cloud-amd64",
  `linux-image-${kernelRelease(suite, "cloud-amd64")}`,
  "linux-image-cloud-amd64",
];

/** Modules that the standard kernel has and the cloud kernel does not. */
const soundModule = "kernel/sound/drivers/snd-aloop.ko.xz";

/**
 * Builds all packages for a release into `outDir`, with the index of an apt source.
 *
 * @throws Error if dpkg-deb or apt-ftparchive fails, with its message
 */
export async function buildDebianStandIns(suite: Suite, outDir: string): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const work = await mkdtemp(`${outDir}.work-`);
  try {
    for (const name of plainPackages) await pack(name, join(work, name), {}, outDir);
    for (const flavour of kernelFlavours) await packKernel(suite, flavour, work, outDir);
    await writeFile(
      join(outDir, "Packages"),
      await run("apt-ftparchive", ["packages", "."], { cwd: outDir }),
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function packKernel(
  suite: Suite,
  flavour: KernelFlavour,
  work: string,
  outDir: string,
): Promise<void> {
  const release = kernelRelease(suite, flavour);
  const values = { RELEASE: release, FLAVOUR: flavour, VERSION: kernels[suite].version };
  const tree = join(work, `linux-image-${flavour}`);
  for (const [path, text] of Object.entries(kernelFiles(release, flavour))) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  await pack("linux-image", tree, values, outDir);
  await pack("linux-image-meta", join(work, `meta-${flavour}`), values, outDir);
}

function kernelFiles(release: string, flavour: KernelFlavour): Readonly<Record<string, string>> {
  const modules = `usr/lib/modules/${release}`;
  const sound = flavour === "amd64" ? { [`${modules}/${soundModule}`]: "stand-in\n" } : {};
  return {
    [`boot/vmlinuz-${release}`]: "stand-in\n",
    [`boot/config-${release}`]:
      flavour === "amd64" ? "CONFIG_SND_ALOOP=m\n" : "# CONFIG_SOUND is not set\n",
    [`boot/System.map-${release}`]: "stand-in\n",
    [`${modules}/modules.builtin`]: "kernel/fs/ext4/ext4.ko\n",
    [`${modules}/modules.dep`]: flavour === "amd64" ? `${soundModule}:\n` : "",
    ...sound,
  };
}

/** @param values by the names of the placeholders, such as `@RELEASE@` */
async function pack(
  source: string,
  tree: string,
  values: Readonly<Record<string, string>>,
  outDir: string,
): Promise<void> {
  const from = join(sourcesDir, source);
  await mkdir(tree, { recursive: true });
  await cp(join(from, "DEBIAN"), join(tree, "DEBIAN"), { recursive: true });
  if ((await readdir(from)).includes("rootfs")) {
    await cp(join(from, "rootfs"), tree, { recursive: true });
  }
  await normaliseTree(tree, (text) =>
    Object.entries(values).reduce(
      (filled, [name, value]) => filled.replaceAll(`@${name}@`, value),
      text,
    ),
  );
  await run("dpkg-deb", ["--root-owner-group", "--build", tree, outDir]);
}

/** Path and text of every source, for the key of what is built from them. */
export async function debianStandInSources(): Promise<readonly string[]> {
  const entries = await readdir(sourcesDir, { withFileTypes: true, recursive: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(
    paths.map(async (path) => `${relative(sourcesDir, path)}\0${await readFile(path, "utf8")}`),
  );
}
