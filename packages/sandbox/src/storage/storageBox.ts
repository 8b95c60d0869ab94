import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join, relative } from "node:path";
import { run, waitUntil } from "../hosts/exec";
import { writeHostFile } from "../hosts/hostFiles";
import { storageBoxPorts, storageBoxUser } from "./settings";
import type { StoredFile } from "./storedFile";

const script = join(__dirname, "storageBox.sh");
const shell = join(__dirname, "boxShell.sh");

/** Faults of the storage box. */
export const storageBoxFaults = {
  down: "refuse connections, and break those that exist",
  full: "refuse to store anything: no space left",
  credentials: "refuse the password and the key",
  "read-only": "refuse to create files",
  "host-key": "have another host key",
} as const;

export type StorageBoxFault = keyof typeof storageBoxFaults;

export interface StorageBoxOptions {
  /** Folder for its file systems. Files of the user survive a restart. */
  readonly dir: string;
  /** Root file system of a host. */
  readonly base: string;
  readonly addresses: readonly string[];
  readonly password: string;
}

/** A storage box that runs. */
export interface StorageBox {
  /** Its host keys by type, in the form of known_hosts without the name: `ssh-ed25519 AAAA...`. */
  readonly hostKeys: HostKeys;
  /** A private key that can log in, in OpenSSH's format. */
  readonly privateKey: string;
  setFaults(faults: ReadonlySet<string>): Promise<void>;
  list(): Promise<readonly StoredFile[]>;
  /** @throws Error when there is no such file */
  get(path: string): Promise<Buffer>;
  close(): Promise<void>;
}

/** Types of host keys. Clients prefer different ones. */
const keyTypes = ["ed25519", "ecdsa", "rsa"] as const;

export type HostKeys = Readonly<Record<(typeof keyTypes)[number], string>>;

const startTimeoutMs = 60_000;

/**
 * Starts a storage box: Debian's sshd in a file system of its own, where port 22 has SFTP only and
 * port 23 also a few commands. It ends together with this process.
 *
 * @throws Error when it does not start
 */
export async function startStorageBox(options: StorageBoxOptions): Promise<StorageBox> {
  const box = new RunningBox(options);
  try {
    await box.start();
  } catch (error) {
    await box.close();
    throw error;
  }
  return box;
}

class RunningBox implements StorageBox {
  hostKeys: HostKeys = { ed25519: "", ecdsa: "", rsa: "" };
  privateKey = "";
  private holder: ChildProcess | undefined;
  private sshd: ChildProcess | undefined;
  private faults: ReadonlySet<string> = new Set();

  constructor(private readonly options: StorageBoxOptions) {}

  private get root(): string {
    return join(this.options.dir, "root");
  }

  private get data(): string {
    return join(this.options.dir, "data");
  }

  async start(): Promise<void> {
    const { dir, base } = this.options;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    await this.makeKeys();
    const holder = spawn(
      "unshare",
      [
        ...["--mount", "--propagation", "private", "setpriv", "--pdeathsig", "KILL"],
        ...["bash", script, dir, base, storageBoxUser],
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    this.holder = holder;
    let said = "";
    for (const stream of [holder.stdout, holder.stderr])
      stream.on("data", (text: Buffer) => (said += text.toString()));
    const ready = (): boolean => {
      if (holder.exitCode !== null) throw new Error(`the storage box ended at once: ${said}`);
      return said.includes("ready");
    };
    await waitUntil("the storage box has its file systems", ready, startTimeoutMs, 20);
    await this.configure();
    await this.serve();
  }

  /** Host keys of all types, a second one for a fault, and a key of the user. */
  private async makeKeys(): Promise<void> {
    const wanted = [...keyTypes, ...(["other", "user"] as const)];
    await Promise.all(
      wanted.map(async (name) => {
        const file = join(this.options.dir, `${name}_key`);
        if (existsSync(file)) return;
        const type = keyTypes.find((known) => known === name) ?? "ed25519";
        await run("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", name, "-f", file]);
      }),
    );
    const [ed25519 = "", ecdsa = "", rsa = ""] = keyTypes.map((type) =>
      this.publicKey(type).split(" ").slice(0, 2).join(" "),
    );
    this.hostKeys = { ed25519, ecdsa, rsa };
    this.privateKey = readFileSync(join(this.options.dir, "user_key"), "utf8");
  }

  private publicKey(name: string): string {
    return readFileSync(join(this.options.dir, `${name}_key.pub`), "utf8").trim();
  }

  /** Writes the settings of sshd inside the box, by the active faults. */
  private async configure(): Promise<void> {
    const { dir, password } = this.options;
    const refused = this.faults.has("credentials");
    // With the fault, all keys are the same other one.
    const keys = keyTypes.map((type) => (this.faults.has("host-key") ? "other" : type));
    const secret = refused ? randomBytes(16).toString("hex") : password;
    const hash = (
      await run("openssl", ["passwd", "-6", "-stdin"], { input: `${secret}\n` })
    ).trim();
    const files: readonly (readonly [path: string, text: string, mode: number])[] = [
      ["/etc/ssh/box.conf", sshdConfig(this.options.addresses), 0o644],
      ...keys.map((name, place): readonly [string, string, number] => [
        `/etc/ssh/box_${keyTypes[place] ?? ""}`,
        readFileSync(join(dir, `${name}_key`), "utf8"),
        0o600,
      ]),
      ["/etc/ssh/box_authorized", refused ? "" : `${this.publicKey("user")}\n`, 0o644],
      ["/usr/local/bin/box-shell", readFileSync(shell, "utf8"), 0o755],
      [
        "/etc/shadow",
        `root:*:20000:0:99999:7:::\n${storageBoxUser}:${hash}:20000:0:99999:7:::\n`,
        0o600,
      ],
    ];
    const staging = join(dir, "settings");
    rmSync(staging, { recursive: true, force: true });
    for (const [path, text, mode] of files) writeHostFile(staging, path, text, mode);
    // The box's own file system is visible in its namespace only.
    await this.inside("cp", "-a", "--no-preserve=ownership", `${staging}/.`, this.root);
    const owner = this.faults.has("read-only") ? "root" : "2000";
    const folders = ["find", `${this.root}/srv/box/home`, "-type", "d"];
    await this.inside(...folders, "-exec", "chown", owner, "{}", "+");
  }

  private inside(...command: readonly string[]): Promise<string> {
    return run("nsenter", [...this.namespace(), ...command]);
  }

  private namespace(): string[] {
    return ["--target", (this.holder?.pid ?? 0).toString(), "--mount", "--"];
  }

  private async serve(): Promise<void> {
    const log = openSync(join(this.options.dir, "sshd.log"), "a", 0o600);
    const args = ["--pdeathsig", "KILL", "chroot", this.root, "/usr/sbin/sshd", "-D", "-e"];
    const sshd = spawn(
      "nsenter",
      [...this.namespace(), "setpriv", ...args, "-f", "/etc/ssh/box.conf"],
      {
        stdio: ["ignore", log, log],
      },
    );
    this.sshd = sshd;
    const [address = ""] = this.options.addresses;
    const listens = async (): Promise<boolean> => {
      if (sshd.exitCode !== null) {
        const tail = readFileSync(join(this.options.dir, "sshd.log"), "utf8").slice(-1000);
        throw new Error(`the sshd of the storage box ended at once:\n${tail}`);
      }
      return accepts(address, storageBoxPorts.shell);
    };
    await waitUntil("the storage box answers", listens, startTimeoutMs, 20);
  }

  /** Ends sshd with all its sessions. */
  private async stopServing(): Promise<void> {
    const { sshd } = this;
    this.sshd = undefined;
    if (sshd?.pid === undefined || sshd.exitCode !== null) return;
    const ended = new Promise((resolve) => sshd.once("exit", resolve));
    const pids = [sshd.pid, ...descendants(sshd.pid)];
    for (const pid of pids) endProcess(pid);
    await ended;
  }

  async setFaults(faults: ReadonlySet<string>): Promise<void> {
    const was = this.faults;
    this.faults = faults;
    if (faults.has("full") !== was.has("full")) await this.setFull(faults.has("full"));
    await this.configure();
    const restarts = ["down", "host-key"].some((name) => faults.has(name) !== was.has(name));
    if (!restarts) return;
    await this.stopServing();
    if (!faults.has("down")) await this.serve();
  }

  /** Like the full disk of a host: an overlay on the user's files, without space for data. */
  private async setFull(full: boolean): Promise<void> {
    const home = `${this.root}/srv/box/home`;
    const layer = `${this.root}/run/full`;
    const script = full
      ? `mkdir -p ${layer}; mount -t tmpfs -o size=4k,mode=0755 tmpfs ${layer}; mkdir ${layer}/{upper,work}
         chown 2000:2000 ${layer}/upper
         mount -t overlay overlay -o lowerdir=${home},upperdir=${layer}/upper,workdir=${layer}/work ${home}
         head -c 4096 /dev/zero >${layer}/full 2>/dev/null || true`
      : `umount -l ${home} ${layer}`;
    await this.inside("bash", "-euc", script);
  }

  list(): Promise<readonly StoredFile[]> {
    const entries = readdirSync(this.data, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
    return Promise.resolve(
      files.sort().map((file) => {
        const content = readFileSync(file);
        const sha256 = createHash("sha256").update(content).digest("hex");
        return { path: relative(this.data, file), size: content.length, sha256 };
      }),
    );
  }

  get(path: string): Promise<Buffer> {
    const file = join(this.data, path);
    if (!existsSync(file)) return Promise.reject(new Error(`the storage box has no file ${path}`));
    return Promise.resolve(readFileSync(file));
  }

  async close(): Promise<void> {
    await this.stopServing();
    const { holder } = this;
    this.holder = undefined;
    if (holder?.pid === undefined || holder.exitCode !== null) return;
    const ended = new Promise((resolve) => holder.once("exit", resolve));
    for (const pid of [holder.pid, ...descendants(holder.pid)]) endProcess(pid);
    await ended;
  }
}

/** Settings of the box's sshd. */
export function sshdConfig(addresses: readonly string[]): string {
  const { sftp, shell } = storageBoxPorts;
  return `Port ${sftp.toString()}
Port ${shell.toString()}
${addresses.map((address) => `ListenAddress ${address}`).join("\n")}
${keyTypes.map((type) => `HostKey /etc/ssh/box_${type}`).join("\n")}
AuthorizedKeysFile /etc/ssh/box_authorized
PidFile none
UsePAM no
PermitRootLogin no
KbdInteractiveAuthentication no
AllowUsers ${storageBoxUser}
AllowTcpForwarding no
Subsystem sftp internal-sftp
Match LocalPort ${sftp.toString()}
  ChrootDirectory /srv/box
  ForceCommand internal-sftp -d /home
Match LocalPort ${shell.toString()}
  ForceCommand /usr/local/bin/box-shell
`;
}

/** All processes below a process. */
function descendants(pid: number): number[] {
  const file = `/proc/${pid.toString()}/task/${pid.toString()}/children`;
  if (!existsSync(file)) return [];
  const children = readFileSync(file, "utf8").trim().split(" ").filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
