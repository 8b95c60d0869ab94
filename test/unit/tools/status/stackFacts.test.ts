import { readExport } from "../../../../tools/stackExport";
import { readStackFacts } from "../../../../tools/status/stackFacts";

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});

const urn = (type: string, name: string) => `urn:pulumi:prod::my-meetings::${type}::${name}`;

const server = (name: string, id: string, labels: object, more: object = {}) => ({
  urn: urn("hcloud:index/server:Server", name),
  type: "hcloud:index/server:Server",
  id,
  outputs: { labels },
  ...more,
});

const connection = {
  host: "192.0.2.1",
  hostKey: "ssh-ed25519 AAAA",
  privateKey: secret("-----BEGIN"),
  proxy: { host: "bastion.test", hostKey: "ssh-ed25519 BBBB" },
};

const exported = JSON.stringify({
  deployment: {
    resources: [
      {
        urn: urn("pulumi:pulumi:Stack", "my-meetings-prod"),
        type: "pulumi:pulumi:Stack",
        outputs: { bridges: [{ name: "jvb-0", nickname: "jvb-11" }], deploymentKey: secret("x") },
      },
      {
        urn: urn("hcloud:index/firewall:Firewall", "jitsi-firewall-web"),
        type: "hcloud:index/firewall:Firewall",
        id: "20",
        outputs: {
          labels: { role: "web" },
          rules: [
            { direction: "in", protocol: "tcp", port: "22", sourceIps: ["::/0", "0.0.0.0/0"] },
            { direction: "in", protocol: "icmp", port: "", sourceIps: ["::/0"] },
          ],
        },
      },
      server("jitsi-web", "10", { role: "web" }),
      server("jitsi-jvb-0", "11", { role: "jvb", index: "0" }),
      server("jitsi-jvb-0", "9", { role: "jvb", index: "0" }, { delete: true }),
      {
        urn: urn("hcloud:index/serverNetwork:ServerNetwork", "jitsi-jvb-0-network"),
        type: "hcloud:index/serverNetwork:ServerNetwork",
        outputs: { serverId: 11, ip: "10.80.1.1" },
      },
      {
        urn: urn("command:remote:Command", "jitsi-web-setup"),
        type: "command:remote:Command",
        inputs: { connection: secret(connection) },
      },
    ],
  },
});

describe("what a stack's state tells", () => {
  it("has the servers by the names that people know, and those that are about to go", () => {
    expect(readStackFacts(readExport(exported)).servers).toEqual([
      { name: "web", id: "10", isLeaving: false, privateIp: undefined },
      { name: "jvb-0", id: "11", isLeaving: false, privateIp: "10.80.1.1" },
      { name: "jvb-0", id: "9", isLeaving: true, privateIp: undefined },
    ]);
  });

  it("has the firewalls with their rules, in the form in which they are compared", () => {
    expect(readStackFacts(readExport(exported)).firewalls).toEqual([
      { id: "20", role: "web", rules: ["in tcp 22 from 0.0.0.0/0, ::/0", "in icmp from ::/0"] },
    ]);
  });

  it("has the way to the web host, secrets within secrets in plain", () => {
    expect(readStackFacts(readExport(exported)).webHost).toEqual({
      ...connection,
      privateKey: "-----BEGIN",
    });
  });

  it("has the bridges of the last whole `up`", () => {
    expect(readStackFacts(readExport(exported)).bridgeOutputs).toEqual([
      { name: "jvb-0", nickname: "jvb-11" },
    ]);
  });

  it("is empty for a stack that was never deployed", () => {
    const facts = { servers: [], firewalls: [], bridgeOutputs: [], webHost: undefined };
    expect(readStackFacts(readExport('{"version":3,"deployment":{}}'))).toEqual(facts);
  });
});
