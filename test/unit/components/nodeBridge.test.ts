import { deleteLevels } from "./support/deleteLevels";
import { bridgeOutputs, knownHosts, sshCommands } from "../../../lib/outputs";
import { clusterArgs, deployCluster, usualSettings } from "./support/cluster";
import { valuesOf, type Registered } from "./support/mockEngine";
import { command } from "./support/registered";
import { stepInput, stepValues } from "./support/step";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
const berlin = { name: "berlin", host: "203.0.113.7", role: "jvb", port: 2222, hostKey };
const paris = { name: "paris", host: "203.0.113.8", role: "jvb", user: "admin", hostKey };

const deploy = async (...nodes: object[]): Promise<Registered[]> => {
  const raw = { ...usualSettings, existingNodes: JSON.stringify(nodes) };
  return (await deployCluster(clusterArgs(raw))).resources;
};

jest.setTimeout(60_000);

describe("an existing machine", () => {
  let none: Registered[];
  let one: Registered[];
  let two: Registered[];
  beforeAll(async () => {
    none = await deploy();
    one = await deploy(berlin);
    two = await deploy(berlin, paris);
  });

  const ofNode = (resources: readonly Registered[], name: string): Registered[] =>
    resources.filter((resource) => resource.name.startsWith(`jitsi-node-${name}`));
  const commandsOf = (resources: readonly Registered[], name: string): string[] =>
    ofNode(resources, name)
      .filter(({ type }) => type.startsWith("command:"))
      .map((resource) => resource.name.replace(`jitsi-node-${name}-`, ""));

  it("has its own steps", () => {
    expect(commandsOf(one, "berlin").sort()).toEqual([
      "access",
      "check",
      "drain",
      "files",
      "filter",
      "forward",
      "forward-removal",
      "leave",
      "program-copy",
      "setup",
    ]);
  });

  it("is looked at before anything is changed on it, and its removal is in the state before that too", () => {
    const needs = (name: string): readonly string[] =>
      command(one, `jitsi-node-berlin-${name}`).dependencies;
    expect(needs("check")).toContain("command:remote:Command jitsi-node-berlin-access");
    expect(needs("leave")).toContain("command:remote:Command jitsi-node-berlin-check");
    // A machine that is refused has the forward of its former entry, which must stay.
    expect(needs("forward-removal")).toContain("command:remote:Command jitsi-node-berlin-access");
    expect(needs("setup")).toContain("command:remote:CopyToRemote jitsi-node-berlin-program-copy");
    const copy = one.find(({ name }) => name === "jitsi-node-berlin-program-copy");
    expect(copy?.dependencies).toContain("command:remote:Command jitsi-node-berlin-leave");
    expect(needs("files")).toEqual(
      expect.arrayContaining([
        "command:remote:Command jitsi-node-berlin-filter",
        "command:remote:Command jitsi-node-berlin-forward",
      ]),
    );
  });

  it("is left as it was found only after its drain, even when the whole cluster is destroyed", () => {
    const leave = command(one, "jitsi-node-berlin-leave");
    expect(leave.inputs.create).toBeUndefined();
    expect(leave.inputs.delete).toContain("jitsi-hetzner node/leave");
    expect(leave.deletedWith).toBe("");
    expect(command(one, "jitsi-node-berlin-drain").deletedWith).toBe("jitsi-web");
  });

  it("changes no step and no object of the cluster itself, but the firewall and those that list all bridges", () => {
    const inputsOf = (resources: readonly Registered[]): Map<string, string> =>
      new Map(resources.map(({ urn, inputs }) => [urn, JSON.stringify(inputs)]));
    const [before, after] = [inputsOf(none), inputsOf(one)];
    const changed = [...before].filter(([urn, inputs]) => after.get(urn) !== inputs);
    expect(changed.map(([urn]) => urn.split("::").at(-1)).sort()).toEqual([
      "jitsi-acceptance",
      "jitsi-firewall-web",
      "jitsi-policy",
      "jitsi-restart",
    ]);
  });

  it("changes no other machine, wherever it stands in the list", async () => {
    const alone = await deploy(paris);
    const inputs = (resources: readonly Registered[]): string =>
      JSON.stringify(
        ofNode(resources, "paris").map((resource) => [resource.name, resource.inputs]),
      );
    expect(inputs(alone)).toBe(inputs(two));
  });

  it("opens port 5222 of the web host for exactly the addresses of the machines", () => {
    const rules = (resources: readonly Registered[]): unknown[] =>
      (
        resources.find(({ name }) => name === "jitsi-firewall-web")?.inputs.rules as {
          port?: string;
          sourceIps: string[];
        }[]
      )
        .filter(({ port }) => port === "5222")
        .map(({ sourceIps }) => sourceIps);
    expect(rules(none)).toEqual([]);
    expect(rules(two)).toEqual([["203.0.113.7/32", "203.0.113.8/32"]]);
  });

  it("is reached at its port, as its user, and only with its own host key", () => {
    expect(command(two, "jitsi-node-berlin-files").inputs.connection).toMatchObject({
      host: "203.0.113.7",
      port: 2222,
      user: "root",
      hostKey,
    });
    expect(command(two, "jitsi-node-paris-files").inputs.connection).toMatchObject({
      host: "203.0.113.8",
      user: "admin",
    });
  });

  it("runs its steps by sudo for a user who is not root, who gets the program into a folder of their own", () => {
    const texts = (name: string, user: string): string[] =>
      ofNode(two, name)
        .filter(({ inputs }) => (inputs.connection as { user?: string } | undefined)?.user === user)
        // The first look becomes root in its stdin.
        .filter((step) => !step.name.endsWith("-check"))
        .flatMap(({ inputs }) => [inputs.create, inputs.delete])
        .filter((text) => typeof text === "string");
    const onParis = texts("paris", "admin");
    expect(onParis).toHaveLength(4);
    for (const text of onParis) expect(text).toMatch(/sudo -n (bash|jitsi-hetzner) /);
    for (const text of onParis) expect(text).not.toMatch(/^jitsi-hetzner /);
    const copy = two.find(({ name }) => name === "jitsi-node-paris-program-copy");
    expect(copy?.inputs.remotePath).toMatch(/^\.jitsi-hetzner\/program-[0-9a-f]{16}\.tar$/);
    for (const text of ofNode(two, "berlin").map(({ inputs }) => inputs.create ?? ""))
      expect(text).not.toContain("sudo");
  });

  it("offers the bridge's private ports on loopback, and the web host reaches them at an address of its own", () => {
    const { address } = stepInput(command(one, "jitsi-node-berlin-drain"), "serve").bridge;
    expect(address).toMatch(/^127\.80\.\d+\.\d+$/);
    const forward = stepValues(command(one, "jitsi-node-berlin-forward"));
    expect(forward).toMatchObject({
      LOCAL_ADDRESS: address,
      PORTS: "8080 8081",
      SSH_PORT: "2222",
    });
    const files = stepValues(command(one, "jitsi-node-berlin-files"));
    expect(files.JVB_CONF).toContain('host = "127.0.0.1"');
    expect(files.START_SOCKET).toContain("ListenStream=127.0.0.1:8081");
  });

  it("reaches prosody at the web host's public address", () => {
    const files = stepValues(command(one, "jitsi-node-berlin-files"));
    expect(files.PROPERTIES).toContain("HOSTNAME=192.0.2.1");
  });

  it("has a key for the forward that is secret, and is no other key", () => {
    const forward = command(one, "jitsi-node-berlin-forward");
    expect(forward.secretInputs).toContain("stdin");
    const { PRIVATE_KEY = "" } = stepValues(forward);
    expect(PRIVATE_KEY).toContain("BEGIN OPENSSH PRIVATE KEY");
    const others = one.filter(({ urn }) => urn !== forward.urn);
    expect(JSON.stringify(others)).not.toContain(PRIVATE_KEY.split("\n")[3]);
  });

  it("is drained side by side with all other bridges: the engine deletes level by level", async () => {
    const before = two;
    const after = (
      await deployCluster(
        clusterArgs({ ...usualSettings, jvbCount: "1", existingNodes: JSON.stringify([berlin]) }),
      )
    ).resources;
    const kept = new Set(after.map(({ urn }) => urn));
    const levels = deleteLevels(before.filter(({ urn }) => !kept.has(urn)));
    const drain = levels.get("jitsi-node-paris-drain") ?? 0;
    expect(drain).toBe(levels.get("jitsi-jvb-1-drain"));
    for (const later of ["leave", "forward-removal", "access"]) {
      expect(levels.get(`jitsi-node-paris-${later}`)).toBeLessThan(drain);
    }
  });

  it("is in the outputs, with its user and port", async () => {
    const raw = { ...usualSettings, existingNodes: JSON.stringify([berlin, paris]) };
    const { result } = await deployCluster(clusterArgs(raw));
    const [commands, hosts, bridges] = await valuesOf([
      sshCommands(result),
      knownHosts(result),
      bridgeOutputs(result),
    ] as const);
    expect(commands).toMatchObject({
      berlin: "ssh -p 2222 root@203.0.113.7",
      paris: "ssh admin@203.0.113.8",
    });
    expect(hosts).toContain(`[203.0.113.7]:2222 ${hostKey}\n203.0.113.8 ${hostKey}\n`);
    expect(bridges.slice(2)).toEqual([
      expect.objectContaining({ name: "berlin", ipv4: "203.0.113.7", ipv6: "", privateIp: "" }),
      expect.objectContaining({ name: "paris", ipv4: "203.0.113.8" }),
    ]);
  });

  it("is another machine with another address: all of its steps are replaced", async () => {
    const moved = await deploy({ ...berlin, host: "203.0.113.9" });
    const triggers = (resources: readonly Registered[]) =>
      ofNode(resources, "berlin").flatMap(
        ({ inputs }) => (inputs.triggers as string[] | undefined) ?? [],
      );
    expect(new Set(triggers(one))).toEqual(new Set(["203.0.113.7"]));
    expect(triggers(moved)).toHaveLength(triggers(one).length);
    expect(new Set(triggers(moved))).toEqual(new Set(["203.0.113.9"]));
    const nickname = (resources: readonly Registered[]): string =>
      stepInput(command(resources, "jitsi-node-berlin-drain"), "serve").bridge.nickname;
    expect(nickname(one)).toMatch(/^node-berlin-/);
    expect(nickname(moved)).not.toBe(nickname(one));
  });
});
