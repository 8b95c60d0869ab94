import type { StackConfig } from "../../../../tools/cloudApi";
import {
  assertSameDomain,
  lastWholeUpdate,
  undeployedSettings,
  type HistoricUpdate,
} from "../../../../tools/status/undeployed";
import { configKeys } from "../../../../lib/config/problem";

const config = (settings: Readonly<Record<string, string | undefined>>): StackConfig =>
  Object.fromEntries(
    Object.entries({ domain: "a.test", jvbCount: "2", ...settings }).map(([key, value]) => [
      `my-meetings:${key}`,
      { value, secret: false },
    ]),
  );

const changed = (
  now: Readonly<Record<string, string>>,
  then: Readonly<Record<string, string>> = {},
) => undeployedSettings(config(now), config(then));

describe("settings that are changed and not deployed", () => {
  it("are told with both values", () => {
    expect(changed({ drainTimeout: "1h", jvbCount: "3" })).toEqual([
      "jvbCount is changed and not deployed (deployed: 2, now: 3): pulumi up",
      "drainTimeout is changed and not deployed (deployed: not set, now: 1h): pulumi up",
    ]);
  });

  const others: Readonly<Record<string, string>> = {
    removedBridges: "[0]",
    drainingBridges: "1",
    rollBridges: "true",
    localBridge: "always",
    forceDrain: "true",
    jvbSecretVersion: "2",
    webServerType: "cx33",
    jvbServerType: "ccx23",
    bridgeHeapMb: "4096",
    jicofoHeapMb: "1024",
    location: "hel1",
    timezone: "Europe/Berlin",
    jitsiVersion: "2.0.10888-1",
    jitsiAptRepository: "https://mirror.example.org",
    jitsiAptKeyFingerprint: "66A9CD0595D6AFA247290D3BEF8B479E2DC1389C",
    sshAuthorizedKeys: '["ssh-ed25519 AAAA"]',
    dnsZone: "a.test",
    adminCidrs: '["203.0.113.4/32"]',
    labels: '{"team":"video"}',
    protect: "true",
    sshProxy: "admin@bastion.test",
    sshProxyPrivateKey: "key",
  };

  it.each(Object.entries(others))("are a difference: %s", (key, value) => {
    expect(changed({ [key]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${key} is changed and not deployed`)) as string,
    ]);
  });

  it("are looked at for every key", () => {
    // Image has one value only, or its own test; the key of a bastion counts with one.
    const elsewhere = ["domain", "jvbCount", "drainTimeout", "image", "sshProxyHostKey"];
    expect([...Object.keys(others), ...elsewhere].sort()).toEqual([...configKeys].sort());
  });

  it("are none where another text means the same", () => {
    expect(changed({ drainTimeout: "1800s" }, { drainTimeout: "30m" })).toEqual([]);
    expect(changed({ adminCidrs: '["0.0.0.0/0", "::/0"]' })).toEqual([]);
    expect(changed({ adminCidrs: "203.0.113.4/32" }, { adminCidrs: '["203.0.113.4/32"]' })).toEqual(
      [],
    );
    expect(changed({}, { rollBridges: "[1]" })).toEqual([]);
  });

  it("never show a secret", () => {
    const key = "my-meetings:sshProxyPrivateKey";
    const secret = (value: string) => ({ ...config({}), [key]: { value, secret: true } });
    expect(undeployedSettings(secret("new"), secret("old"))).toEqual([
      "sshProxyPrivateKey is changed and not deployed: pulumi up",
    ]);
  });

  it("do not have another domain, which `up` would refuse", () => {
    expect(() => {
      assertSameDomain(config({ domain: "b.test" }), config({}));
    }).toThrow(
      /would refuse the settings:\n {2}domain is "b\.test", .* made for a\.test.*:\n {6}pulumi config set domain a\.test/,
    );
    expect(() => {
      assertSameDomain(config({}), config({}));
    }).not.toThrow();
  });
});

describe("lastWholeUpdate", () => {
  const update = (more: Partial<HistoricUpdate> = {}): HistoricUpdate => ({
    kind: "update",
    result: "succeeded",
    config: config({}),
    ...more,
  });
  /** A history, newest first, page by page. */
  const history = (updates: readonly HistoricUpdate[]) => ({
    answer: (...args: string[]) => {
      const after = (name: string) => Number(args[args.indexOf(name) + 1]);
      const end = after("--page") * after("--page-size");
      return Promise.resolve(JSON.stringify(updates.slice(end - after("--page-size"), end)));
    },
  });

  it("leaves out runs that failed, did a part, or did something else", async () => {
    const whole = update({ environment: { "pulumi.flag.yes": "true" } });
    const runs = [
      update({ result: "failed" }),
      update({ environment: { "pulumi.flag.target": "set" } }),
      update({ environment: { "pulumi.flag.exclude": "set" } }),
      update({ kind: "refresh" }),
      whole,
      update({ config: config({ jvbCount: "9" }) }),
    ];
    expect(await lastWholeUpdate(history(runs))).toEqual(whole);
  });

  it("goes back beyond the runs of a roll or of many repairs", async () => {
    const repairs = Array.from({ length: 45 }, () =>
      update({ environment: { "pulumi.flag.target": "set" } }),
    );
    expect(await lastWholeUpdate(history([...repairs, update()]))).toEqual(update());
  });

  it("finds none in the history of a stack that was never deployed, or came from elsewhere", async () => {
    expect(await lastWholeUpdate(history([]))).toBeUndefined();
    expect(await lastWholeUpdate(history([update({ kind: "import" })]))).toBeUndefined();
  });
});
