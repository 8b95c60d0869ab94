import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  Engine,
  root,
  runMs,
  toolchainMs,
  type Run,
} from "../../packages/hcloud-simulator/test/api/support/engine";
import { Simulator } from "../../packages/hcloud-simulator/test/api/support/simulator";

/** The program in the engine against the simulator: what the cloud and the state tell before anything is made. */
describe("preflight in the engine", () => {
  const stack = "before";
  const labels = { project: "jitsi-hetzner", stack };
  let simulator: Simulator;
  let engine: Engine;

  beforeAll(async () => {
    simulator = await Simulator.start();
    // Of the fixture's program only the folder is used, in which a stack of this project's name is made.
    engine = await Engine.start(simulator.endpoint, join(__dirname, "fixtures/violations"));
    await engine.must(["stack", "init", stack, "--no-select"]);
  }, toolchainMs);
  afterAll(async () => {
    engine.remove();
    await simulator.close();
  });

  function pulumi(
    args: readonly string[],
    settings: Readonly<Record<string, string>>,
    env: NodeJS.ProcessEnv = {},
  ): Promise<Run> {
    const file = join(engine.dir, "settings.yaml");
    const all = { domain: "meet.example.org", ...settings };
    const own = Object.entries(all).map(([key, value]) => [`jitsi-hetzner:${key}`, value]);
    // JSON is YAML too.
    writeFileSync(file, JSON.stringify({ config: Object.fromEntries(own) as object }));
    const options = ["--stack", stack, "--config-file", file];
    return engine.run([...args, ...options], { cwd: root, env: { SSH_AUTH_SOCK: "", ...env } });
  }

  /** Gives the stack a state with these resources. */
  async function importState(resources: readonly StateResource[]): Promise<void> {
    const file = join(engine.dir, "state.json");
    writeFileSync(file, JSON.stringify(stateWith(stack, resources)));
    await engine.must(["stack", "import", "--stack", stack, "--file", file]);
  }

  it(
    "says what Hetzner lists of a new stack, and refuses nothing",
    async () => {
      const { code, text } = await pulumi(["preview"], {});
      expect(text).toContain(
        "Hetzner lists 0 of the 3 declared servers; missing: web, jvb-0, jvb-1",
      );
      expect(text).toMatch(/\+ \d+ to create/);
      expect(code).toBe(0);
    },
    runMs,
  );

  it(
    "finds another network zone, a server that is gone and an SSH agent that is gone, all at once",
    async () => {
      const network = { name: "jitsi-network", ip_range: "10.80.0.0/16", labels };
      const subnet = { type: "cloud", network_zone: "eu-central", ip_range: "10.80.0.0/24" };
      await simulator.done("POST", "/networks", { ...network, subnets: [subnet] });
      await importState([serverOf("jvb-1", "4711", { role: "jvb", index: "1" })]);
      const stale = join(engine.dir, "agent");
      const settings = { location: "ash", webServerType: "cpx11", jvbServerType: "cpx41" };
      const { code, text } = await pulumi(["preview"], settings, { SSH_AUTH_SOCK: stale });
      expect(text).toContain(
        'location is "ash", in the network zone us-east, but the cluster\'s network jitsi-network is in eu-central',
      );
      expect(text).toContain(
        "The server of jvb-1 (jitsi-jvb-1-a, id 4711) does not exist at Hetzner any more",
      );
      expect(text).toContain("pulumi refresh  # removes it from the state; then: pulumi up");
      expect(text).toContain(
        `SSH_AUTH_SOCK is "${stale}", and no SSH agent answers there (ENOENT)`,
      );
      expect(code).toBe(1);
    },
    runMs,
  );

  it(
    "refuses to remove a bridge in the run that creates a lost web host again",
    async () => {
      await importState([webHostKey, drain]);
      const lost = await pulumi(["up", "--yes", "--skip-preview"], { jvbCount: "1" });
      expect(lost.text).toContain(
        "jvb-1 cannot be removed in this run: that is done on the web host, and the steps in the state know only the former web host",
      );
      expect(lost.text).toContain(
        "pulumi config set jvbCount 2 && pulumi up  # these steps then know the web host; then: pulumi config set jvbCount 1 && pulumi up",
      );
      expect(lost.code).toBe(1);
      // The server of this bridge is lost too.
      const { code, text } = await pulumi(["preview"], { jvbCount: "2" });
      expect(text).not.toContain("cannot be removed");
      expect(text).toContain("The former jvb-1 cannot be drained in this run");
      expect(text).toContain("npm run drain:skip -- 1 && pulumi up");
      expect(code).toBe(1);
    },
    runMs,
  );

  it(
    "refuses it in the preview of a run that replaces the web host",
    async () => {
      const id = await simulator.server({ labels: { ...labels, role: "web" } });
      await importState([serverOf("web", id.toString(), { role: "web" }), webHostKey, drain]);
      const urn = urnOf(stack, webServerType, "web");
      const { code, text } = await pulumi(["preview", "--replace", urn], { jvbCount: "1" });
      expect(text).toContain("jvb-1 cannot be removed in this run");
      expect(text).toContain(`pulumi config set jvbCount 2 && pulumi up --replace '${urn}'`);
      expect(code).toBe(1);
    },
    runMs,
  );
});

/** A resource of a state, without what all have. */
interface StateResource {
  /** Its type, behind those of its parents. */
  readonly typeChain: string;
  /** Without the name of the cluster: web-host-key. */
  readonly name: string;
  readonly id: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const urnOf = (stack: string, typeChain: string, name: string): string =>
  `urn:pulumi:${stack}::jitsi-hetzner::${typeChain}::jitsi-${name}`;

const webServerType = ["JitsiCluster", "WebHost", "Host"]
  .map((component) => `jitsi-hetzner:index:${component}$`)
  .concat("hcloud:index/server:Server")
  .join("");

const serverOf = (
  name: string,
  id: string,
  labels: Readonly<Record<string, string>>,
): StateResource => ({
  typeChain: name === "web" ? webServerType : "hcloud:index/server:Server",
  name,
  id,
  values: { id, name: `jitsi-${name}-a`, labels },
});

const connection = { host: "203.0.113.9", user: "root", hostKey: "ssh-ed25519 former" };

const webHostKey: StateResource = {
  typeChain: webServerType.replace("hcloud:index/server:Server", "command:remote:Command"),
  name: "web-host-key",
  id: "key",
  values: {
    create: "bash -s",
    connection: { ...connection, hostKey: "ecdsa-sha2-nistp256 first" },
    stdout: connection.hostKey,
  },
};

const drain: StateResource = {
  typeChain: "command:remote:Command",
  name: "jvb-1-drain",
  id: "drain",
  values: { delete: "jitsi-hetzner drain", connection },
};

/** As `pulumi stack export` prints it. */
function stateWith(stack: string, resources: readonly StateResource[]): object {
  const providers = {
    hcloud: providerOf(stack, "hcloud", "1.41.0"),
    command: providerOf(stack, "command", "1.2.1"),
  };
  const all = resources.map(({ typeChain, name, id, values }) => {
    const type = typeChain.split("$").at(-1) ?? "";
    const { urn, id: providerId } = providers[type.startsWith("hcloud") ? "hcloud" : "command"];
    return {
      urn: urnOf(stack, typeChain, name),
      custom: true,
      id,
      type,
      inputs: values,
      outputs: values,
      provider: `${urn}::${providerId}`,
    };
  });
  const { hcloud, command } = providers;
  return { version: 3, deployment: { manifest: {}, resources: [hcloud, command, ...all] } };
}

function providerOf(stack: string, name: string, version: string) {
  const type = `pulumi:providers:${name}`;
  return {
    urn: `urn:pulumi:${stack}::jitsi-hetzner::${type}::default_${version.replaceAll(".", "_")}`,
    custom: true,
    id: "c0ffee00-0000-4000-8000-000000000000",
    type,
    inputs: { version },
    outputs: { version },
  };
}
