import type { VerbTimes } from "../../../src/hosts/simulated/verbTimes";
import { chainOfRun, givenSeconds, longestChain, tutorialSeconds } from "../../../src/bench/chain";
import type { EngineStep } from "../../../src/bench/engineSteps";

const times: VerbTimes = {
  bootSeconds: 2,
  installSeconds: { web: 20, jvb: 10 },
  verbs: {
    "host/hostKey": { seconds: 1 },
    "host/setup": { seconds: 0.5 },
    "web/configure": { seconds: 3 },
    "web/account set": { seconds: 1 },
    "web/jicofo": { seconds: 2 },
    "jvb/files": { seconds: 4 },
    "jvb/files again": { seconds: 0.25 },
    serve: { seconds: 1 },
    drain: { seconds: 6 },
    restart: { seconds: 5 },
    "restart one": { seconds: 7 },
  },
};

const urn = (name: string): string => `urn:pulumi:s::p::T::${name}`;
const step = (
  name: string,
  commandLine?: string,
  op = "create",
  type = "command:remote:Command",
): EngineStep => ({ urn: urn(name), type, op, beginMs: 0, endMs: 1, commandLine });
const server = (name: string, op = "create"): EngineStep =>
  step(name, undefined, op, "hcloud:index/server:Server");
const after = (name: string, ...dependencies: string[]) => ({
  urn: urn(name),
  dependencies: dependencies.map(urn),
});

describe("longestChain", () => {
  it("adds up what waits for each other, and takes the longest", () => {
    const links = new Map([
      ["a", { seconds: 1, after: [] }],
      ["b", { seconds: 5, after: ["a"] }],
      ["c", { seconds: 2, after: ["a", "unknown"] }],
      ["d", { seconds: 1, after: ["b", "c"] }],
    ]);
    expect(longestChain(links)).toBe(7);
    expect(longestChain(new Map())).toBe(0);
  });

  it("refuses a circle", () => {
    const circle = new Map([
      ["a", { seconds: 1, after: ["b"] }],
      ["b", { seconds: 1, after: ["a"] }],
    ]);
    expect(() => longestChain(circle)).toThrow("a waits for itself");
  });
});

describe("givenSeconds", () => {
  it.each<[string, EngineStep, number]>([
    ["a new server", server("m-web"), 4.85],
    ["a deleted server", server("m-web", "delete"), 1.15],
    [
      "the first contact, with the boot",
      step("m-web-host-key", "bash -s -- # host/hostKey (m)"),
      3,
    ],
    ["a verb", step("m-jvb-0-files", "jitsi-hetzner jvb/files --code 0a # m"), 4],
    [
      "the same again",
      step("m-jvb-0-files", "jitsi-hetzner jvb/files --code 0a # m", "update"),
      0.25,
    ],
    ["a password", step("m-password", undefined, "create", "random:index:RandomPassword"), 0],
  ])("knows %s", (_what, one, seconds) => {
    expect(givenSeconds(one, times)).toBeCloseTo(seconds);
  });

  it("refuses a verb without a time", () => {
    const unknown = step("m-web-x", "jitsi-hetzner web/x # m-web-x");
    expect(() => givenSeconds(unknown, times)).toThrow("there is no time for web/x");
  });
});

describe("chainOfRun", () => {
  it("counts the installation beside the first contact, from the boot on", () => {
    const steps = [
      server("m-web"),
      step("m-web-host-key", "bash -s -- # host/hostKey (m-web-host-key)"),
      step("m-web-setup", 'a=/var/lib/x.tar; exec bash install.sh "$a" host/setup # m-web-setup'),
    ];
    const resources = [
      after("m-web"),
      after("m-web-host-key", "m-web"),
      after("m-web-setup", "m-web-host-key"),
    ];
    expect(chainOfRun(steps, resources, times, false)).toBeCloseTo(4.85 + 2 + 20 + 0.5);
  });

  it("lets bridges wait for each other only where their turns are asked for", () => {
    const restart = step("m-restart", "jitsi-hetzner restart # m-restart", "update");
    const steps = [{ ...restart, restarts: 3 }];
    expect(chainOfRun(steps, [after("m-restart")], times, false)).toBe(5 + 7);
    expect(chainOfRun(steps, [after("m-restart")], times, true)).toBe(5 + 3 * 7);
  });

  it("deletes after everything else, what depends on a resource before it", () => {
    const steps = [
      step("m-jvb-1-drain", "jitsi-hetzner drain # m-jvb-1-drain", "delete"),
      server("m-jvb-1", "delete"),
      step("m-jvb-0-files", "jitsi-hetzner jvb/files # m-jvb-0-files"),
    ];
    const resources = [after("m-jvb-1"), after("m-jvb-1-drain", "m-jvb-1"), after("m-jvb-0-files")];
    expect(chainOfRun(steps, resources, times, false)).toBeCloseTo(4 + 6 + 1.15);
  });
});

describe("tutorialSeconds", () => {
  it("makes one host after the other", () => {
    const web = 4.85 + 2 + 20 + 3 + 1 + 2;
    const bridge = 4.85 + 2 + 10 + 4 + 1;
    expect(tutorialSeconds(0, times)).toBeCloseTo(web);
    expect(tutorialSeconds(3, times)).toBeCloseTo(web + 3 * bridge);
  });
});
