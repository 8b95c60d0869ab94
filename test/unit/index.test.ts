import * as pulumi from "@pulumi/pulumi";
import { outputs as described } from "../../docs/generate/outputs";
import { answers } from "./components/support/answers";
import { runProgram, valuesOf, type Registered } from "./components/support/mockEngine";
import { cx23, server } from "./lib/preflight/support/cloud";
import { fakeFetch } from "./lib/preflight/support/fakeFetch";

type Program = typeof import("../../index");
type Outputs = Awaited<ReturnType<Program>>;

const bastionKey = "AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";

/** Runs the program as the engine does, with this stack configuration, in a cloud that answers. */
async function run(
  config: Record<string, string>,
): Promise<{ outputs: Outputs; resources: Registered[] }> {
  pulumi.runtime.setAllConfig({
    ...Object.fromEntries(
      Object.entries(config).map(([key, value]) => [`jitsi-hetzner:${key}`, value]),
    ),
    "hcloud:token": "t".repeat(64),
  });
  // The engine's way: what the module exports is a function, and its result is the outputs.
  const { result, resources } = await runProgram(answers, async () => {
    const { default: program } = await import("../../index");
    return program();
  });
  return { outputs: result, resources };
}

// The first run loads the whole program and its SDKs, which takes seconds on a machine that has other work.
jest.setTimeout(60_000);

describe("the program", () => {
  beforeEach(() => {
    jest.spyOn(globalThis, "fetch").mockImplementation(fakeFetch());
    jest.spyOn(pulumi.log, "info").mockResolvedValue();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it("says where people meet, where the hosts are, how to reach them, and what they cost", async () => {
    const { outputs } = await run({ domain: "meet.example.org", dnsZone: "" });
    expect(outputs.url).toBe("https://meet.example.org");
    expect(await valuesOf(outputs.webHost)).toEqual({
      ipv4: "192.0.2.1",
      ipv6: "2001:db8:1::1",
      privateIp: "10.80.0.2",
    });
    expect(await valuesOf(outputs.bridges)).toHaveLength(2);
    expect((await valuesOf(outputs.sshCommands)).web).toBe("ssh root@192.0.2.1");
    expect(outputs.dnsRecordsToCreate).not.toEqual([]);
    expect(outputs.monthlyCost).toEqual({
      net: "145.97 EUR",
      of: ["1 x web host cx23 5.49", "2 x bridge cpx42 69.49", "3 x public IPv4 address 0.50"],
      traffic: "60 TB included, 1.00 EUR for each TB more",
    });
    expect((await valuesOf(outputs.knownHosts)).split("\n")).toEqual([
      expect.stringMatching(/^192\.0\.2\.1,2001:db8:1::1 ssh-ed25519 AAAA\S+$/) as string,
      expect.stringMatching(/^198\.51\.100\.\d+,2001:db8:\w+::1 ssh-ed25519 AAAA\S+$/) as string,
      expect.stringMatching(/^198\.51\.100\.\d+,2001:db8:\w+::1 ssh-ed25519 AAAA\S+$/) as string,
      "",
    ]);
    expect(outputs.capacity.estimate).toBe("about 160 participants in all meetings together");
    expect(outputs.capacity.withOneBridgeLost).toMatch(/^about 80 participants .*; meetings/);
    expect(outputs.readme).toContain("One web host and 2 bridges: [${outputs.url}]");
    expect(await pulumi.isSecret(outputs.deploymentKey)).toBe(true);
    expect(await pulumi.isSecret(pulumi.output(outputs.bridges))).toBe(false);
  });

  it("has the outputs that docs/outputs.md describes, and no other", async () => {
    const { outputs } = await run({ domain: "meet.example.org" });
    expect(Object.keys(outputs).sort()).toEqual(Object.keys(described).sort());
  });

  it("shows the way through a bastion, and its key, where there is one", async () => {
    const { outputs } = await run({
      domain: "meet.example.org",
      sshProxy: "admin@[2001:db8::7]:2222",
      sshProxyHostKey: `ssh-ed25519 ${bastionKey}`,
    });
    expect((await valuesOf(outputs.sshCommands))["jvb-0"]).toMatch(
      /^ssh -J admin@\[2001:db8::7\]:2222 root@198\.51\.100\.\d+$/,
    );
    expect(await valuesOf(outputs.knownHosts)).toContain(
      `\n[2001:db8::7]:2222 ssh-ed25519 ${bastionKey}\n`,
    );
  });

  it("tells of the one server without bridge hosts that it serves, and what it costs", async () => {
    const { outputs } = await run({ domain: "meet.example.org", jvbCount: "0" });
    expect(await valuesOf(outputs.bridges)).toEqual([
      expect.objectContaining({ name: "local", ipv4: "192.0.2.1", privateIp: "10.80.0.2" }),
    ]);
    expect((await valuesOf(outputs.bridges))[0]?.nickname).toMatch(/^jvb-local-\d+$/);
    expect(Object.keys(await valuesOf(outputs.sshCommands))).toEqual(["web"]);
    expect(outputs.monthlyCost.of).toEqual([
      "1 x web host cx23 5.49",
      "1 x public IPv4 address 0.50",
    ]);
    expect(outputs.readme).toContain("One web host with a bridge of its own: [${outputs.url}]");
  });

  it("orders the server types that the cloud sells for those that were asked for", async () => {
    const { resources } = await run({ domain: "meet.example.org" });
    const types = resources
      .filter(({ type }) => type === "hcloud:index/server:Server")
      .map(({ inputs }) => inputs.serverType);
    expect(types.sort()).toEqual(["cpx42", "cpx42", "cx23"]);
  });

  it("powers on a server that is off", async () => {
    const off = { ...server("jvb", 1), status: "off" };
    const warned = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    jest
      .spyOn(globalThis, "fetch")
      .mockImplementation(fakeFetch({ servers: [server("web", undefined, cx23), off] }));
    await run({ domain: "meet.example.org" });
    const posted = jest.mocked(fetch).mock.calls.filter(([, init]) => init?.method === "POST");
    expect(posted.map(([url]) => url)).toEqual([
      `https://api.hetzner.cloud/v1/servers/${off.id}/actions/poweron`,
    ]);
    // This cloud knows no such action; the run goes on, with the command to type.
    expect(warned.mock.calls.map(([text]) => text).join()).toContain(
      `hcloud server poweron ${off.name}`,
    );
  });

  it("makes nothing where the cloud cannot give what is asked for", async () => {
    await expect(run({ domain: "meet.example.org", jvbServerType: "cpx99" })).rejects.toThrow(
      'jvbServerType is "cpx99", which is not a server type of Hetzner',
    );
  });
});
