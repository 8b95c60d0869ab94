import type { StackConfig } from "../../../../tools/cloudApi";
import {
  assertSameDomain,
  lastWholeUpdate,
  undeployedSettings,
  type HistoricUpdate,
} from "../../../../tools/status/undeployed";
import { declarations } from "../../../../lib/config/keys";
import type { Setting } from "../../../../lib/config/setting";

const config = (settings: Readonly<Record<string, string | undefined>>): StackConfig =>
  Object.fromEntries(
    Object.entries({ domain: "meet.example.org", jvbCount: "2", ...settings }).map(
      ([key, value]) => [`my-meetings:${key}`, { value, secret: false }],
    ),
  );

const changed = (
  now: Readonly<Record<string, string>>,
  then: Readonly<Record<string, string>> = {},
) => undeployedSettings(config(now), config(then));

describe("settings that are changed and not deployed", () => {
  it("are told with both values", () => {
    expect(changed({ drainTimeout: "1h", jvbCount: "3" })).toEqual([
      "jvbCount is changed, but not deployed (deployed: 2, now: 3): pulumi up",
      "drainTimeout is changed, but not deployed (deployed: not set, now: 1h): pulumi up",
    ]);
  });

  // Another domain is refused: see below.
  const others = declarations.filter(({ name }) => name !== "domain");

  it.each(others.map((one: Setting) => [one.name, one] as const))(
    "are a difference: %s",
    (name, { example, beside = {} }) => {
      // The keys of a target need `recordings`.
      const before = name === "recordings" ? {} : beside;
      expect(changed({ ...beside, [name]: example }, before)).toContainEqual(
        expect.stringMatching(new RegExp(`^${name} is changed, but not deployed`)) as string,
      );
    },
  );

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
      "sshProxyPrivateKey is changed, but not deployed: pulumi up",
    ]);
  });

  it("do not have another domain, which `up` would refuse", () => {
    expect(() => {
      assertSameDomain(config({ domain: "b.test" }), config({ domain: "a.test" }));
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
