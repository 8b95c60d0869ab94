import { allBridges } from "../../../../lib/plan/clusterPlan";
import { readDeclared } from "../../../../tools/status/declared";

const declared = (settings: Readonly<Record<string, string>>) =>
  readDeclared(
    Object.fromEntries(
      Object.entries({ domain: "a.test", jvbCount: "2", ...settings }).map(([key, value]) => [
        `my-meetings:${key}`,
        { value },
      ]),
    ),
  );

const names = (settings: Readonly<Record<string, string>>) =>
  allBridges(declared(settings).plan).map(
    ({ name, draining }) => `${name}${draining ? " empty" : ""}`,
  );

describe("what the settings declare", () => {
  it("is the first jvbCount numbers that were not taken out", () => {
    expect(declared({ domain: "a.test" }).plan.webHost).toMatchObject({ hostname: "a.test" });
    expect(names({})).toEqual(["jvb-0", "jvb-1"]);
    expect(names({ removedBridges: "[0]" })).toEqual(["jvb-1", "jvb-2"]);
  });

  it("keeps a bridge that is emptied", () => {
    expect(names({ drainingBridges: "1" })).toEqual(["jvb-0", "jvb-1 empty"]);
  });

  it("has the web host's own bridge where there is no other", () => {
    expect(names({ jvbCount: "0" })).toEqual(["local"]);
  });

  it("is not guessed from settings that `up` would refuse", () => {
    expect(() => names({ jvbCount: "three" })).toThrow(
      /`pulumi up` would refuse the settings:\n {2}jvbCount is "three"/,
    );
  });

  it.each([
    ["location", "Falkenstein"],
    ["adminCidrs", '["203.0.113.7"]'],
    ["drainTimeout", "30"],
    ["domain", "localhost"],
  ])("is not guessed where %s is wrong, which is no key about bridges", (key, value) => {
    expect(() => declared({ [key]: value })).toThrow(
      new RegExp(`\`pulumi up\` would refuse the settings:\\n {2}${key} .*\\n {6}pulumi config`),
    );
  });

  it("is not guessed where a private key is in plain text, which is not shown", () => {
    const key = "my-meetings:sshProxyPrivateKey";
    const config = {
      "my-meetings:jvbCount": { value: "2" },
      "my-meetings:domain": { value: "a.test" },
    };
    expect(() => readDeclared({ ...config, [key]: { value: "c2VjcmV0", secret: false } })).toThrow(
      /sshProxyPrivateKey is stored in plain text \(not shown\)/,
    );
    const secret = { ...config, [key]: { value: "c2VjcmV0", secret: true } };
    expect(readDeclared(secret).plan.webHost.hostname).toBe("a.test");
  });

  it("has the rules of the firewalls", () => {
    const { firewallRules } = declared({ adminCidrs: "203.0.113.4/32", localBridge: "always" });
    expect(firewallRules.jvb[0]).toMatchObject({ port: "22", sourceIps: ["203.0.113.4/32"] });
    expect(firewallRules.web.map(({ port }) => port)).toEqual([
      "22",
      undefined,
      "80",
      "443",
      "3478",
      "5349",
      "10000",
    ]);
  });
});
