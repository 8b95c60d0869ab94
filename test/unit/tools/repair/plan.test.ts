import { planRepair } from "../../../../tools/repair/plan";

const prefix = "urn:pulumi:x::jitsi-hetzner::";
const step = "command:remote:Command";

interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly parent?: string;
  readonly delete?: boolean;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
}

function resource(type: string, name: string, parent?: string, more: object = {}): Resource {
  const values = type === step ? { create: `bash -s -- # ${name}`, stdin: "cipher" } : undefined;
  return {
    urn: `${prefix}${type}::${name}`,
    type,
    parent: parent === undefined ? undefined : `${prefix}${parent}`,
    inputs: values,
    outputs: values,
    ...more,
  };
}

const bridge = "jitsi-hetzner:index:Bridge";
const host = "jitsi-hetzner:index:Host";
const web = "jitsi-hetzner:index:WebHost";
const resources = [
  resource(web, "jitsi-web"),
  resource(step, "jitsi-web-configure", `${web}::jitsi-web`),
  resource(bridge, "jitsi-jvb-0"),
  resource(step, "jitsi-jvb-0-files", `${bridge}::jitsi-jvb-0`),
  resource(bridge, "jitsi-jvb-1"),
  resource(host, "jitsi-jvb-1", `${bridge}::jitsi-jvb-1`),
  resource("hcloud:index/server:Server", "jitsi-jvb-1", `${host}::jitsi-jvb-1`),
  resource(step, "jitsi-jvb-1-setup", `${host}::jitsi-jvb-1`),
  resource(step, "jitsi-jvb-1-host-key", `${host}::jitsi-jvb-1`, { ignoreChanges: ["create"] }),
  resource(step, "jitsi-jvb-1-files", `${bridge}::jitsi-jvb-1`),
  resource(step, "jitsi-jvb-1-old", `${bridge}::jitsi-jvb-1`, { delete: true }),
  resource("jitsi-hetzner:index:DrainPolicy", "jitsi-policy"),
  resource(step, "jitsi-policy", "jitsi-hetzner:index:DrainPolicy::jitsi-policy"),
  resource("jitsi-hetzner:index:RollingRestart", "jitsi-restart"),
  resource(step, "jitsi-restart", "jitsi-hetzner:index:RollingRestart::jitsi-restart"),
  resource("jitsi-hetzner:index:Acceptance", "jitsi-acceptance"),
  resource(step, "jitsi-acceptance", "jitsi-hetzner:index:Acceptance::jitsi-acceptance"),
  resource("jitsi-hetzner:index:Certificate", "jitsi-certificate"),
  resource(step, "jitsi-certificate", "jitsi-hetzner:index:Certificate::jitsi-certificate"),
];

const exported = (deployment: object = { resources }): string =>
  JSON.stringify({ version: 3, deployment: { manifest: { magic: "m" }, ...deployment } });

const marked = (state: string): Resource[] =>
  (JSON.parse(state) as { deployment: { resources: Resource[] } }).deployment.resources;

describe("planRepair", () => {
  it("takes the steps of an existing machine by its name, but for its look and its removal", () => {
    const node = "jitsi-hetzner:index:NodeBridge";
    const nodeStep = (name: string, more: object = {}) =>
      resource(step, `jitsi-node-berlin-${name}`, `${node}::jitsi-node-berlin`, more);
    const all = [
      resource(node, "jitsi-node-berlin"),
      nodeStep("check", { ignoreChanges: ["create"] }),
      nodeStep("leave", { inputs: { delete: "leave" }, outputs: { delete: "leave" } }),
      nodeStep("setup"),
      nodeStep("drain"),
      ...resources,
    ];
    expect(planRepair(exported({ resources: all }), "berlin").steps).toEqual([
      "jitsi-node-berlin-setup",
      "jitsi-node-berlin-drain",
      "jitsi-restart",
      "jitsi-acceptance",
    ]);
    expect(() => planRepair(exported({ resources: all }), "paris")).toThrow("berlin, web, jvb-0");
  });

  it("takes those of a recorder, whose host stands beside it, but for its drain", () => {
    const recorder = "jitsi-hetzner:index:Recorder";
    const all = [
      resource(host, "jitsi-jibri-1"),
      resource(step, "jitsi-jibri-1-setup", `${host}::jitsi-jibri-1`),
      resource(recorder, "jitsi-jibri-1"),
      resource(step, "jitsi-jibri-1-serve", `${recorder}::jitsi-jibri-1`),
      resource(step, "jitsi-jibri-1-drain", `${recorder}::jitsi-jibri-1`, {
        inputs: { delete: "drain" },
        outputs: { delete: "drain" },
      }),
      ...resources,
    ];
    expect(planRepair(exported({ resources: all }), "jibri-1").steps).toEqual([
      "jitsi-jibri-1-setup",
      "jitsi-jibri-1-serve",
      "jitsi-restart",
      "jitsi-acceptance",
    ]);
  });

  it.each(["1", "jvb-1"])(
    "takes all steps of bridge %s that run more than once, the rolling restart, and the proof",
    (name) => {
      expect(planRepair(exported(), name).steps).toEqual([
        "jitsi-jvb-1-setup",
        "jitsi-jvb-1-files",
        "jitsi-restart",
        "jitsi-acceptance",
      ]);
    },
  );

  it("takes those of the web host, its bridge, its policy file and its certificate", () => {
    const local = "jitsi-hetzner:index:LocalBridge";
    const all = [
      resource(local, "jitsi-local-bridge"),
      resource(step, "jitsi-local-bridge-files", `${local}::jitsi-local-bridge`),
      ...resources,
    ];
    expect(planRepair(exported({ resources: all }), "web").steps).toEqual([
      "jitsi-local-bridge-files",
      "jitsi-web-configure",
      "jitsi-policy",
      "jitsi-restart",
      "jitsi-acceptance",
      "jitsi-certificate",
    ]);
  });

  it("takes the name of the web host's own bridge for the web host, of which it is a part", () => {
    expect(planRepair(exported(), "local").steps).toEqual(planRepair(exported(), "web").steps);
  });

  it("makes their text differ in the state, and nothing else", () => {
    const { steps, state } = planRepair(exported(), "1");
    const isChosen = ({ urn, type }: Resource): boolean =>
      type === step && steps.some((name) => urn.endsWith(`::${name}`));
    const again = (values?: Record<string, unknown>) =>
      values && { ...values, create: `${values.create as string} (to be repaired)` };
    const expected = resources.map((before) =>
      isChosen(before)
        ? { ...before, inputs: again(before.inputs), outputs: again(before.outputs) }
        : before,
    );
    expect(JSON.parse(state)).toEqual(JSON.parse(exported({ resources: expected })));
    expect(marked(state).filter(isChosen)).toHaveLength(4);
  });

  it("has the host's program copied again, by a path that differs", () => {
    const copy = resource(
      "command:remote:CopyToRemote",
      "jitsi-jvb-1-copy",
      `${host}::jitsi-jvb-1`,
    );
    const values = { remotePath: "/var/lib/program.tar", source: { hash: "0" } };
    const state = exported({
      resources: [...resources, { ...copy, inputs: values, outputs: values }],
    });
    const { steps, state: repaired } = planRepair(state, "1");
    expect(steps).toContain("jitsi-jvb-1-copy");
    const [after] = marked(repaired).slice(-1);
    expect(after?.inputs).toEqual({
      ...values,
      remotePath: "/var/lib/program.tar (to be repaired)",
    });
    expect(after?.outputs).toEqual(after?.inputs);
    expect(planRepair(state, "web").steps).not.toContain("jitsi-jvb-1-copy");
  });

  it("marks a step once, however often it is repaired", () => {
    const { state } = planRepair(exported(), "1");
    expect(JSON.parse(planRepair(state, "1").state)).toEqual(JSON.parse(state));
  });

  it("names the hosts that there are", () => {
    expect(() => planRepair(exported(), "7")).toThrow(
      'there is no host "7" in this stack; there are: web, jvb-0, jvb-1',
    );
    expect(() => planRepair(JSON.stringify({ version: 3 }), "1")).toThrow("no hosts yet");
  });

  it("leaves an interrupted run to the doctor", () => {
    const pending = [{ type: "creating", resource: resources[0] }];
    expect(() => planRepair(exported({ resources, pending_operations: pending }), "1")).toThrow(
      "npm run doctor -- --repair",
    );
  });
});
