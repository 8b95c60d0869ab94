import { clusterArgs, deployCluster, type ClusterChange } from "./support/cluster";
import { deleteLevels } from "./support/deleteLevels";
import type { Registered } from "./support/mockEngine";
import { command, find, namesOf } from "./support/registered";
import { stepValues } from "./support/step";

const settings = { domain: "meet.example.org", dnsZone: "example.org" };
const deploy = async (change: ClusterChange = {}): Promise<Registered[]> =>
  (await deployCluster(clusterArgs(settings, change))).resources;
const serverToken = "hcloud:index/server:Server";

jest.setTimeout(60_000);

let two: Promise<Registered[]>;
let none: Promise<Registered[]>;
beforeAll(async () => {
  none = deploy();
  await none;
  two = deploy({ jibriCount: 2 });
  await two;
});

/** What is there before and not afterwards. */
const gone = (before: readonly Registered[], after: readonly Registered[]): Registered[] => {
  const kept = new Set(after.map(({ urn }) => urn));
  return before.filter(({ urn }) => !kept.has(urn));
};

/** All inputs that the engine compares. */
const inputsOf = ({ inputs, ignoreChanges }: Registered): string =>
  JSON.stringify(Object.entries(inputs).filter(([key]) => !ignoreChanges.includes(key)));

const stdin = (resource: Registered): unknown => JSON.parse(resource.inputs.stdin as string);

describe("a cluster without recorders", () => {
  it("has nothing of them, neither accounts nor a firewall nor buttons", async () => {
    const names = (await none).map(({ name }) => name);
    expect(names.filter((name) => /jibri|record/.test(name))).toEqual([]);
  });
});

describe("a cluster with recorders", () => {
  it("has a server for each, with labels, a firewall and placement groups of their own", async () => {
    const resources = await two;
    for (const number of [0, 1]) {
      const { inputs } = find(resources, serverToken, `jitsi-jibri-${number}`);
      expect(inputs.labels).toMatchObject({ role: "jibri", index: number.toString() });
      expect(inputs.serverType).toBe("cx33");
    }
    expect(namesOf(resources, "hcloud:index/firewall:Firewall")).toContain("jitsi-firewall-jibri");
    expect(namesOf(resources, "hcloud:index/placementGroup:PlacementGroup")).toContain(
      "jitsi-placement-jibri-0",
    );
  });

  it("waits longer for a host that may boot another kernel than for any other one", async () => {
    const limitOf = async (step: string): Promise<unknown> =>
      (command(await two, step).inputs.connection as { dialErrorLimit: number }).dialErrorLimit;
    expect(await limitOf("jitsi-jibri-0-files")).toBe(40);
    expect(await limitOf("jitsi-jibri-0-kernel")).toBe(20);
  });

  it("has two accounts for all of them, whose passwords are secret and of letters and digits", async () => {
    const resources = await two;
    for (const name of ["control", "call"]) {
      const step = command(resources, `jitsi-web-recorder-account-${name}-v1`);
      expect(step.secretInputs).toContain("stdin");
      expect(step.deletedWith).toBe("jitsi-web");
    }
    expect(namesOf(resources, "random:index/randomPassword:RandomPassword")).toEqual(
      expect.arrayContaining([
        "jitsi-web-recorder-account-call-v1-password",
        "jitsi-web-recorder-account-control-v1-password",
      ]),
    );
  });

  it("touches nothing of the rest when the first ones come, but for what the web host knows of them", async () => {
    const after = new Map((await two).map((one) => [one.urn, inputsOf(one)]));
    const touched = (await none).filter((one) => after.get(one.urn) !== inputsOf(one));
    expect(touched.map(({ name }) => name).sort()).toEqual(["jitsi-acceptance", "jitsi-policy"]);
  });

  it("touches no recorder when another one comes", async () => {
    const after = new Map((await deploy({ jibriCount: 3 })).map((one) => [one.urn, inputsOf(one)]));
    const touched = (await two).filter((one) => after.get(one.urn) !== inputsOf(one));
    expect(touched.map(({ name }) => name).sort()).toEqual(["jitsi-acceptance", "jitsi-policy"]);
  });

  it("puts buttons into the web app when all recorders are in service", async () => {
    const buttons = command(await two, "jitsi-web-recording");
    expect(buttons.dependencies).toEqual(
      expect.arrayContaining([
        "command:remote:Command jitsi-jibri-0-serve",
        "command:remote:Command jitsi-jibri-1-serve",
      ]),
    );
    expect(buttons.inputs.create).toContain("web/recording --code");
    expect(buttons.inputs.delete).toContain("web/recording off");
  });

  it("is accepted with its recorders, after they are in service", async () => {
    const acceptance = command(await two, "jitsi-acceptance");
    expect(acceptance.dependencies).toContain("command:remote:Command jitsi-jibri-1-serve");
    expect(stdin(acceptance)).toMatchObject({
      recorders: [{ name: "jibri-0", draining: false }, { name: "jibri-1" }],
    });
    expect(stdin(command(await two, "jitsi-policy"))).toMatchObject({
      recordingDrainTimeoutSeconds: 10_800,
      recorders: [{ name: "jibri-0" }, { name: "jibri-1" }],
    });
  });
});

describe("a recorder", () => {
  it("drains by the delete of a step that runs on the web host, and does nothing else", async () => {
    const drain = command(await two, "jitsi-jibri-0-drain");
    expect(drain.inputs.create).toBeUndefined();
    expect(drain.inputs.update).toBeUndefined();
    expect(drain.inputs.delete).toBe("jitsi-hetzner recorder-drain # jitsi-jibri-0-drain");
    expect(drain.deleteBeforeReplace).toBe(true);
    expect(drain.deletedWith).toBe("jitsi-web");
    const server = find(await two, serverToken, "jitsi-jibri-0");
    expect(drain.inputs.triggers).toEqual(
      command(await two, "jitsi-jibri-0-serve").inputs.triggers,
    );
    expect(server.urn).toBeDefined();
  });

  it("has the settings of its target as a secret", async () => {
    const resources = await deploy({
      jibriCount: 1,
      recordings: "s3",
      recordingsS3Endpoint: "https://s3.example.test",
      recordingsS3Bucket: "b",
      recordingsS3AccessKey: "k",
      recordingsS3SecretKey: "very-secret" as never,
    });
    const files = command(resources, "jitsi-jibri-0-files");
    expect(files.secretInputs).toContain("stdin");
    expect(JSON.parse(stepValues(files).TARGET ?? "")).toEqual({
      endpoint: "https://s3.example.test",
      bucket: "b",
      path: "",
      accessKey: "k",
      secretKey: "very-secret",
    });
  });

  it("changes its accounts with jibriSecretVersion, in its files alone", async () => {
    const after = await deploy({ jibriCount: 2, jibriSecretVersion: 2 });
    const kept = new Map(after.map((one) => [one.urn, inputsOf(one)]));
    const touched = (await two).filter(
      (one) => kept.has(one.urn) && kept.get(one.urn) !== inputsOf(one),
    );
    expect(touched.map(({ name }) => name).sort()).toEqual([
      "jitsi-jibri-0-files",
      "jitsi-jibri-1-files",
    ]);
  });
});

describe("the order of deletes", () => {
  const levels = async (change: ClusterChange) =>
    deleteLevels(gone(await two, await deploy(change)));
  const at = (map: ReadonlyMap<string, number>, name: string): number => {
    const level = map.get(name);
    if (level === undefined) throw new Error(`${name} does not go`);
    return level;
  };

  it.each([1, 0])(
    "lets no bridge wait for a recording, neither its drain nor its server: %s recorders stay",
    async (jibriCount) => {
      const map = await levels({ jvbCount: 1, jibriCount });
      const recorder = at(map, "jitsi-jibri-1-drain");
      expect(at(map, "jitsi-jvb-1-drain")).toBeGreaterThan(recorder);
      expect(at(map, "jitsi-jvb-1")).toBeGreaterThanOrEqual(recorder);
    },
  );

  it("drains a recorder before anything goes that it needs", async () => {
    const map = await levels({ jibriCount: 0 });
    const drain = at(map, "jitsi-jibri-1-drain");
    for (const needed of [
      "jitsi-jibri-1",
      "jitsi-jibri-1-network",
      "jitsi-web-recorder-account-call-v1",
      "jitsi-web-recorder-account-control-v1",
    ]) {
      expect([needed, at(map, needed) < drain]).toEqual([needed, true]);
    }
  });

  it("takes the recorder off the web host after its drain, for which the bridge there does not wait", async () => {
    const before = await deploy({ jvbCount: 0, localRecorder: true });
    const after = await deploy({ jvbCount: 1 });
    const map = deleteLevels(gone(before, after));
    const drain = at(map, "jitsi-local-recorder-drain");
    expect(at(map, "jitsi-local-recorder-removal")).toBeLessThan(drain);
    expect(at(map, "jitsi-local-drain")).toBeGreaterThan(drain);
    const removal = command(before, "jitsi-local-recorder-removal");
    expect([removal.inputs.create, removal.inputs.delete]).toEqual([
      undefined,
      expect.stringContaining("jibri/remove"),
    ]);
  });

  it("takes the buttons away before the last recorder drains", async () => {
    const map = await levels({ jibriCount: 0 });
    expect(at(map, "jitsi-web-recording")).toBeGreaterThan(at(map, "jitsi-jibri-0-drain"));
  });
});
