import type { Readable } from "node:stream";
import { createServer, type Server as TcpServer, type Socket } from "node:net";
import { Server, utils, type AuthContext, type Connection, type ParsedKey } from "ssh2";
import type { HostSpec } from "../../../../hcloud-simulator/src/driver";
import type { HostDisk } from "./hostDisk";
import { keyOfUserData } from "./hostKeys";
import { serveSftp } from "./sftpSession";
import { installSeconds, runVerb } from "./verbRun";
import type { VerbTimes } from "./verbTimes";

/** What simulated hosts have in common. */
export interface SimulatedHostOptions {
  readonly times: VerbTimes;
  /** Port of SSH. */
  readonly port: number;
  /** Called with each login and each command, a line each. */
  readonly log: (line: string) => void;
}

/** One host: it answers SSH as one that was made from this spec, and runs nothing. */
export class SimulatedHost {
  private booting: NodeJS.Timeout | undefined;
  private listener: TcpServer | undefined;
  private readonly sockets = new Set<Socket>();

  constructor(
    private spec: HostSpec,
    private readonly disk: HostDisk,
    private readonly options: SimulatedHostOptions,
  ) {}

  get address(): string | undefined {
    return this.spec.publicIpv4;
  }

  setAddress(publicIpv4: string | undefined): void {
    this.spec = { ...this.spec, publicIpv4 };
  }

  /** Port 22 answers after the boot time. No-op for a host that runs. */
  powerOn(): void {
    if (this.booting !== undefined || this.listener !== undefined) return;
    this.booting = setTimeout(() => {
      this.booting = undefined;
      this.listen();
    }, this.options.times.bootSeconds * 1000);
  }

  /** From now on nothing answers, and no session goes on. */
  powerOff(): void {
    clearTimeout(this.booting);
    this.booting = undefined;
    this.listener?.close();
    this.listener = undefined;
    for (const socket of this.sockets) socket.destroy();
  }

  delete(): void {
    this.powerOff();
    this.disk.remove();
  }

  private listen(): void {
    if (this.spec.publicIpv4 === undefined) return;
    const { times, port, log } = this.options;
    if (this.disk.content.installedAt === undefined) {
      const installedAt = Date.now() + installSeconds(times, this.spec.name) * 1000;
      this.disk.change({ installedAt });
    }
    this.listener = createServer((socket) => {
      this.accept(socket);
    });
    this.listener.on("error", (error) => {
      log(`${this.spec.name}: port ${port} cannot be opened: ${error.message}`);
    });
    this.listener.listen(port, this.spec.publicIpv4);
  }

  /** A server for each connection: the host keys change during the life of the host. */
  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    const server = new Server({ hostKeys: this.hostKeys() }, (client) => {
      this.serve(client);
    });
    server.injectSocket(socket);
  }

  private hostKeys(): string[] {
    const { ownKey, bootstrapKeyRemoved } = this.disk.content;
    const first = bootstrapKeyRemoved ? undefined : keyOfUserData(this.spec.userData);
    return [first, ownKey?.privateKey].filter((key) => key !== undefined);
  }

  private serve(client: Connection): void {
    const { name } = this.spec;
    const { log } = this.options;
    // A client that goes away is its own affair, as for sshd.
    client.on("error", (error) => {
      log(`${name}: connection: ${error.message}`);
    });
    client.on("authentication", (context) => {
      if (isAllowed(context, this.spec.sshKeys)) context.accept();
      else context.reject(["publickey"]);
    });
    client.on("ready", () => {
      log(`${name}: login`);
    });
    client.on("session", (accept) => {
      const session = accept();
      session.on("sftp", (acceptSftp) => {
        serveSftp(acceptSftp(), this.disk);
      });
      session.on("exec", (acceptExec, _reject, { command }) => {
        const stream = acceptExec();
        const begin = performance.now();
        // Of the values that steps send, only those of a rolling restart are looked at.
        void runVerb(command, allOf(stream), this.disk, this.options.times)
          .catch((error: unknown) => ({ code: 1, stdout: "", stderr: `${String(error)}\n` }))
          .then(({ code, stdout, stderr }) => {
            const seconds = ((performance.now() - begin) / 1000).toFixed(2);
            log(`${name}: ${command}: ${seconds} s, exit code ${code}`);
            stream.stderr.write(stderr);
            stream.write(stdout);
            stream.exit(code);
            stream.end();
          });
      });
    });
  }
}

/** Whether a login is root's, with one of the server's SSH keys. */
function isAllowed(context: AuthContext, sshKeys: readonly string[]): boolean {
  if (context.method !== "publickey" || context.username !== "root") return false;
  const { key, blob, signature, hashAlgo } = context;
  const known = sshKeys
    .map((line) => utils.parseKey(line))
    .find(
      (one): one is ParsedKey => !(one instanceof Error) && one.getPublicSSH().equals(key.data),
    );
  if (known === undefined) return false;
  // Without a signature, the client asks only whether it may use the key.
  return signature === undefined || (blob !== undefined && known.verify(blob, signature, hashAlgo));
}

/** Leaves the stream open for the answer, as an iteration would not. */
function allOf(stream: Readable): Promise<string> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("end", () => {
      resolve(Buffer.concat(parts).toString());
    });
  });
}
