import { stepsOf } from "../../../src/bench/engineSteps";

const command = "command:remote:Command";

describe("stepsOf", () => {
  const begin = (op: string, urn: string, type = command) => ({
    resourcePreEvent: { metadata: { op, urn, type } },
  });
  const end = (op: string, urn: string, inputs: object = {}, type = command) => ({
    resOutputsEvent: {
      metadata: { op, urn, type, [op === "delete" ? "old" : "new"]: { inputs } },
    },
  });

  it("pairs the beginning of a step with its end", () => {
    const steps = stepsOf([
      { atMs: 10, event: begin("create", "a") },
      { atMs: 20, event: begin("delete", "b") },
      { atMs: 30, event: {} },
      { atMs: 40, event: end("delete", "b", { create: "make", delete: "remove" }) },
      { atMs: 50, event: end("create", "a", { create: "make", update: "change" }) },
    ]);
    expect(steps).toEqual([
      { urn: "b", type: command, op: "delete", beginMs: 20, endMs: 40, commandLine: "remove" },
      { urn: "a", type: command, op: "create", beginMs: 10, endMs: 50, commandLine: "make" },
    ]);
  });

  it.each([
    [{ create: "make", update: "change" }, "change"],
    [{ create: "make" }, "make"],
    [{ delete: "remove" }, undefined],
  ])("an update of %j runs %p", (inputs, line) => {
    const [step] = stepsOf([
      { atMs: 1, event: begin("update", "a") },
      { atMs: 2, event: end("update", "a", inputs) },
    ]);
    expect(step?.commandLine).toBe(line);
  });

  it("leaves out components, the stack, and what stays the same", () => {
    const types = ["jitsi-hetzner:index:Host", "pulumi:pulumi:Stack", "pulumi:providers:hcloud"];
    const events = types.flatMap((type) => [
      begin("create", type, type),
      end("create", type, {}, type),
    ]);
    const same = [begin("same", "a"), end("same", "a")];
    expect(stepsOf([...events, ...same].map((event) => ({ atMs: 1, event })))).toEqual([]);
  });

  it("refuses an end without a beginning", () => {
    expect(() => stepsOf([{ atMs: 1, event: end("create", "a") }])).toThrow(
      "create a ended without a beginning",
    );
  });
});
