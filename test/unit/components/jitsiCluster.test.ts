import type { JitsiCluster } from "../../../components/jitsiCluster";
import { bridgeOutputs, recordsToCreate, sshCommands } from "../../../lib/outputs";
import { withPartsUnpacked } from "../../../lib/packedText";
import { clusterArgs, deployCluster, usualSettings } from "./support/cluster";
import { valuesOf, type Registered } from "./support/mockEngine";
import { command, namesOf } from "./support/registered";
import { stepInput } from "./support/step";

/** Clusters by their number of bridges; each is made once. */
const clusters = new Map<number, ReturnType<typeof deployCluster>>();
const deployCount = (jvbCount: number): ReturnType<typeof deployCluster> => {
  const made = clusters.get(jvbCount) ?? deployCluster(clusterArgs(usualSettings, { jvbCount }));
  clusters.set(jvbCount, made);
  return made;
};

// A cluster of twelve takes seconds on a busy machine.
jest.setTimeout(60_000);

describe("JitsiCluster", () => {
  let two: Registered[];
  let cluster: JitsiCluster;
  beforeAll(async () => {
    ({ resources: two, result: cluster } = await deployCount(2));
  });

  it("makes one web host and as many bridges as asked for", () => {
    expect(namesOf(two, "hcloud:index/server:Server").sort()).toEqual([
      "jitsi-jvb-0",
      "jitsi-jvb-1",
      "jitsi-web",
    ]);
  });

  it("makes the same resources in the same shape", () => {
    const list = two.map(({ type, name }) => `${type} ${name}`).sort();
    expect(list).toMatchSnapshot();
  });

  it("makes no resource whose id is a secret: ids are in plain text in the state", () => {
    const revealing = "random:index/randomBytes:RandomBytes";
    expect(two.filter(({ type }) => type === revealing).map(({ name }) => name)).toEqual([]);
  });

  it("puts the operator's labels on every object that takes labels", () => {
    const labelled = two.filter(({ inputs }) => inputs.labels !== undefined);
    expect(new Set(labelled.map(({ type }) => type)).size).toBe(7);
    for (const { inputs } of labelled) {
      expect(inputs.labels).toMatchObject({ team: "video", stack: "test" });
    }
  });

  it("has five commands for each bridge, which do not wait for the web host until its settings", () => {
    const own = two.filter(
      ({ type, name }) => type.startsWith("command:") && name.startsWith("jitsi-jvb-1-"),
    );
    expect(own.map(({ name }) => name).sort()).toEqual(
      ["drain", "files", "host-key", "program-copy", "setup"].map((one) => `jitsi-jvb-1-${one}`),
    );
    const before = own.filter(({ name }) => !/-(files|drain)$/.test(name));
    const needs = before.flatMap(({ dependencies }) => dependencies);
    expect(needs.filter((name) => name.includes("jitsi-web"))).toEqual([]);
  });

  it("accepts after everything else, by the servers' nicknames and over stdin", () => {
    const accept = command(two, "jitsi-acceptance");
    expect(accept.dependencies).toEqual(
      expect.arrayContaining([
        "command:remote:Command jitsi-restart",
        "command:remote:Command jitsi-web-certificate",
      ]),
    );
    expect(command(two, "jitsi-restart").dependencies).toEqual(
      expect.arrayContaining([
        "command:remote:Command jitsi-jvb-0-drain",
        "command:remote:Command jitsi-jvb-1-drain",
        "command:remote:Command jitsi-policy",
        "command:remote:Command jitsi-web-jicofo",
      ]),
    );
    expect(accept.inputs.triggers).toBeUndefined();
    expect(stepInput(accept, "accept").bridges).toEqual(
      ["jvb-0", "jvb-1"].map((name) => ({
        name,
        nickname: expect.stringMatching(/^jvb-\d+$/) as string,
        draining: false,
      })),
    );
  });

  it("writes the policy without waiting for a drain, so that it is there before every one", () => {
    const { dependencies } = command(two, "jitsi-policy");
    expect(dependencies.filter((name) => name.includes("drain"))).toEqual([]);
  });

  it("keeps the bridges' secret out of all but the secret stdin of the steps that need it", () => {
    const holders = two.filter(({ inputs }) =>
      withPartsUnpacked(JSON.stringify(inputs)).includes("theSecretOfTheBridges"),
    );
    expect(holders.map(({ name }) => name).sort()).toEqual([
      "jitsi-jvb-0-files",
      "jitsi-jvb-1-files",
      "jitsi-web-account-v1",
    ]);
    for (const { inputs, secretInputs } of holders) {
      expect(secretInputs).toContain("stdin");
      const others = withPartsUnpacked(JSON.stringify({ ...inputs, stdin: "" }));
      expect(others).not.toContain("theSecretOfTheBridges");
    }
  });

  it("has private keys only in what is secret", () => {
    // The provider's schema makes the whole connection secret.
    const open = two.flatMap(({ name, inputs, secretInputs }) =>
      Object.entries(inputs)
        .filter(([key]) => key !== "connection" && !secretInputs.includes(key))
        .filter(([, value]) => JSON.stringify(value).includes("PRIVATE KEY"))
        .map(([key]) => `${name} ${key}`),
    );
    expect(open).toEqual([]);
  });

  it("gives the outputs that operators need", async () => {
    expect(
      await valuesOf(
        recordsToCreate(cluster, {
          domain: "meet.example.org",
          aliases: ["talk.example.org"],
          turn: true,
        }),
      ),
    ).toEqual(
      ["meet.example.org", "turn.meet.example.org", "talk.example.org"].flatMap((name) => [
        { name, type: "A", value: "192.0.2.1" },
        { name, type: "AAAA", value: "2001:db8:1::1" },
      ]),
    );
    expect(Object.keys(sshCommands(cluster))).toEqual(["web", "jvb-0", "jvb-1"]);
    expect(bridgeOutputs(cluster).map(({ name }) => name)).toEqual(["jvb-0", "jvb-1"]);
  });

  describe.each([
    [1, 2],
    [2, 4],
    [4, 9],
    // The border of a placement group.
    [9, 10],
  ])("grown from %i to %i bridges", (before, after) => {
    it("changes nothing of what exists but the lists of bridges on the web host, and adds bridges only", async () => {
      const { resources: small } = await deployCount(before);
      const { resources: large } = await deployCount(after);
      const byUrn = new Map(large.map((resource) => [resource.urn, resource]));
      const changed = small.filter(
        ({ urn, inputs }) => JSON.stringify(byUrn.get(urn)?.inputs) !== JSON.stringify(inputs),
      );
      expect(changed.map(({ name }) => name).sort()).toEqual([
        "jitsi-acceptance",
        // Three bridges can keep copies of the certificates.
        ...(before < 3 ? ["jitsi-certificate"] : []),
        "jitsi-policy",
        "jitsi-restart",
      ]);
      const old = new Set(small.map(({ urn }) => urn));
      for (const { name, urn } of large.filter((resource) => !old.has(resource.urn))) {
        const index = Number(/^jitsi-jvb-(\d+)/.exec(name)?.[1] ?? Infinity);
        const isNewBridge = index >= before && index < after;
        expect([urn, isNewBridge || name.startsWith("jitsi-placement-")]).toEqual([urn, true]);
      }
    });
  });
});
