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
      const file = join(engine.dir, "state.json");
      writeFileSync(file, JSON.stringify(stateWithServer(stack)));
      await engine.must(["stack", "import", "--stack", stack, "--file", file]);
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
});

/** A state with the server of a bridge, as `pulumi stack export` prints it. */
function stateWithServer(stack: string): object {
  const urn = (type: string, name: string): string =>
    `urn:pulumi:${stack}::jitsi-hetzner::${type}::${name}`;
  const provider = {
    urn: urn("pulumi:providers:hcloud", "default_1_41_0"),
    custom: true,
    id: "c0ffee00-0000-4000-8000-000000000000",
    type: "pulumi:providers:hcloud",
    inputs: { version: "1.41.0" },
    outputs: { version: "1.41.0" },
  };
  const server = {
    urn: urn("hcloud:index/server:Server", "jitsi-jvb-1"),
    custom: true,
    id: "4711",
    type: "hcloud:index/server:Server",
    outputs: { id: "4711", name: "jitsi-jvb-1-a", labels: { role: "jvb", index: "1" } },
    provider: `${provider.urn}::${provider.id}`,
  };
  return { version: 3, deployment: { manifest: {}, resources: [provider, server] } };
}
