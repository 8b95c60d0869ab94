import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { SandboxIdentity } from "../identity";

import { hostGroups, initPid } from "./cgroups";
import type { HostFaultOperation, HostSpec } from "../../../hcloud-simulator/src/driver";
import { run } from "./exec";
import { ensurePublicInterface } from "./hostNetwork";
import type { PrivateInterfaceFault } from "./privateInterface";
import { endHost } from "./hostRemoval";
import { hostFolder, privateLink, privateNamespace, publicLink, routerNamespace } from "./names";
import { ipBatch, linksIn } from "./netns";

/** The host that an operation is about. */
export interface FaultTarget {
  readonly identity: SandboxIdentity;
  readonly spec: HostSpec;
  /** Private networks that the host is attached to now. */
  readonly networkIds: readonly number[];
}

/** The operations of this file. Faults of private interfaces are settings of the host's network (hostNetwork.ts). */
export type LocalFaultOperation = Exclude<HostFaultOperation, PrivateInterfaceFault | "address">;

/** Starts or ends a fault of a host. Each operation is safe to repeat. */
export async function runHostFaultOperation(
  host: FaultTarget,
  operation: LocalFaultOperation,
): Promise<void> {
  const { identity, spec } = host;
  switch (operation) {
    case "kill":
      // The driver learns of the fault in the same way as of a crash: the host's process ends.
      return endHost(identity, spec.id);
    case "freeze":
    case "thaw":
      setFrozen(identity, spec.id, operation === "freeze");
      return;
    case "cut":
      return setLinks(host, "down");
    case "mend":
      await setLinks(host, "up");
      // The kernel removes routes of a link that goes down.
      return ensurePublicInterface(identity, spec);
    case "fill":
      return fillDisk(identity, spec.id);
    case "free":
      return freeDisk(identity, spec.id);
    case "expire":
      // Like on a server that was created without an SSH key.
      return inside(identity, spec.id, "chage -d 0 root");
    case "renew":
      return inside(identity, spec.id, "chage -d -1 root");
    case "refuse-sound":
    case "allow-sound":
      setKernelFault(host, "refuse-sound", operation === "refuse-sound");
      return;
    case "hang-reboot":
    case "end-hang":
      setKernelFault(host, "hang", operation === "hang-reboot");
      return;
  }
}

/** A file in the host's folder `kernel`, which superviseHost.sh and the stand-in for kmod look at. */
function setKernelFault({ identity, spec }: FaultTarget, name: string, active: boolean): void {
  const file = join(hostFolder(identity, spec.id), "kernel", name);
  if (active) writeFileSync(file, "");
  else rmSync(file, { force: true });
}

function setFrozen(identity: SandboxIdentity, id: number, frozen: boolean): void {
  const file = join(hostGroups(identity, id)[0] ?? "", "cgroup.freeze");
  if (!existsSync(file))
    throw new Error(`host ${id} does not run, so it cannot be frozen or thawed`);
  writeFileSync(file, frozen ? "1" : "0");
}

/** Changes the outer ends of all links of the host. Inside, a link that is down looks unplugged. */
async function setLinks(host: FaultTarget, state: "up" | "down"): Promise<void> {
  const { identity, spec } = host;
  const ends = [
    [routerNamespace(identity), publicLink(spec.id)],
    ...host.networkIds.map((id) => [privateNamespace(identity, id), privateLink(spec.id)]),
  ] as const;
  for (const [namespace = "", link = ""] of ends)
    if ((await linksIn(namespace)).has(link))
      await ipBatch(namespace, [`link set ${link} ${state}`]);
}

/**
 * Hosts share the machine's disk, so filling it is not possible for one host. Instead, each folder
 * that services write to gets an overlay without free space: files can be read, but writing new
 * data fails ("no space left on device"). Files that are already open are not affected.
 */
const writtenFolders = ["/etc", "/root", "/srv", "/tmp", "/var"];
const fullDisk = "/run/sandbox-full-disk";

async function fillDisk(identity: SandboxIdentity, id: number): Promise<void> {
  await inside(
    identity,
    id,
    `mountpoint -q ${fullDisk} && exit 0
    mkdir -p ${fullDisk}
    # Space for the empty folders of the overlays, but not for a page of data.
    mount -t tmpfs -o size=4k,mode=0755 tmpfs ${fullDisk}
    for folder in ${writtenFolders.join(" ")}; do
      layer=${fullDisk}$folder
      mkdir -p "$layer/upper" "$layer/work"
      chmod --reference="$folder" "$layer/upper"
      mount -t overlay overlay -o "lowerdir=$folder,upperdir=$layer/upper,workdir=$layer/work" "$folder"
    done
    head -c 4096 /dev/zero >${fullDisk}/full 2>/dev/null || true`,
  );
}

async function freeDisk(identity: SandboxIdentity, id: number): Promise<void> {
  await inside(
    identity,
    id,
    `mountpoint -q ${fullDisk} || exit 0
    # The system call with MNT_DETACH, because umount(8) does not see mounts made from outside.
    python3 -c 'import ctypes, os, sys
    libc = ctypes.CDLL(None, use_errno=True)
    for path in sys.argv[1:]:
        if libc.umount2(path.encode(), 2) != 0:
            sys.exit(path + ": " + os.strerror(ctypes.get_errno()))
    ' ${writtenFolders.join(" ")} ${fullDisk}`.replaceAll("\n    ", "\n"),
  );
}

/** Runs a script in the host's mount namespace, with the host's root file system. */
async function inside(identity: SandboxIdentity, id: number, script: string): Promise<void> {
  const pid = initPid(identity, id);
  if (pid === undefined) throw new Error(`host ${id} does not run, so it cannot be changed`);
  const enter = ["--target", pid.toString(), "--mount", "--root", "--wdns=/"];
  await run("nsenter", [...enter, "bash", "-euc", script]);
}
