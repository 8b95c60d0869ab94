import type { ChangeStep } from "../../../../lib/changes/changeStep";
import { hostChanges } from "../../../../lib/changes/hostChanges";
import { hostsLine } from "../../../../lib/changes/hostsLine";
import {
  bookkeeping,
  command,
  objectStep,
  restartSteps,
  serverStep,
  stdin,
  wholeHost,
} from "./support/steps";

const lineOf = (...steps: readonly (ChangeStep | readonly ChangeStep[])[]): string =>
  hostsLine(hostChanges(steps.flat()));

const [hashA, hashB, hashC] = ["a", "b", "c"].map((one) => one.repeat(64)) as [
  string,
  string,
  string,
];
const other = { SETTINGS_HASH: hashB, FORMER_HASH: hashC };
const firewall = objectStep("update", "hcloud:index/firewall:Firewall", "firewall-web");
const rrset = objectStep("update", "hcloud:index/zoneRrset:ZoneRrset", "jvb-0-dns-ipv4");

/** A drain's stdin. */
const typed = (draining: string) => ({
  stdin: JSON.stringify({ version: 1, bridge: {}, draining: draining === "true" }),
});
const former = (draining: string) => stdin({ DRAINING: draining });

describe("the line about hosts", () => {
  it("names bridges that are added", () => {
    expect(lineOf(wholeHost("create", "jvb-3"), wholeHost("create", "jvb-2"))).toBe(
      "adds bridges jvb-2 and jvb-3 (cpx42, fsn1); touches no other host",
    );
    expect(lineOf(wholeHost("create", "jvb-2"), bookkeeping)).toBe(
      "adds bridge jvb-2 (cpx42, fsn1); touches no other host, but for the list of bridges on web",
    );
  });

  it("names many in a row by the first and the last", () => {
    const bridges = [0, 1, 2, 4, 5, 7, 8, 9, 10].map((index) =>
      serverStep("create", `jvb-${index}`),
    );
    expect(lineOf(bridges)).toContain(
      "adds bridges jvb-0 to jvb-2, jvb-4, jvb-5 and jvb-7 to jvb-10 (cpx42, fsn1)",
    );
  });

  it("groups hosts of one type and location", () => {
    const nbg1 = serverStep("create", "jvb-1", { location: "nbg1" });
    expect(lineOf(wholeHost("create", "web"), wholeHost("create", "jvb-0"), nbg1, firewall)).toBe(
      "adds the web host (cx23, fsn1), bridge jvb-0 (cpx42, fsn1) and bridge jvb-1 (cpx42, nbg1)",
    );
  });

  it("names existing machines, which have no server", () => {
    const machine = (op: string, name: string): ChangeStep[] =>
      ["access", "check", "setup", "forward", "files", "drain"].map((part) =>
        command(op, `node-${name}-${part}`),
      );
    expect(lineOf(machine("create", "paris"), machine("create", "berlin-2"), bookkeeping)).toBe(
      "adds machines berlin-2 and paris; touches no other host, but for the list of bridges on web",
    );
    expect(lineOf(machine("delete", "berlin"), bookkeeping)).toBe(
      "removes machine berlin, drained first; touches no other host, but for the list of bridges on web",
    );
    expect(lineOf(command("update", "node-berlin-setup"))).toBe(
      "runs steps again on berlin; restarts nothing",
    );
  });

  /** A recorder that comes, goes or changes, with its steps. */
  const recorder = (op: string, name: string): ChangeStep[] => [
    serverStep(op, name, { serverType: "cx33" }),
    ...["setup", "kernel", "files", "serve", "drain"].map((part) => command(op, `${name}-${part}`)),
  ];
  const accounts = (op: string): ChangeStep[] => [
    command(op, "web-recorder-account-call-v1"),
    command(op, "web-recorder-account-control-v1"),
    command(op, "web-recording"),
  ];

  it("names recorders that come, and says that no other host is touched", () => {
    const both = [recorder("create", "jibri-1"), recorder("create", "jibri-0")];
    expect(lineOf(...both, accounts("create"), bookkeeping)).toBe(
      "adds recorders jibri-0 and jibri-1 (cx33, fsn1); touches no other host, but for the list of recorders and accounts and buttons of recording on web",
    );
    expect(lineOf(recorder("create", "jibri-1"), bookkeeping)).toBe(
      "adds recorder jibri-1 (cx33, fsn1); touches no other host, but for the list of recorders on web",
    );
  });

  it("names recorders that go, beside bridges", () => {
    expect(lineOf(wholeHost("delete", "jvb-1"), recorder("delete", "jibri-0"), bookkeeping)).toBe(
      "removes bridge jvb-1 (cpx42, fsn1) and recorder jibri-0 (cx33, fsn1), drained first; touches no other host, but for the list of bridges and recorders on web",
    );
  });

  it("tells of recorders that stay: out of service, back again, with other settings", () => {
    const serve = (was: string, is: string) =>
      command("update", "jibri-0-serve", typed(was), typed(is));
    expect(lineOf(serve("false", "true"), bookkeeping)).toBe(
      "drains recorder jibri-0 and keeps it out of service; touches no other host, but for the list of recorders on web",
    );
    expect(lineOf(serve("true", "false"), bookkeeping)).toContain("puts recorder jibri-0 back");
    expect(lineOf(command("update", "jibri-0-files"))).toBe(
      "runs steps again on jibri-0; restarts no bridge",
    );
  });

  it("names the recorder on the web host", () => {
    const local = ["kernel", "files", "serve", "drain"].map((part) =>
      command("create", `local-recorder-${part}`),
    );
    expect(lineOf(local, bookkeeping)).toBe(
      "adds the recorder on the web host; touches no other host, but for the list of recorders on web",
    );
  });

  it("tells of a host whose server an interrupted run has made", () => {
    expect(lineOf(command("create", "jvb-2-setup"), command("create", "jvb-2-drain"))).toBe(
      "finishes adding bridge jvb-2; touches no other host",
    );
  });

  it("tells whether a bridge that goes is drained", () => {
    expect(lineOf(wholeHost("delete", "jvb-2"), wholeHost("delete", "jvb-3"), bookkeeping)).toBe(
      "removes bridges jvb-2 and jvb-3 (cpx42, fsn1), drained first; touches no other host, but for the list of bridges on web",
    );
    expect(lineOf(serverStep("delete", "jvb-2"))).toBe(
      "removes bridge jvb-2 (cpx42, fsn1) without a drain; touches no other host",
    );
    expect(lineOf(["web", "jvb-0", "jvb-1"].flatMap((name) => wholeHost("delete", name)))).toBe(
      "removes the web host (cx23, fsn1) and bridges jvb-0 and jvb-1 (cpx42, fsn1): all meetings end",
    );
  });

  it("tells of a replaced bridge, and of its new type", () => {
    const [server, ...others] = wholeHost("replace", "jvb-1");
    expect(lineOf(server ?? [], others)).toBe(
      "replaces bridge jvb-1 (cpx42, fsn1), drained first; touches no other host",
    );
    const rolled = serverStep("replace", "jvb-1", {}, { serverType: "cpx52" });
    expect(lineOf(rolled, others)).toContain(
      "replaces bridge jvb-1 (cpx42 to cpx52, fsn1), drained first",
    );
  });

  it("tells what the web host's replacement means, and claims nothing about the bridges' restart", () => {
    const steps = [...wholeHost("replace", "web"), ...restartSteps("jvb-0", hashA)];
    expect(lineOf(steps)).toBe(
      "replaces the web host (cx23, fsn1): all meetings end; may restart bridge jvb-0 (rolling restart); runs steps again on jvb-0",
    );
    expect(lineOf(wholeHost("replace", "web"), wholeHost("delete", "jvb-0"))).toContain(
      "removes bridge jvb-0 (cpx42, fsn1) without a drain",
    );
  });

  it("tells of a server that is powered off", () => {
    const step = serverStep("update", "jvb-0", { serverType: "cpx42" }, { serverType: "cpx52" });
    expect(lineOf(step)).toBe(
      "powers off bridge jvb-0 for another server type; touches no other host",
    );
  });

  it.each([
    ["with the JSON of typed verbs", typed, typed],
    ["with the values of the program before", former, former],
    ["from one to the other", former, typed],
  ])("tells of bridges that leave service and come back, %s", (_, before, after) => {
    const draining = (name: string, was: string, is: string): ChangeStep =>
      command("update", `${name}-drain`, before(was), after(is));
    expect(lineOf(draining("jvb-0", "false", "true"), bookkeeping)).toBe(
      "drains bridge jvb-0 and keeps it out of service; touches no other host, but for the list of bridges on web",
    );
    expect(lineOf(draining("jvb-0", "true", "false"))).toBe(
      "puts bridge jvb-0 back into service; touches no other host",
    );
    expect(lineOf(draining("jvb-0", "false", "false"))).toBe(
      "runs steps again on jvb-0; restarts nothing",
    );
  });

  it("tells of steps that run again without a restart", () => {
    const same = { SETTINGS_HASH: hashA, FORMER_HASH: hashC };
    expect(
      lineOf(
        command("update", "web-setup"),
        command("update", "jvb-0-program-copy"),
        restartSteps("jvb-0", hashA, same),
      ),
    ).toBe("runs steps again on web and jvb-0; restarts nothing");
    expect(lineOf(command("update", "web-jicofo"), command("update", "jvb-0-setup"))).toBe(
      "runs steps again on web and jvb-0; restarts no bridge",
    );
  });

  it("tells of jicofo's restart for another heap", () => {
    const [was, is] = ["1024", "600"].map((HEAP_MB) => stdin({ HEAP_MB }));
    expect(lineOf(command("update", "web-jicofo", was, is))).toBe(
      "restarts jicofo on web, and open meetings reload; touches no other host",
    );
  });

  it("tells of the bridge on the web host", () => {
    const local = (op: string): ChangeStep[] =>
      ["package", "drain"].map((part) => command(op, `local-${part}`));
    expect(lineOf(local("create"), wholeHost("delete", "jvb-0"))).toBe(
      "adds the bridge on the web host; removes bridge jvb-0 (cpx42, fsn1), drained first; touches no other host",
    );
    expect(lineOf(local("delete"), wholeHost("create", "jvb-0"))).toBe(
      "adds bridge jvb-0 (cpx42, fsn1); removes the bridge on the web host, drained first; touches no other host",
    );
    expect(lineOf(restartSteps("local", hashA, other))).toBe(
      "restarts the bridge on the web host (rolling restart); touches no other host",
    );
    expect(lineOf(command("update", "local-package"))).toBe(
      "runs steps again on web; restarts nothing",
    );
  });

  it("tells of changes that reach no host", () => {
    expect(lineOf(firewall, rrset)).toBe("changes DNS records and firewalls; touches no host");
    expect(lineOf(serverStep("update", "web"))).toBe(
      "changes labels, protection or firewalls of servers; touches no host",
    );
    expect(lineOf(command("update", "policy"), command("update", "acceptance"))).toBe(
      "writes the policy of drains on web; restarts nothing",
    );
    expect(lineOf(command("update", "acceptance"))).toBe("changes no host");
  });

  it("tells of objects beside hosts", () => {
    expect(lineOf(wholeHost("create", "jvb-2"), firewall)).toBe(
      "adds bridge jvb-2 (cpx42, fsn1); changes firewalls; touches no other host",
    );
  });

  it("tells that nothing changes", () => {
    expect(lineOf()).toBe("changes nothing");
    expect(lineOf({ ...command("same", "jvb-0-drain") })).toBe("changes nothing");
  });

  it("shows no type and no location that is no name", () => {
    const evil = serverStep("create", "jvb-2", { serverType: "`@everyone", location: "www.a.b" });
    expect(lineOf(evil)).toBe("adds bridge jvb-2; touches no other host");
  });
});
