import {
  readVerbTimes,
  roleOf,
  withoutTimes,
} from "../../../packages/sandbox/src/hosts/simulated/verbTimes";
import { hostProgram } from "../../../remote/program";

/** Verbs of recorders, on their hosts and on the web host. The bench's cluster has none. */
const ofRecorders = [
  "jibri/kernel",
  "jibri/files",
  "jibri/remove",
  "recorder",
  "upload-recordings",
  "check-recordings",
  "discard-recordings",
  "recorder-serve",
  "recorder-drain",
  "web/recorderAccount",
  "web/recording",
];

/** Verbs of existing machines. The bench's cluster has none. */
const ofMachines = [
  "node/check",
  "node/setup",
  "node/filter",
  "node/leave",
  "web/access",
  "web/forward",
  "web/forwardRemoval",
  "web/deployKey",
];

/** Verbs that no step of the bench's cluster runs: it has no bridge on the web host, no operator asks, and bridges themselves apply. */
const never = [
  ...["web/localBridge", "status", "forget", "jicofo", "jvb/apply"],
  ...ofRecorders,
  ...ofMachines,
];

describe("the recorded times of simulated hosts", () => {
  const times = readVerbTimes();
  const verbs = new Set(Object.keys(times.verbs).map((key) => key.split(" ")[0]));

  it("have each verb of the program, and no other", () => {
    const wanted = Object.keys(hostProgram().verbDigests).filter((name) => !never.includes(name));
    expect([...verbs].sort()).toEqual(wanted.sort());
  });

  it("have what later steps read: a version as JSON, a certificate", () => {
    const stdout = (key: string): string => times.verbs[key]?.stdout ?? "";
    expect(JSON.parse(stdout("web/version"))).toEqual({
      version: expect.stringMatching(/^2\.0\.\d+-1$/) as string,
      bridge: expect.stringMatching(/^2\.3-/) as string,
    });
    expect(stdout("web/configure")).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
  });

  it("are positive, and can be taken away without what the verbs print", () => {
    const { bootSeconds, installSeconds } = times;
    const all = [bootSeconds, ...Object.values(installSeconds)];
    for (const { seconds } of Object.values(times.verbs)) all.push(seconds);
    expect(Math.min(...all)).toBeGreaterThan(0);
    const zero = withoutTimes(times);
    expect(zero.verbs["web/version"]).toEqual({ ...times.verbs["web/version"], seconds: 0 });
    expect([zero.bootSeconds, zero.installSeconds]).toEqual([0, { web: 0, jvb: 0 }]);
  });

  it.each([
    ["jitsi-web-0a1b2c3", "web"],
    ["urn:pulumi:s::p::T::jitsi-web-setup", "web"],
    ["jitsi-jvb-0-276f1f7", "jvb"],
    ["jitsi-jvb-12-files", "jvb"],
  ])("take %s as a host of the role %s", (name, role) => {
    expect(roleOf(name)).toBe(role);
  });
});
