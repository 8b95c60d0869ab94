import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheDir } from "../../../toolchain/src/cacheDir";
import { cgroupMounts } from "./cgroups";

/** Free disk space for the base, the hosts' disks and the packages that they download, in bytes. */
const neededSpace = 3 * 1024 ** 3;

/** Type of an overlay file system (statfs(2)). */
const overlayMagic = 0x794c7630;

/** Programs that hosts need, and the Debian package of each. */
const programs = {
  "systemd-nspawn": "systemd-container",
  mmdebstrap: "mmdebstrap",
  nft: "nftables",
  ip: "iproute2",
  unshare: "util-linux",
  setpriv: "util-linux",
  nsenter: "util-linux",
} as const;

/** Bits of the capabilities that hosts need (linux/capability.h). */
const capabilities = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21 } as const;

/**
 * The reasons why this machine cannot run hosts, one line each, with what to do. Empty when it can.
 * Changes nothing and takes a few milliseconds, so every command can call it.
 */
export function hostProblems(): string[] {
  if (process.platform !== "linux") {
    return [`hosts need Linux, this is ${process.platform}: use a Linux machine or a virtual one`];
  }
  return [
    ...rightProblems(),
    ...programProblems(),
    ...kernelProblems(),
    ...diskProblems(__dirname),
    ...spaceProblems(cacheDir()),
  ];
}

function rightProblems(): string[] {
  if (process.getuid?.() !== 0) return ["hosts need root: run this with sudo, or as root"];
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  const bits = BigInt(`0x${effective ?? "0"}`);
  const missing = Object.entries(capabilities)
    .filter(([, bit]) => (bits & (1n << BigInt(bit))) === 0n)
    .map(([name]) => name);
  if (missing.length === 0) return [];
  return [
    `root lacks ${missing.join(" and ")} here (an unprivileged container): ` +
      `use a real or virtual machine, or a privileged container`,
  ];
}

function programProblems(): string[] {
  // The path of a user may lack the folders of administrators' programs.
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  const present = (name: string): boolean =>
    folders.some((folder) => isProgram(join(folder, name)));
  return Object.entries(programs)
    .filter(([name]) => !present(name))
    .map(([name, source]) => `${name} is missing: apt-get install ${source}`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Missing or not executable: in both cases the program is not usable.
    return false;
  }
}

function kernelProblems(): string[] {
  const problems: string[] = [];
  // A file system that is a kernel module is listed only after its first use, so check the module
  // too.
  const known = readFileSync("/proc/filesystems", "utf8").includes("\toverlay\n");
  const release = readFileSync("/proc/sys/kernel/osrelease", "utf8").trim();
  if (!known && !existsSync(`/lib/modules/${release}/kernel/fs/overlayfs`)) {
    problems.push("the kernel has no overlay file system: use a kernel with CONFIG_OVERLAY_FS");
  }
  const unified = /^\S+ \S+ cgroup2 /m.test(readFileSync("/proc/mounts", "utf8"));
  if (!unified) {
    problems.push("no cgroup version 2 is mounted: mount -t cgroup2 none /sys/fs/cgroup/unified");
  } else if (process.getuid?.() === 0 && !isWritable(cgroupMounts()[0] ?? "")) {
    problems.push("control groups cannot be created here: use a privileged container or a machine");
  }
  if (!existsSync("/proc/sys/net/ipv6")) {
    problems.push("the kernel has IPv6 switched off: boot without ipv6.disable=1");
  }
  return problems;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    // Read-only or missing: in both cases it is not writable.
    return false;
  }
}

/** An overlay cannot be on another overlay, and a container's own disk usually is one. */
function diskProblems(checkout: string): string[] {
  if (statfsSync(checkout).type !== overlayMagic) return [];
  return [
    `the checkout is on an overlay file system (a container's disk): ` +
      `clone it to a volume or to a folder of the machine`,
  ];
}

function spaceProblems(folder: string): string[] {
  if (!existsSync(folder)) {
    const parent = join(folder, "..");
    return parent === folder ? [] : spaceProblems(parent);
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= neededSpace) return [];
  const inGigabytes = (bytes: number): string => (bytes / 1024 ** 3).toFixed(1);
  return [
    `the disk of ${folder} has ${inGigabytes(free)} GB free, but ${inGigabytes(neededSpace)} GB are needed: ` +
      `free some space, or set JITSI_HETZNER_CACHE to a folder on another disk`,
  ];
}
