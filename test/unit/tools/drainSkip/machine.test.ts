import { planMachineSkip } from "../../../../tools/drainSkip/machine";

const step = (name: string, inputs: object) => ({
  urn: `urn:pulumi:prod::p::a$command:remote:Command::jitsi-${name}`,
  type: "command:remote:Command",
  custom: true,
  inputs,
  outputs: { ...inputs, stdout: "" },
});

const resources = [
  step("node-berlin-access", { create: "open", delete: "close" }),
  step("node-berlin-leave", { delete: "node/leave" }),
  step("node-berlin-forward", { create: "set", delete: "remove" }),
  step("node-berlin-drain", { create: "serve", delete: "drain" }),
  step("node-berlin-2-leave", { delete: "node/leave" }),
  step("node-berlin-2-drain", { create: "serve", delete: "drain" }),
  step("jvb-0-drain", { create: "serve", delete: "drain" }),
];

const exported = (deployment: object = {}) =>
  JSON.stringify({ version: 3, deployment: { resources, ...deployment } });

describe("giving up an existing machine", () => {
  it("takes away what would need it: the drain of its bridge and its cleaning, and of no other machine", () => {
    const { steps, state } = planMachineSkip(exported(), "berlin");
    expect(steps).toEqual(["jitsi-node-berlin-leave", "jitsi-node-berlin-drain"]);
    const { deployment } = JSON.parse(state) as { deployment: { resources: typeof resources } };
    const withDelete = deployment.resources.filter(
      ({ inputs, outputs }) => "delete" in inputs || "delete" in outputs,
    );
    expect(withDelete.map(({ urn }) => urn.split("::jitsi-").at(-1))).toEqual([
      "node-berlin-access",
      "node-berlin-forward",
      "node-berlin-2-leave",
      "node-berlin-2-drain",
      "jvb-0-drain",
    ]);
    expect(deployment.resources).toHaveLength(resources.length);
  });

  it("names the machines of the stack for one that it does not have", () => {
    expect(() => planMachineSkip(exported(), "paris")).toThrow(
      `there is no machine "paris" in this stack's state; machines: berlin, berlin-2`,
    );
  });

  it("refuses a state of an interrupted run, which an import could damage", () => {
    const pending_operations = [{ resource: resources[0], type: "creating" }];
    expect(() => planMachineSkip(exported({ pending_operations }), "berlin")).toThrow(
      "npm run doctor -- --repair",
    );
  });
});
