import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { ConfigError, loadSettings, parseSettings } from "../../../../lib/config/settings";
import { defaults, limits } from "../../../../lib/constants";
import { configKeys, type RawConfig } from "../../../../lib/config/problem";

const ed25519 =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs a@b";
const valid: RawConfig = { domain: "meet.example.org" };

/** The message for a configuration that is valid but for these values. */
function messageFor(raw: RawConfig): string {
  try {
    parseSettings({ ...valid, ...raw });
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.message;
    }
    throw error;
  }
  throw new Error(`nothing was refused in ${JSON.stringify(raw)}`);
}

describe("parseSettings", () => {
  it("fills in the defaults where only the domain is set", () => {
    expect({ ...parseSettings(valid), drainTimeout: "30m" }).toEqual({
      domain: "meet.example.org",
      ...defaults,
      removedBridges: [],
      drainingBridges: [],
      rollBridges: [],
      drainTimeoutSeconds: 1800,
      forceDrain: false,
      sshAuthorizedKeys: [],
      labels: {},
      protect: false,
    });
  });

  it("takes every key", () => {
    expect(
      parseSettings({
        domain: "meet.example.org",
        jvbCount: "88",
        removedBridges: "[1,3]",
        drainingBridges: "2",
        rollBridges: "true",
        localBridge: "never",
        drainTimeout: "1h30m",
        forceDrain: "true",
        jvbSecretVersion: "2",
        webServerType: "cx33",
        jvbServerType: "ccx23",
        bridgeHeapMb: "4096",
        jicofoHeapMb: "1024",
        location: "hel1",
        image: "debian-12",
        timezone: "Europe/Berlin",
        jitsiVersion: "2.0.10888-1",
        jitsiAptRepository: "https://mirror.example.org/jitsi/",
        jitsiAptKeyFingerprint: "66a9 cd05 95d6 afa2 4729  0d3b ef8b 479e 2dc1 389c",
        sshAuthorizedKeys: JSON.stringify([`${ed25519}\n`]),
        dnsZone: "example.org",
        adminCidrs: '["203.0.113.0/24","2001:DB8:0::/32"]',
        labels: '{"team":"video","cost-center":42}',
        protect: "true",
        sshProxy: "admin@[2001:db8::7]:2222",
        sshProxyHostKey: ed25519,
      }),
    ).toEqual({
      domain: "meet.example.org",
      jvbCount: 88,
      removedBridges: [1, 3],
      drainingBridges: [2],
      rollBridges: "all",
      localBridge: "never",
      drainTimeoutSeconds: 5400,
      forceDrain: true,
      jvbSecretVersion: 2,
      webServerType: "cx33",
      jvbServerType: "ccx23",
      bridgeHeapMb: 4096,
      jicofoHeapMb: 1024,
      location: "hel1",
      image: "debian-12",
      timezone: "Europe/Berlin",
      jitsiVersion: "2.0.10888-1",
      jitsiAptRepository: "https://mirror.example.org/jitsi",
      jitsiAptKeyFingerprint: "66A9CD0595D6AFA247290D3BEF8B479E2DC1389C",
      sshAuthorizedKeys: [ed25519],
      dnsZone: "example.org",
      adminCidrs: ["203.0.113.0/24", "2001:db8::/32"],
      labels: { team: "video", "cost-center": "42" },
      protect: true,
      sshProxy: { user: "admin", host: "2001:db8::7", port: 2222, hostKey: ed25519 },
    });
  });

  it("is frozen, lists too", () => {
    const settings = parseSettings(valid);
    expect(Object.isFrozen(settings) && Object.isFrozen(settings.sshAuthorizedKeys)).toBe(true);
  });

  it("tells all problems at once, each with key, value, what is allowed and the command", () => {
    expect(messageFor({ domain: "https://Meet.Example.org/", jvbCount: "three", location: "moon" }))
      .toMatchInlineSnapshot(`
      "The stack's configuration has 3 problems:
        domain is "https://Meet.Example.org/"; a host name in lower case is needed, without a scheme, port, path or trailing dot:
            pulumi config set domain meet.example.org
        jvbCount is "three"; a whole number from 0 to 90 is needed:
            pulumi config set jvbCount 2
        location is "moon"; one of fsn1, nbg1, hel1, ash, hil, sin is needed:
            pulumi config set location fsn1"
    `);
  });

  it("takes every whole number from 0 to 90 as jvbCount", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: limits.bridges }), (count) => {
        expect(parseSettings({ ...valid, jvbCount: count.toString() }).jvbCount).toBe(count);
      }),
    );
  });

  it.each([
    ["", "meet.example.org"],
    ["meet.example.org.", "meet.example.org"],
    ["Meet.example.org", "meet.example.org"],
    ["https://meet.example.org:8443/room", "meet.example.org"],
    ["localhost", "meet.example.org"],
    ["192.0.2.1", "meet.example.org"],
    ["2001:db8::1", "meet.example.org"],
    ["meet_us.example.org", "meet.example.org"],
    ["-meet.example.org", "meet.example.org"],
    ["meet..example.org", "meet.example.org"],
    [`${"a".repeat(64)}.example.org`, "meet.example.org"],
    [`${"a.".repeat(25)}example.org`, "meet.example.org"],
  ])("refuses the domain %j and proposes %s", (domain, proposal) => {
    const message = messageFor({ domain });
    expect(message).toMatch(/^The stack's configuration has a problem:\n {2}domain is /);
    expect(message).toContain(`\n      pulumi config set domain ${proposal}`);
  });

  it.each(["webServerType", "jvbServerType"] as const)("refuses a %s that is no name", (key) => {
    expect(messageFor({ [key]: "CX 21" })).toContain(
      `${key} is "CX 21"; the name of a Hetzner server type is needed, such as ${defaults[key]}:\n      pulumi config set ${key} ${defaults[key]}`,
    );
  });

  it.each(["webServerType", "jvbServerType"] as const)("refuses an ARM type as %s", (key) => {
    expect(messageFor({ [key]: "cax21" })).toContain(
      `${key} is "cax21", an ARM type; Jitsi's hosts are x86:\n      pulumi config set ${key} ${defaults[key]}`,
    );
  });

  it("refuses a location that does not exist, and lists those that do", () => {
    expect(messageFor({ location: "fra1" })).toContain(
      'location is "fra1"; one of fsn1, nbg1, hel1, ash, hil, sin is needed',
    );
  });

  it("does not take a name that all objects have for a location", () => {
    expect(messageFor({ location: "toString" })).toContain('location is "toString"');
  });

  it("refuses another image", () => {
    expect(messageFor({ image: "ubuntu-24.04" })).toContain(
      'image is "ubuntu-24.04"; one of debian-13, debian-12 is needed:\n      pulumi config set image debian-13',
    );
  });

  it("refuses a zone that does not hold the domain", () => {
    expect(messageFor({ dnsZone: "example.net" })).toContain(
      'dnsZone is "example.net", which does not hold the domain meet.example.org; the zone that holds it is needed, or none:\n      pulumi config set dnsZone example.org',
    );
  });

  it("does not take a name that only ends alike for one in the zone", () => {
    expect(messageFor({ domain: "meet.badexample.org", dnsZone: "example.org" })).toContain(
      "which does not hold the domain",
    );
  });

  it("takes the zone itself as the domain", () => {
    expect(parseSettings({ domain: "example.org", dnsZone: "example.org" }).dnsZone).toBe(
      "example.org",
    );
  });

  it("takes an empty zone for none", () => {
    expect(parseSettings({ ...valid, dnsZone: "" }).dnsZone).toBeUndefined();
  });
});

describe("a wrong value", () => {
  it.each<[keyof RawConfig, string[], string]>([
    ["jvbCount", ["-1", "2.5", "four", "", " 2", "0x2", "1e1"], "a whole number from 0 to 90"],
    ["jvbCount", ["91", "500"], "100 resources, which nobody can raise; a second stack"],
    ["removedBridges", ["one", "[1.5]", "[-1]", '["x"]', "{}", "[[1]]"], "a list of numbers of"],
    ["removedBridges", ["[1,1]"], "has the number 1 twice"],
    [
      "removedBridges",
      ["[7]"],
      "has 7, which does not exist: with jvbCount 2 the numbers go up to 2",
    ],
    ["drainingBridges", ["yes"], "a list of numbers of bridges is needed, such as [1]"],
    ["drainingBridges", ["[2]"], "with jvbCount 2 the bridges are 0, 1"],
    ["drainingBridges", ["[0,1]"], "empties every bridge: nobody could meet"],
    ["rollBridges", ["yes"], "true, false or a list of numbers of bridges is needed"],
    ["rollBridges", ["[2]"], "is no bridge of this cluster"],
    ["localBridge", ["sometimes", ""], "one of auto, always, never is needed"],
    ["drainTimeout", ["soon", "", "-5m", "30", "1d", "5m1h"], "a duration is needed, such as 30m"],
    ["drainTimeout", ["25h", "1441m"], "24h at most"],
    ["forceDrain", ["yes", ""], "true or false is needed"],
    ["protect", ["yes", ""], "true or false is needed"],
    ["jvbSecretVersion", ["0", "two", "1.5", "-1"], "a whole number from 1 to 9999"],
    ["bridgeHeapMb", ["64", "4g", "-1", "1000000"], "a whole number of MB from 192 to 393216"],
    ["jicofoHeapMb", ["64", "4g"], "a whole number of MB from 192 to 393216"],
    ["timezone", ["Berlin", "europe/berlin", "CET+1", "", "Europe/Moon"], "name of a time zone"],
    ["jitsiVersion", ["newest", "2.0", "stable-10888"], "a version of the package jitsi-meet"],
    ["jitsiAptRepository", ["http://x.example", "x.example", "https://a:b@x.example", ""], "https"],
    ["jitsiAptRepository", ["https://x.example/a b", "https://x.example/?a"], "https address"],
    ["jitsiAptKeyFingerprint", ["2DC1389C", "xyz", ""], "40 hexadecimal digits"],
  ])("of %s is refused: %j", (key, values, reason) => {
    for (const value of values) {
      const message = messageFor({ [key]: value });
      expect(message).toContain(`  ${key} `);
      expect(message).toContain(reason);
      expect(message).toMatch(new RegExp(`\\n {6}pulumi config (set|rm)( --path)? .*${key}`));
    }
  });

  it("of two keys together is refused, with the reason", () => {
    expect(messageFor({ jvbCount: "0", localBridge: "never" })).toContain(
      "localBridge is never, with jvbCount 0: nobody could meet",
    );
    expect(messageFor({ removedBridges: "[1]", drainingBridges: "[1]" })).toContain(
      "drainingBridges has 1, which is no bridge of this cluster: removedBridges takes it out, which drains it too",
    );
    expect(messageFor({ jvbCount: "90", removedBridges: "[1]" })).toContain(
      "both together may be 90 at most",
    );
  });
});

describe("sshAuthorizedKeys", () => {
  const messageForKeys = (...keys: string[]): string =>
    messageFor({ sshAuthorizedKeys: JSON.stringify(keys) });

  it("never shows a private key", () => {
    const message = messageForKeys("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n");
    expect(message).toContain("[0] is a private key (not shown)");
    expect(message).not.toContain("b3BlbnNz");
  });

  it.each([
    "hello",
    "ssh-ed25519",
    ed25519.slice(0, 50),
    ed25519.replace("ssh-ed25519", "ssh-rsa"),
    ed25519.replace("AAAAC3", "AAAAC4"),
    `${ed25519}\n${ed25519}`,
    `command="x" ${ed25519}`,
  ])("refuses %j", (key) => {
    expect(messageForKeys(ed25519, key)).toContain(
      `pulumi config set --path 'sshAuthorizedKeys[1]' "$(cat ~/.ssh/id_ed25519.pub)"`,
    );
  });

  it("refuses the same key twice", () => {
    expect(messageForKeys(ed25519, ed25519)).toContain("[1] is the same as number 0");
  });

  it("takes one key, and one a line, as plain text", () => {
    const other = `${ed25519}2`;
    const parsed = parseSettings({ ...valid, sshAuthorizedKeys: `${ed25519}\n\n${other}\n` });
    expect(parsed.sshAuthorizedKeys).toEqual([ed25519, other]);
    expect(parseSettings({ ...valid, sshAuthorizedKeys: ed25519 }).sshAuthorizedKeys).toEqual([
      ed25519,
    ]);
  });

  it("shows no line of a private key that is given as plain text", () => {
    const sshAuthorizedKeys = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n";
    expect(messageFor({ sshAuthorizedKeys })).not.toContain("b3BlbnNz");
  });

  it.each(['"ssh-ed25519 AAAA"', "[1]", "{}"])(
    "refuses what is no list of texts: %s",
    (sshAuthorizedKeys) => {
      expect(messageFor({ sshAuthorizedKeys })).toContain(
        "sshAuthorizedKeys is not a list; a list of public keys is needed:\n      pulumi config rm sshAuthorizedKeys && ",
      );
    },
  );
});

describe("adminCidrs", () => {
  const messageForCidrs = (...cidrs: string[]): string =>
    messageFor({ adminCidrs: JSON.stringify(cidrs) });

  it.each([
    ["203.0.113.7", "a range in CIDR notation is needed", "203.0.113.7/32"],
    ["2001:db8::7", "a range in CIDR notation is needed", "2001:db8::7/128"],
    ["203.0.113.0/33", "a range in CIDR notation is needed", "203.0.113.0/24"],
    ["203.0.113/24", "a range in CIDR notation is needed", "203.0.113.0/24"],
    ["203.0.113.7/24", "is not the first address of its range", "203.0.113.0/24"],
    ["2001:db8::7/32", "is not the first address of its range", "2001:db8::/32"],
    ["office", "a range in CIDR notation is needed", "203.0.113.0/24"],
    ["0x10.0.0.0/8", "a range in CIDR notation is needed", "203.0.113.0/24"],
    ["::ffff:192.0.2.0/120", "an IPv4 range is written as such", "::ffff:c000:200/120"],
  ])("refuses %s: it %s", (cidr, reason, guess) => {
    const message = messageForCidrs("10.0.0.0/8", cidr);
    expect(message).toContain(`adminCidrs [1] is "${cidr}"`);
    expect(message).toContain(reason);
    expect(message).toContain(`\n      pulumi config set adminCidrs '["10.0.0.0/8","${guess}"]'`);
  });

  it.each([
    ["JSON", '["203.0.113.0/24", "2001:db8::/32"]'],
    ["text", "203.0.113.0/24, 2001:db8::/32"],
  ])("takes a list as %s", (_, adminCidrs) => {
    expect(parseSettings({ ...valid, adminCidrs }).adminCidrs).toEqual([
      "203.0.113.0/24",
      "2001:db8::/32",
    ]);
  });

  it("sets all ranges right with one command", () => {
    const fix = `pulumi config set adminCidrs '["203.0.113.7/32","10.0.0.0/8","2001:db8::/32"]'`;
    const message = messageForCidrs("203.0.113.7", "10.0.0.0/8", "2001:db8::1/32");
    expect(message.split(fix)).toHaveLength(3);
  });

  it("takes everybody for an answer when it is given on purpose", () => {
    expect(parseSettings({ ...valid, adminCidrs: '["0.0.0.0/0"]' }).adminCidrs).toEqual([
      "0.0.0.0/0",
    ]);
  });

  it("refuses a range twice, in two spellings too", () => {
    expect(messageForCidrs("2001:db8::/32", "2001:DB8:0::/32")).toContain(
      "adminCidrs [1] is the same as number 0",
    );
  });

  it("refuses a list that nobody is in, and one that is no list", () => {
    expect(messageForCidrs()).toContain(
      "adminCidrs is empty, which would lock out `pulumi up` too",
    );
    expect(messageFor({ adminCidrs: "[10.0.0.0/8]" })).toContain("adminCidrs is not a list");
  });

  it("refuses more ranges than a rule of Hetzner's takes", () => {
    const many = Array.from({ length: 101 }, (_, index) => `10.0.${index}.0/24`);
    expect(messageForCidrs(...many)).toContain("adminCidrs has 101 ranges; 100 are allowed");
  });
});

describe("labels", () => {
  it.each([
    ["stack", "x", 'has "stack", which the program sets itself'],
    ["hetzner.cloud/x", "x", 'has "hetzner.cloud/x"; names that begin'],
    ["-team", "x", 'has the name "-team"'],
    ["", "x", 'has the name ""'],
    ["a b", "x", 'has the name "a b"'],
    ["x".repeat(64), "x", "has the name"],
    ["team", "two words", 'has "team" with the value "two words"'],
    ["team", "x".repeat(64), 'has "team" with the value "xx'],
  ])("refuses %j with %j", (name, value, reason) => {
    const message = messageFor({ labels: JSON.stringify({ size: "s", [name]: value }) });
    expect(message).toContain(`labels ${reason}`);
    expect(message).toContain(`\n      pulumi config set labels '{"size":"s"}'`);
  });

  it.each(["[]", '"x"', "x", '{"a":{"b":"c"}}', "null"])(
    "refuses what is no object: %s",
    (labels) => {
      expect(messageFor({ labels })).toContain("labels is no object of plain values");
    },
  );

  it("takes names with a DNS name before them, and empty values", () => {
    const labels = { "example.org/team": "", a: "1.0_x-y" };
    expect(parseSettings({ ...valid, labels: JSON.stringify(labels) }).labels).toEqual(labels);
  });
});

describe("Pulumi.yaml", () => {
  interface Declared {
    config: Record<string, { type: string; default: unknown; description: string }>;
  }
  const { config } = parse(
    readFileSync(join(__dirname, "../../../../Pulumi.yaml"), "utf8"),
  ) as Declared;

  it("declares the keys that the program reads, and no other", () => {
    expect(Object.keys(config)).toEqual([...configKeys]);
  });

  it("has the program's defaults", () => {
    const declared = Object.fromEntries(
      Object.entries(config).map(([key, { default: value }]) => [key, value]),
    );
    expect(declared).toEqual({
      ...defaults,
      jvbCount: defaults.jvbCount.toString(),
      jvbSecretVersion: defaults.jvbSecretVersion.toString(),
      removedBridges: "",
      drainingBridges: "",
      rollBridges: "",
      forceDrain: "false",
      bridgeHeapMb: "",
      jicofoHeapMb: "",
      jitsiVersion: "",
      domain: "",
      labels: {},
      dnsZone: "",
      sshAuthorizedKeys: [],
      protect: "false",
      sshProxy: "",
      sshProxyHostKey: "",
      sshProxyPrivateKey: "",
    });
  });

  it("describes every key", () => {
    for (const { description } of Object.values(config)) {
      expect(description).toMatch(/^[A-Z].+\.$/);
    }
  });
});

describe("loadSettings", () => {
  const key = "jitsi-hetzner:sshProxyPrivateKey";
  const load = (secretKeys: string[]) => {
    pulumi.runtime.setAllConfig(
      { "jitsi-hetzner:domain": "meet.example.org", [key]: "c2VjcmV0" },
      secretKeys,
    );
    return loadSettings();
  };
  beforeAll(async () => {
    await pulumi.runtime.setMocks(
      { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
      "jitsi-hetzner",
    );
  });

  it("keeps the bastion's private key secret", async () => {
    expect(await pulumi.isSecret(load([key]).sshProxyPrivateKey ?? pulumi.output(""))).toBe(true);
  });

  it("refuses the bastion's private key in plain text, without showing it", () => {
    expect(() => load([])).toThrow(
      /sshProxyPrivateKey is in plain text .*\n +cat KEYFILE \| pulumi config set --secret sshProxyPrivateKey/,
    );
    expect(() => load([])).not.toThrow(/c2VjcmV0/);
  });
});
