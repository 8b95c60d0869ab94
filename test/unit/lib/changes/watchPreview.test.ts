import { hostChanges } from "../../../../lib/changes/hostChanges";
import { hostsLine } from "../../../../lib/changes/hostsLine";
import { deleteSteps, madeStep } from "../../../../lib/changes/watchPreview";
import { resourceTypes, typeToken } from "../../../../lib/resourceTypes";
import type { EngineResource } from "../../../../lib/preflight/engineState";

const serverType = resourceTypes.server;
const urnOf = (type: string, name: string): string =>
  `urn:pulumi:dev::jitsi-hetzner::${type}::jitsi-${name}`;

function resource(name: string, type: string = serverType): EngineResource {
  const outputs = type === serverType ? { serverType: "cpx42", location: "fsn1" } : {};
  return { urn: urnOf(type, name), type, outputs };
}

const before = [
  resource("jvb-0"),
  resource("jvb-1"),
  resource("jvb-1-drain", resourceTypes.remoteCommand),
  resource("jvb-1", typeToken("Bridge")),
];

describe("watchPreview", () => {
  it("takes what is made while the state has it for a replacement", () => {
    const newInputs = { serverType: "cpx52", location: "fsn1" };
    const replaced = madeStep("create", { ...resource("jvb-0"), newInputs }, before);
    expect(replaced.op).toBe("replace");
    expect(hostsLine(hostChanges([replaced]))).toContain(
      "replaces bridge jvb-0 (cpx42 to cpx52, fsn1)",
    );
    expect(madeStep("create", { ...resource("jvb-2"), newInputs }, before).op).toBe("create");
    const oldInputs = { serverType: "cpx42" };
    const updated = { ...resource("jvb-0"), newInputs, oldInputs };
    expect(madeStep("update", updated, before)).toMatchObject({
      op: "update",
      oldState: { inputs: oldInputs },
      newState: { inputs: newInputs },
    });
  });

  it("takes what the program does not ask for any more for a deletion", () => {
    const steps = deleteSteps(before, [before[0]?.urn ?? ""]);
    expect(steps.map(({ urn }) => urn.split("::").at(-1))).toEqual([
      "jitsi-jvb-1",
      "jitsi-jvb-1-drain",
    ]);
    expect(hostsLine(hostChanges(steps))).toBe(
      "removes bridge jvb-1 (cpx42, fsn1), drained first; touches no other host",
    );
    expect(deleteSteps([], [])).toEqual([]);
  });
});
