import { parseSettings } from "../../../../../lib/config/settings";
import { ed25519, messageFor, valid } from "../support";

const berlin = { name: "berlin", host: "203.0.113.7", role: "jvb", hostKey: ed25519 };

const messageForNodes = (...nodes: unknown[]): string =>
  messageFor({ existingNodes: JSON.stringify(nodes) });

describe("existingNodes", () => {
  it("has defaults for all that is the same on most machines", () => {
    const { existingNodes } = parseSettings({ ...valid, existingNodes: JSON.stringify([berlin]) });
    expect(existingNodes).toEqual([
      {
        ...berlin,
        user: "root",
        port: 22,
        // Without the comment.
        hostKey: ed25519.split(" ").slice(0, 2).join(" "),
        region: undefined,
        adopt: false,
        draining: false,
      },
    ]);
    expect(existingNodes.every(Object.isFrozen)).toBe(true);
  });

  it("takes numbers and booleans as YAML and `pulumi config set --path` write them", () => {
    const given = [
      { ...berlin, user: "debian", port: 2222, adopt: true, draining: "true", region: "eu" },
    ];
    const { existingNodes } = parseSettings({ ...valid, existingNodes: JSON.stringify(given) });
    expect(existingNodes[0]).toMatchObject({
      user: "debian",
      port: 2222,
      adopt: true,
      draining: true,
      region: "eu",
    });
  });

  it("takes an empty list", () => {
    expect(parseSettings({ ...valid, existingNodes: "" }).existingNodes).toEqual([]);
  });

  it("tells everything that is wrong with all machines at once, each with its key, value and fix", () => {
    expect(
      messageForNodes(
        { ...berlin, host: "2001:db8::7", role: "jvbb", user: "Root!", port: 0, adopt: "yes" },
        { ...berlin, name: "Paris", hostKey: "" },
        { ...berlin, hostkey: ed25519 },
        "203.0.113.7",
      ),
    ).toMatchInlineSnapshot(`
      "The stack's configuration has 9 problems:
        existingNodes[0].host is "2001:db8::7", but must be the public IPv4 address of the machine, such as 203.0.113.7: participants without IPv6 could not reach a machine that is known by an IPv6 address:
            pulumi config set --path 'existingNodes[0].host' 203.0.113.7  # on the machine: ip -4 addr show scope global
        existingNodes[0].role is "jvbb", but must be one of jvb, jibri:
            pulumi config set --path 'existingNodes[0].role' jvb
        existingNodes[0].user is "Root!", but must be the name of a user who is root or has sudo without a password:
            pulumi config set --path 'existingNodes[0].user' root
        existingNodes[0].port is "0", but must be the port of its SSH server, from 1 to 65535:
            pulumi config set --path 'existingNodes[0].port' 22
        existingNodes[0].adopt is "yes", but must be true or false:
            pulumi config set --path 'existingNodes[0].adopt' false
        existingNodes[1].name is "Paris", but must be 1 to 30 lower-case letters, digits and -, and must begin with a letter and not end with -:
            pulumi config set --path 'existingNodes[1].name' berlin
        existingNodes[1].hostKey is not set, but is required; without it, another machine could answer at 203.0.113.7 and would get the password of the bridges:
            pulumi config set --path 'existingNodes[1].hostKey' "ssh-ed25519 AAAA..."  # the key, on the machine's console or over an SSH session that you trust already: cat /etc/ssh/ssh_host_ed25519_key.pub; not by ssh-keyscan, because another machine could answer
        existingNodes[2] has "hostkey", which is no field of it; the fields are name, host, role, user, port, hostKey, region, adopt, draining:
            pulumi config rm --path 'existingNodes[2].hostkey'
        existingNodes[3] is "203.0.113.7", but must be an object with name, host, role, user, port, hostKey, region, adopt, draining:
            pulumi config set --path 'existingNodes[3].name' berlin  # and the other fields: docs/existing-machines.md"
    `);
  });

  it.each([
    ["127.0.0.1", "loopback"],
    ["10.0.0.1", "private"],
    ["192.168.1.7", "private"],
    ["100.64.0.1", "carrierGradeNat"],
    ["169.254.1.1", "linkLocal"],
    ["224.0.0.1", "multicast"],
    ["0.0.0.0", "unspecified"],
  ])("refuses %s, which no participant reaches", (host, range) => {
    expect(messageForNodes({ ...berlin, host })).toContain(
      `existingNodes[0].host is "${host}", but must be the public IPv4 address of the machine, such as 203.0.113.7; participants cannot reach this one (${range})`,
    );
  });

  it.each(["203.0.113", "0x7f.1", "203.0.113.7/32", "203.0.113.7:22", "https://x", ""])(
    "refuses %j, which is no IPv4 address as it is usually written",
    (host) => {
      expect(messageForNodes({ ...berlin, host })).toContain("existingNodes[0].host is ");
    },
  );

  it("refuses a name, because port 5222 opens for one address, and says how to find that", () => {
    const message = messageForNodes({ ...berlin, host: "node.example.org" });
    expect(message).toContain("because port 5222 of the web host opens for exactly this address");
    expect(message).toContain("dig +short A node.example.org");
  });

  it.each([
    "web",
    "local",
    "local-recorder",
    "jvb-0",
    "jibri-12",
    "x-drain",
    "Berlin",
    "b_1",
    "1b",
    "b-",
    "",
    "a".repeat(31),
  ])("refuses the name %j", (name) => {
    expect(messageForNodes({ ...berlin, name })).toContain("existingNodes[0].name is ");
  });

  it.each([
    ["-----BEGIN OPENSSH PRIVATE KEY-----", "is a private key (not shown)"],
    ["ssh-ed25519 AAAA", "is a damaged ssh-ed25519 key"],
    [
      `ssh-rsa ${Buffer.from("\0\0\0\x07ssh-rsa\0\0\0\x01a").toString("base64")}`,
      "is a key of the type ssh-rsa",
    ],
  ])("refuses the host key %j, and says where the right one stands", (hostKey, words) => {
    const message = messageForNodes({ ...berlin, hostKey });
    expect(message).toContain("existingNodes[0].hostKey ");
    expect(message).toContain(words.replace("is a damaged", "which is a damaged"));
    expect(message).toContain("cat /etc/ssh/ssh_host_ed25519_key.pub");
    expect(message).not.toContain("b3BlbnNz");
  });

  it("refuses the same name and the same address twice", () => {
    const paris = { ...berlin, name: "paris", host: "203.0.113.8" };
    expect(
      messageForNodes(berlin, paris, { ...paris, name: "berlin", host: "203.0.113.9" }),
    ).toContain(
      'existingNodes[2].name is "berlin", which is also the name of existingNodes[0]; each name is allowed once',
    );
    expect(messageForNodes(berlin, { ...paris, host: berlin.host })).toContain(
      'existingNodes[1].host is "203.0.113.7", which is also the address of existingNodes[0]; each machine is allowed once',
    );
  });

  it.each(["203.0.113.7", '{"name":"a"}', "[", "7"])("refuses %s, which is no list", (text) => {
    expect(messageFor({ existingNodes: text })).toContain("existingNodes is not a list of objects");
  });

  it("is a bridge in service, so that the web host needs none of its own", () => {
    const others = { ...valid, jvbCount: "0", localBridge: "never" };
    const nodes = (more: object) => JSON.stringify([{ ...berlin, ...more }]);
    expect(() => parseSettings({ ...others, existingNodes: nodes({}) })).not.toThrow();
    expect(messageFor({ ...others, existingNodes: nodes({ draining: true }) })).toContain(
      "no meeting could take place without a bridge",
    );
  });
});
