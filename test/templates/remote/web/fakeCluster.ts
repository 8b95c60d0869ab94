import { spawn, type ChildProcess } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
} from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { DeclaredBridge, Policy } from "../../../../remote/script";
import { remoteScript, type ScriptName, type ScriptValues } from "../../../../remote/script";

/** From the request to the end: longer than the look whether it took, also on a busy machine. */
const shutdownMs = 1500;

/** How an answer goes wrong. */
export type Fault = "hang" | "reset" | 404 | 500;

/** Whoever asks for one of these gets it wrong. */
type Faults = Map<string, Fault>;

function serve(faults: Faults, answer: (path: string, body: string) => unknown): Server {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { pathname } = new URL(request.url ?? "", "http://fake");
    const fault = faults.get(pathname);
    if (fault === "hang") return;
    if (fault === "reset") {
      request.socket.destroy();
      return;
    }
    const result = fault === undefined ? answer(request.url ?? "", body) : undefined;
    response.statusCode = result === undefined ? (fault ?? 404) : 200;
    response.end(typeof result === "string" ? result : JSON.stringify(result));
  };
  return createServer((request, response) => void handle(request, response));
}

/** A bridge's REST API, as upstream answers, on an address of loopback. */
export class FakeBridge {
  people = 0;
  /** How many come in the moment of its shutdown. */
  comesLate = 0;
  draining = false;
  ending = false;
  /** Whether drain mode takes. */
  obeys = true;
  /** What was asked of it that changes something, in order. */
  readonly asked: string[] = [];
  readonly faults: Faults = new Map();
  readonly nickname: string;
  address: string;
  private readonly rest = serve(this.faults, (path, body) => this.answer(path, body));
  private readonly starter: TcpServer;

  constructor(
    readonly index: number,
    private readonly ports: Ports,
  ) {
    this.nickname = `jvb-${(100 + index).toString()}`;
    this.address = `127.0.0.${(10 + index).toString()}`;
    this.starter = createTcpServer((socket) => {
      socket.destroy();
      this.asked.push("start");
      this.ending = false;
      void this.start();
    });
  }

  /** Hetzner gives the address of a server that is gone to the next one. */
  async takeAddressOf(gone: FakeBridge): Promise<void> {
    await Promise.all([this.end(), gone.end()]);
    this.address = gone.address;
    await this.boot();
  }

  get name(): string {
    return `b${this.index.toString()}`;
  }

  /** With a host: its port that starts the program listens too. */
  async boot(): Promise<void> {
    await listen(this.starter, this.ports.start, this.address);
    await this.start();
  }

  async start(): Promise<void> {
    if (!this.rest.listening) await listen(this.rest, this.ports.rest, this.address);
  }

  /** The program is gone; the host goes on. */
  async stop(): Promise<void> {
    this.rest.closeAllConnections();
    if (this.rest.listening) await new Promise((resolve) => this.rest.close(resolve));
  }

  /** Takes connections, and never answers. */
  freeze(): void {
    for (const path of ["/colibri/drain", "/colibri/stats", "/metrics"]) {
      this.faults.set(path, "hang");
    }
  }

  async end(): Promise<void> {
    await this.stop();
    await new Promise((resolve) => this.starter.close(resolve));
  }

  private answer(path: string, body: string): unknown {
    const gauge = (name: string, value: number | boolean): string =>
      `# TYPE jitsi_jvb_${name} gauge\njitsi_jvb_${name} ${Number(value).toFixed(1)}\n`;
    switch (path) {
      case "/colibri/drain":
        return { drain: this.draining };
      case "/colibri/drain/enable":
      case "/colibri/drain/disable":
        if (this.obeys) this.draining = path.endsWith("enable");
        this.asked.push(path.slice("/colibri/".length));
        return "";
      case "/colibri/shutdown":
        this.asked.push(`shutdown ${body}`);
        this.ending = true;
        this.people += this.comesLate;
        this.comesLate = 0;
        if (this.people === 0 || body.includes('"false"'))
          setTimeout(() => void this.stop(), shutdownMs);
        return "";
      case "/colibri/stats":
        return { relay_id: this.nickname };
      case "/metrics":
        return [
          gauge("local_endpoints", this.people),
          gauge("graceful_shutdown", this.ending),
          gauge("shutting_down", false),
        ].join("");
      default:
        return undefined;
    }
  }
}

/** The bridge in a list of declared bridges. */
export const declared = ({ name, nickname }: FakeBridge, draining = false): DeclaredBridge => ({
  name,
  nickname,
  draining,
});

interface Ports {
  readonly prosody: number;
  readonly rest: number;
  readonly start: number;
  readonly jicofo: number;
}

/** What jicofo says of a bridge that differs from what the bridge itself would. */
export interface Seen {
  operational?: boolean;
  healthy?: boolean;
  gone?: boolean;
}

/** The web host's view: jicofo and bridges on loopback, and a folder in the place of the host's own paths. */
export class FakeCluster {
  readonly bridges: FakeBridge[] = [];
  readonly jicofoFaults: Faults = new Map();
  readonly seen = new Map<FakeBridge, Seen>();
  private readonly jicofo = serve(this.jicofoFaults, (path) => this.answer(path));
  private readonly dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  private readonly children = new Set<ChildProcess>();
  private readonly prosody = createTcpServer((socket) => socket.destroy());
  private ports: Ports = { prosody: 0, rest: 0, start: 0, jicofo: 0 };

  static async with(bridges: number): Promise<FakeCluster> {
    const cluster = new FakeCluster();
    mkdirSync(join(cluster.dir, "lock"));
    const jicofo = await listen(cluster.jicofo, 0, "127.0.0.1");
    const prosody = await listen(cluster.prosody, 0, "127.0.0.1");
    cluster.ports = { prosody, jicofo, rest: await freePort(), start: await freePort() };
    for (let index = 0; index < bridges; index++) {
      const bridge = new FakeBridge(index, cluster.ports);
      cluster.bridges.push(bridge);
      await bridge.boot();
    }
    return cluster;
  }

  async end(): Promise<void> {
    for (const child of this.children) child.kill("SIGKILL");
    this.jicofo.closeAllConnections();
    if (this.jicofo.listening) await new Promise((resolve) => this.jicofo.close(resolve));
    if (this.prosody.listening) await this.stopProsody();
    await Promise.all(this.bridges.map((bridge) => bridge.end()));
    rmSync(this.dir, { recursive: true, force: true });
  }

  async stopJicofo(): Promise<void> {
    if (!this.jicofo.listening) return;
    this.jicofo.closeAllConnections();
    await new Promise((resolve) => this.jicofo.close(resolve));
  }

  async stopProsody(): Promise<void> {
    await new Promise((resolve) => this.prosody.close(resolve));
  }

  setPolicy(policy: Partial<Policy>): void {
    const whole = { bridges: [], drainTimeoutSeconds: 1800, forceDrain: false, ...policy };
    mkdirSync(join(this.dir, "etc"), { recursive: true });
    writeFileSync(join(this.dir, "etc/policy.json"), JSON.stringify(whole));
  }

  policy(): unknown {
    return JSON.parse(readFileSync(join(this.dir, "etc/policy.json"), "utf8"));
  }

  setGoal(bridge: FakeBridge, goal: string): void {
    mkdirSync(join(this.dir, "lib/bridges"), { recursive: true });
    writeFileSync(
      join(this.dir, "lib/bridges", bridge.nickname),
      `${bridge.name} ${bridge.address} ${goal}\n`,
    );
  }

  /** The registry: each bridge's goal by its name. */
  goals(): Record<string, string> {
    const folder = join(this.dir, "lib/bridges");
    if (!existsSync(folder)) return {};
    const entries = readdirSync(folder).map((file) => {
      const [name = "", , goal = ""] = readFileSync(join(folder, file), "utf8").trim().split(" ");
      return [name, goal];
    });
    return Object.fromEntries(entries) as Record<string, string>;
  }

  /** Runs `web/drain` on a bridge. */
  drain(bridge: FakeBridge, argument: "enter" | "drain", options: Options = {}) {
    const { name, nickname, address } = bridge;
    const DRAINING = (options.draining ?? false).toString();
    const values = { NAME: name, NICKNAME: nickname, REST_ADDRESS: address, DRAINING };
    return this.run("web/drain", values, argument, options);
  }

  /** Runs a script as the web host does, to its end. */
  run<N extends ScriptName>(
    name: N,
    values: ScriptValues[N],
    argument?: string,
    { watch, fast = true, stub = "" }: Options = {},
  ): Promise<Outcome> {
    const args = ["-s", "--", ...(argument === undefined ? [] : [argument])];
    const child = spawn("bash", args, { stdio: ["pipe", "pipe", "pipe"] });
    this.children.add(child);
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        watch?.(text, child);
      });
    }
    const lastLine = 'main "$@"\n';
    const script = remoteScript(name, values).replace(lastLine, loggedIn + stub + lastLine);
    child.stdin.end(this.moved(script, fast));
    return new Promise((resolve) => {
      child.on("close", (code) => {
        this.children.delete(child);
        resolve({ code, text });
      });
    });
  }

  /** The script for this cluster: its ports, its folder; and bounds so short that a test can meet them. */
  private moved(script: string, fast: boolean): string {
    const { uid, gid } = userInfo();
    const text = script
      .replaceAll("/etc/jitsi-hetzner", join(this.dir, "etc"))
      .replaceAll("/var/lib/jitsi-hetzner", join(this.dir, "lib"))
      .replaceAll("/run/lock", join(this.dir, "lock"))
      .replaceAll("127.0.0.1:8888", `127.0.0.1:${this.ports.jicofo.toString()}`)
      .replaceAll(":8080", `:${this.ports.rest.toString()}`)
      .replaceAll("/8081", `/${this.ports.start.toString()}`)
      .replaceAll("/127.0.0.1/5222", `/127.0.0.1/${this.ports.prosody.toString()}`)
      .replaceAll("root:root", `${uid.toString()}:${gid.toString()}`)
      .replaceAll("accept_seconds=120", "accept_seconds=5")
      .replaceAll("usable_seconds=90", "usable_seconds=20")
      // Shorter only where it is to be met: on a busy machine an answer takes its time.
      .replaceAll(/--max-time \d+/g, `--max-time ${this.hangs() ? 0.3 : 5}`);
    return fast ? `${fastClock}\n${text}` : text;
  }

  private hangs(): boolean {
    const all = [this.jicofoFaults, ...this.bridges.map(({ faults }) => faults)];
    return all.some((faults) => [...faults.values()].includes("hang"));
  }

  private answer(url: string): unknown {
    const { pathname, searchParams } = new URL(url, "http://fake");
    const brewery = "jvbbrewery@internal.auth.a.test";
    if (pathname === "/about/version") return { version: "1.0.1196" };
    if (pathname === "/debug") {
      const listed = this.bridges.filter((bridge) => this.seen.get(bridge)?.gone !== true);
      const entries = listed.map((bridge) => [
        `${brewery}/${bridge.nickname}`,
        {
          operational: this.seen.get(bridge)?.operational ?? true,
          healthy: this.seen.get(bridge)?.healthy ?? true,
          drain: bridge.draining,
          endpoints: bridge.people,
          "graceful-shutdown": bridge.ending,
          "shutting-down": false,
        },
      ]);
      return { bridge_selector: { bridge: Object.fromEntries(entries) as unknown } };
    }
    if (pathname !== "/move-endpoints/move-fraction") return undefined;
    const from = this.bridges.find(
      ({ nickname }) => searchParams.get("bridge") === `${brewery}/${nickname}`,
    );
    const to = this.bridges.find((bridge) => !bridge.draining && bridge !== from);
    if (from === undefined || to === undefined || searchParams.get("fraction") !== "1") {
      return undefined;
    }
    const movedEndpoints = from.people;
    to.people += movedEndpoints;
    from.people = 0;
    return { movedEndpoints, conferences: 1 };
  }
}

interface Options {
  readonly draining?: boolean;
  /** Sees all that the script has said so far, each time that it says more. */
  readonly watch?: (text: string, child: ChildProcess) => void;
  /** Whether a second of waiting passes in a moment; default yes. */
  readonly fast?: boolean;
  /** Functions in the place of the script's own, for what is no REST API. */
  readonly stub?: string;
}

export interface Outcome {
  readonly code: number | null;
  readonly text: string;
}

/** A clock that only `sleep` moves: unset, SECONDS is an ordinary variable. */
const fastClock =
  "unset SECONDS; SECONDS=0; sleep() { SECONDS=$((SECONDS + $1)); command sleep 0.01; }";

/** A prosody on which jicofo is logged in. */
const loggedIn = "focus_session() { echo 'Result: logged in'; }\n";

function listen(server: Server | TcpServer, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server, 0, "127.0.0.1");
  await new Promise((resolve) => server.close(resolve));
  return port;
}
