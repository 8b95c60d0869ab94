import fc from "fast-check";
import type { RawConfig } from "../../../../lib/config/keys";
import { mostBridges } from "../../../../lib/config/keys/bridges";
import { parseSettings } from "../../../../lib/config/settings";
import { ed25519, messageFor, valid } from "./support";

const proxy: RawConfig = { sshProxy: "bastion", sshProxyHostKey: ed25519 };

describe("parseSettings", () => {
  it("fills in the defaults where only the domain is set", () => {
    expect(parseSettings(valid)).toMatchObject({
      domain: "meet.example.org",
      jvbCount: 2,
      removedBridges: [],
      drainingBridges: [],
      rollBridges: [],
      localBridge: "auto",
      drainTimeoutSeconds: 1800,
      forceDrain: false,
      jvbSecretVersion: 1,
      webServerType: "cx21",
      jvbServerType: "cpx41",
      location: "fsn1",
      image: "debian-13",
      timezone: "UTC",
      jitsiAptRepository: "https://download.jitsi.org",
      jitsiAptKeyFingerprint: "FFD65A0DA2BEBDEB73D44C8BB4D2D216F1FD7806",
      sshAuthorizedKeys: [],
      adminCidrs: ["0.0.0.0/0", "::/0"],
      protect: false,
    });
    expect(parseSettings(valid).labels).toEqual({});
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
    ).toMatchObject({
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

  it("is frozen, lists and objects too", () => {
    const settings = parseSettings({ ...valid, ...proxy });
    const values = [settings, ...Object.values(settings)];
    expect(values.filter((value) => !Object.isFrozen(value))).toEqual([]);
  });

  it("tells all problems at once, each with key, value, what is allowed and the command", () => {
    expect(messageFor({ domain: "https://Meet.Example.org/", jvbCount: "three", location: "moon" }))
      .toMatchInlineSnapshot(`
      "The stack's configuration has 3 problems:
        domain is "https://Meet.Example.org/", but must be a host name in lower case, without a scheme, port, path or trailing dot:
            pulumi config set domain meet.example.org
        jvbCount is "three", but must be a whole number from 0 to 90:
            pulumi config set jvbCount 2
        location is "moon", but must be one of fsn1, nbg1, hel1, ash, hil, sin:
            pulumi config set location fsn1"
    `);
  });

  it("reports problems in the order of the declarations, those of several keys too", () => {
    const message = messageFor({ protect: "yes", dnsZone: "example.net", timezone: "Berlin" });
    expect([...message.matchAll(/^ {2}(\w+) /gm)].map(([, key]) => key)).toEqual([
      "dnsZone",
      "timezone",
      "protect",
    ]);
  });

  it("reports no mistake twice: a key that is invalid by itself is not compared with others", () => {
    const count = (raw: RawConfig) => messageFor(raw).match(/^ {2}\w/gm)?.length;
    expect(count({ domain: "localhost", dnsZone: "example.net" })).toBe(1);
    expect(count({ jvbCount: "four", removedBridges: "[7]", drainingBridges: "[8]" })).toBe(1);
    expect(count({ sshProxy: "ssh://bastion", sshProxyHostKey: "" })).toBe(1);
  });

  it("reports a secret that is stored in plain text beside all other problems", () => {
    expect(() => parseSettings({ jvbCount: "four" }, ["sshProxyPrivateKey"])).toThrow(
      /has 3 problems:\n {2}domain (.|\n)*\n {2}jvbCount (.|\n)*\n {2}sshProxyPrivateKey is stored in plain text/,
    );
  });

  it("takes every whole number from 0 to 90 as jvbCount", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: mostBridges }), (count) => {
        expect(parseSettings({ ...valid, jvbCount: count.toString() }).jvbCount).toBe(count);
      }),
    );
  });
});
