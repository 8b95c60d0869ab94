import * as pulumi from "@pulumi/pulumi";
import { planCluster } from "../../../../lib/plan/clusterPlan";
import { parseSettings } from "../../../../lib/config/settings";
import type { CloudFacts } from "../../../../lib/hcloud/cloudFacts";
import { HcloudApi } from "../../../../lib/hcloud/hcloudApi";
import { preflight, PreflightError, type PreflightArgs } from "../../../../lib/preflight/preflight";
import { cx23, emptyCloud, server, serverType, stateOf, stateServer } from "./support/cloud";
import type { RawConfig } from "../../../../lib/config/keys";
import { fakeFetch } from "./support/fakeFetch";

const endpoint = "https://api.example.test/v1";
const token = "t".repeat(64);

let said: { info: string[]; warn: string[] };
beforeEach(() => {
  said = { info: [], warn: [] };
  for (const level of ["info", "warn"] as const) {
    jest.spyOn(pulumi.log, level).mockImplementation((...[text]) => {
      said[level].push(text);
      return Promise.resolve();
    });
  }
});
afterEach(() => {
  jest.restoreAllMocks();
});

function run(raw: RawConfig = {}, args: Partial<PreflightArgs> = {}) {
  const settings = parseSettings({ domain: "meet.example.org", ...raw });
  // Repeats wait in real life.
  const api = new HcloudApi({ endpoint, token }, () => Promise.resolve());
  const nothing = { state: stateOf(), env: {} };
  return preflight({
    settings,
    plan: planCluster(settings),
    stack: "production",
    api,
    dryRun: false,
    ...nothing,
    ...args,
  });
}

function inCloud(facts: Partial<CloudFacts>, raw: RawConfig = {}) {
  jest.spyOn(globalThis, "fetch").mockImplementation(fakeFetch(facts));
  return run(raw);
}

const soldOut = [cx23, serverType("cpx42", [8, 16, 320], { soldOutIn: ["fsn1"] })];
const everything = [server("web", undefined, cx23), server("jvb", 0), server("jvb", 1)];

describe("preflight", () => {
  it("resolves the types and tells what that means and costs", async () => {
    expect(await inCloud({})).toMatchObject({
      webServerType: "cx23",
      jvbServerType: "cpx42",
      monthlyCost: { total: 145.97 },
    });
    expect(said.info).toEqual([
      expect.stringContaining(
        "cx21 (2 vCPU, 4 GB, 40 GB disk) is no longer sold in fsn1",
      ) as string,
      expect.stringContaining("cpx41 (8 vCPU, 16 GB, 240 GB disk) is no longer sold") as string,
      "Hetzner lists 0 of the 3 declared servers; missing: web, jvb-0, jvb-1",
      expect.stringContaining("The cluster costs 145.97 EUR a month") as string,
    ]);
    expect(said.warn).toEqual([]);
  });

  it("says beforehand who reaches port 22 of new hosts, where not everybody does", async () => {
    const raw = { adminCidrs: '["203.0.113.0/24"]' };
    await inCloud({}, raw);
    expect(said.info).toContain(
      "Port 22 of the new hosts is open only to 203.0.113.0/24 (adminCidrs): this machine must be in it",
    );
    said.info = [];
    await inCloud({ servers: everything }, raw);
    expect(said.info.join()).not.toContain("adminCidrs");
  });

  it("warns of a bastion that is not in it, by its address, beforehand", async () => {
    const sshProxyHostKey =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
    const raw = { adminCidrs: '["203.0.113.0/24"]', sshProxyHostKey };
    await inCloud({}, { ...raw, sshProxy: "admin@203.0.113.9" });
    await inCloud({}, { ...raw, sshProxy: "admin@bastion.example.org" });
    expect(said.warn).toEqual([]);
    await inCloud({}, { ...raw, sshProxy: "admin@192.0.2.7" });
    expect(said.warn).toEqual([
      "Port 22 of the new hosts is open only to 203.0.113.0/24 (adminCidrs), and the bastion 192.0.2.7 is not in it: does it have another address for outgoing connections?",
    ]);
  });

  it("tells every problem at once, each with its way out", async () => {
    const failure = inCloud(
      { serverTypes: soldOut, images: [], zone: undefined },
      { dnsZone: "example.org" },
    );
    await expect(failure).rejects.toThrow(PreflightError);
    await expect(failure).rejects.toMatchObject({
      message: [
        "This cannot be deployed as it is; nothing was changed.",
        '  dnsZone is "example.org", which is not a zone of this Hetzner project:',
        "      hcloud zone create --name example.org --mode primary  # or: pulumi config rm dnsZone",
        '  jvbServerType is "cpx41", which is no longer sold in fsn1, and its successor cpx42 is sold out there; alternatives: elsewhere cpx42 in nbg1:',
        "      pulumi config set location LOCATION  # new hosts only; see `hcloud server-type list`",
        '  image is "debian-13", which Hetzner does not offer:',
        "      hcloud image list --type system --architecture x86  # then: pulumi config set image NAME",
      ].join("\n"),
    });
  });

  it("lets what exists be: a sold-out type is only warned about where no host of it is made", async () => {
    await inCloud({ serverTypes: soldOut, images: [], servers: everything }, { jvbCount: "1" });
    expect(said.warn).toEqual([
      expect.stringMatching(/^for the next new host: jvbServerType is "cpx41"/) as string,
    ]);
  });

  it("does not speak of retired types to somebody whose hosts are all there", async () => {
    await inCloud({ servers: everything });
    expect(said.info.join()).not.toContain("no longer sold");
  });

  it("refuses as soon as one more host of a sold-out type is asked for", async () => {
    const growing = inCloud({ serverTypes: soldOut, servers: everything }, { jvbCount: "3" });
    await expect(growing).rejects.toThrow("sold out");
  });

  it("knows the memory of every type: those on sale, and those of servers that are there", async () => {
    const old = serverType("cpx51x", [16, 32, 360]);
    const servers = [server("web", undefined, old)];
    const { memoryGb } = await inCloud({ servers });
    expect(memoryGb).toMatchObject({ cx21: 4, cx23: 4, cpx42: 16, cpx51x: 32 });
  });

  it("counts the heap of the web host's own bridge, beside bridge hosts too", async () => {
    const settings = { jicofoHeapMb: "2500", localBridge: "always" };
    await expect(inCloud({}, settings)).rejects.toThrow("1024 MB for the heap of the bridge on it");
  });

  it("refuses a heap larger than the machine", async () => {
    await expect(inCloud({}, { bridgeHeapMb: "20000" })).rejects.toThrow(
      "bridgeHeapMb is 20000, but jvb-0 (cpx42) has 16384 MB of memory",
    );
  });

  it("refuses another domain than the one that the cluster was made for", async () => {
    const web = server("web", undefined, cx23);
    const servers = [{ ...web, labels: { ...web.labels, domain: "old.example.org" } }];
    await expect(inCloud({ servers })).rejects.toThrow(
      [
        '  domain is "meet.example.org", but this stack\'s cluster (server server-web-) was made for old.example.org, and a host keeps its domain for its whole life:',
        "      pulumi config set domain old.example.org  # for meet.example.org, create another stack: pulumi stack init NAME; or delete this cluster first: pulumi destroy",
      ].join("\n"),
    );
  });

  it("lets a cluster be whose servers name its domain, or none", async () => {
    const bridge = server("jvb", 0);
    const domain = "meet.example.org";
    const servers = [{ ...bridge, labels: { ...bridge.labels, domain } }, server("web")];
    await expect(inCloud({ servers })).resolves.toBeDefined();
  });

  it("remarks in a preview that everybody reaches port 22, and refuses nothing for it", async () => {
    const remark = expect.stringMatching(
      /^Port 22 of the hosts is open to everyone \(0\.0\.0\.0\/0\)/,
    ) as string;
    jest.spyOn(globalThis, "fetch").mockImplementation(fakeFetch());
    await run({ adminCidrs: '["0.0.0.0/0"]' }, { dryRun: true });
    expect(said.info).toContainEqual(remark);
    said.info = [];
    await run({ adminCidrs: '["203.0.113.0/24"]' }, { dryRun: true });
    expect(said.info).not.toContainEqual(expect.stringContaining("port 22"));
  });

  it("refuses a location in another network zone than the cluster's network, before a server is made", async () => {
    const labels = { project: "jitsi-hetzner", stack: "production" };
    const subnets = [{ network_zone: "eu-central" }];
    const networks = [{ name: "jitsi-network", ip_range: "10.80.0.0/16", labels, subnets }];
    const type = serverType("cx23", [2, 4, 40], { locations: ["fsn1", "ash"] });
    const serverTypes = [type, serverType("cpx42", [8, 16, 320], { locations: ["ash"] })];
    const cloud = { networks, serverTypes };
    const inAsh = { location: "ash" };
    await expect(inCloud(cloud, inAsh)).rejects.toThrow(
      [
        '  location is "ash", in the network zone us-east, but the cluster\'s network jitsi-network is in eu-central, in which a server has to be too; its locations are fsn1, nbg1, hel1:',
        "      pulumi config set location fsn1  # or, for a cluster in ash, create another stack: pulumi stack init NAME",
      ].join("\n"),
    );
    const running = { ...cloud, servers: everything };
    await inCloud(running, inAsh);
    expect(said.warn).toContainEqual(
      expect.stringMatching(/^for the next new host: location is "ash"/) as string,
    );
    await expect(inCloud(running, { ...inAsh, rollBridges: "true" })).rejects.toThrow("eu-central");
  });

  it("refuses another location for a new web host than that of its addresses, and nothing for a running one", async () => {
    const primaryIps = [
      { name: "web-ipv4", location: { name: "fsn1" } },
      { name: "web-ipv6", location: { name: "fsn1" } },
    ];
    const inNuremberg = { location: "nbg1" };
    await expect(inCloud({ primaryIps }, inNuremberg)).rejects.toThrow(
      [
        '  location is "nbg1", but the addresses of the web host (web-ipv4, web-ipv6) are in fsn1; an address never leaves its location, and a new web host gets these:',
        "      pulumi config set location fsn1  # or, for a web host with other addresses: hcloud primary-ip delete web-ipv4 && hcloud primary-ip delete web-ipv6 && pulumi refresh; then: pulumi up",
      ].join("\n"),
    );
    await inCloud({ primaryIps }, { location: "fsn1" });
    await inCloud({ primaryIps, servers: everything }, inNuremberg);
    // Without a location, the order finds out.
    await inCloud({ primaryIps: [{ name: "web-ipv4" }] }, inNuremberg);
  });

  it("refuses a web host whose address was taken off, which no step reaches", async () => {
    const primaryIps = [
      { name: "web-ipv4", assignee_id: null },
      { name: "web-ipv6", assignee_id: 99 },
    ];
    await expect(inCloud({ primaryIps, servers: everything })).rejects.toThrow(
      [
        "  The web host (server-web-) has lost its address web-ipv4, so its name leads nowhere:",
        "      hcloud server poweroff server-web- && hcloud primary-ip assign --server server-web- web-ipv4 && pulumi refresh  # then: pulumi up, which powers it on",
      ].join("\n"),
    );
    // A new web host gets them.
    await inCloud({ primaryIps });
    await inCloud({ primaryIps: [{ name: "web-ipv4" }], servers: everything });
  });

  it("refuses what the state has and Hetzner has not, a bridge that is not declared any more too", async () => {
    jest.spyOn(globalThis, "fetch").mockImplementation(fakeFetch({ servers: everything }));
    const state = stateOf(stateServer("102", "1"), stateServer("100", "0"));
    const refused = run({ jvbCount: "1" }, { state });
    await expect(refused).rejects.toThrow(
      [
        "  The server of jvb-1 (jitsi-jvb-1-a, id 102) does not exist at Hetzner any more, but the stack's state still contains it:",
        "      pulumi refresh  # removes it from the state; then: pulumi up",
      ].join("\n"),
    );
    await expect(refused).rejects.not.toThrow("jvb-0");
  });

  it("finds an SSH agent that is gone", async () => {
    jest.spyOn(globalThis, "fetch").mockImplementation(fakeFetch());
    await expect(run({}, { env: { SSH_AUTH_SOCK: "/nowhere/agent" } })).rejects.toThrow(
      'SSH_AUTH_SOCK is "/nowhere/agent", and no SSH agent answers there (ENOENT)',
    );
  });

  it("does not ask for a zone that nobody wants", async () => {
    await expect(inCloud({ zone: undefined })).resolves.toBeDefined();
  });

  it("refuses to stand beside somebody's records", async () => {
    const rrsets = [{ name: "meet", type: "CNAME", labels: {}, records: [{ value: "other." }] }];
    const refused = inCloud({ zone: { mode: "primary", rrsets } }, { dnsZone: "example.org" });
    await expect(refused).rejects.toThrow(
      "example.org has a record for meet.example.org that is not this stack's: CNAME other.",
    );
  });

  it.each([
    ["turn.meet", "turn.meet.example.org"],
    ["talk", "talk.example.org"],
  ])("refuses to stand beside somebody's record for %s too", async (name, hostname) => {
    const rrsets = [{ name, type: "A", labels: {}, records: [{ value: "192.0.2.9" }] }];
    const settings = { dnsZone: "example.org", aliases: "talk.example.org" };
    await expect(inCloud({ zone: { mode: "primary", rrsets } }, settings)).rejects.toThrow(
      `example.org has a record for ${hostname} that is not this stack's: A 192.0.2.9`,
    );
  });

  it("refuses `tls: own` without a key before the cloud is asked, in a preview without a token too", async () => {
    const asked = jest.spyOn(globalThis, "fetch");
    const refused = run({ tls: "own" }, { dryRun: true, api: undefined });
    await expect(refused).rejects.toThrow(
      /tlsKey is not set, but tls is own:\n +pulumi config set --secret tlsKey < privkey.pem/,
    );
    expect(asked).not.toHaveBeenCalled();
  });

  it.each(["NO_TOKEN", "NO_NETWORK"])(
    "lets a preview go on with %s, and says so",
    async (cause) => {
      jest.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("fetch failed"));
      const asked = cause === "NO_TOKEN" ? { api: undefined } : {};
      const result = await run({ dnsZone: "example.org" }, { ...asked, dryRun: true });
      expect(result).toMatchObject({ webServerType: "cx23", jvbServerType: "cpx42" });
      expect(result.monthlyCost).toBeUndefined();
      expect(said.warn).toEqual([
        expect.stringMatching(
          /^Not checked, because (there is no token|https:\/\/api\.example\.test\/v1 does not answer: fetch failed).*: whether the server types and the image can be ordered in fsn1, the zone example\.org and its records, what exists already, and the cost\.$/,
        ) as string,
      ]);
    },
  );

  it("stops an update without a token", async () => {
    await expect(run({}, { api: undefined })).rejects.toThrow(
      "There is no token of Hetzner Cloud:\n      pulumi config set --secret hcloud:token",
    );
  });

  it("stops an update without a network", async () => {
    jest.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("fetch failed"));
    await expect(run()).rejects.toThrow(`${endpoint} does not answer: fetch failed`);
  });

  it("stops at a token that the cloud refuses, in a preview too", async () => {
    const error = { error: { code: "unauthorized", message: "the token is invalid" } };
    jest
      .spyOn(globalThis, "fetch")
      .mockImplementation(() => Promise.resolve(Response.json(error, { status: 401 })));
    await expect(run({}, { dryRun: true })).rejects.toThrow(
      `${endpoint} refuses the token: the token is invalid`,
    );
  });

  it("tries again where the cloud is busy", async () => {
    const busy = Response.json({ error: { code: "rate_limit_exceeded" } }, { status: 429 });
    const good = fakeFetch();
    const fetched = jest.spyOn(globalThis, "fetch").mockImplementation(good);
    fetched.mockResolvedValueOnce(busy);
    await expect(run()).resolves.toMatchObject({ webServerType: "cx23" });
    expect(fetched.mock.calls).toHaveLength(7);
  });

  it("lists servers that are off, and leaves them alone", async () => {
    const off = { ...server("jvb", 1), status: "off" };
    const servers = [...everything.slice(0, 2), off];
    const { serversOff } = await inCloud({ servers });
    expect(serversOff.map(({ name }) => name)).toEqual([off.name]);
    const methods = jest.mocked(fetch).mock.calls.map(([, init]) => init?.method);
    expect([...new Set(methods)]).toEqual(["GET"]);
  });

  it("asks for the stack's own servers only", async () => {
    const fetched = jest.spyOn(globalThis, "fetch").mockImplementation(fakeFetch());
    await run();
    const urls = fetched.mock.calls.map(([url]) => url as string);
    expect(urls).toContain(
      `${endpoint}/servers?label_selector=project%3Djitsi-hetzner%2Cstack%3Dproduction&per_page=50&page=1`,
    );
    expect(emptyCloud.servers).toEqual([]);
  });
});
