import { plannedHosts } from "../../../../lib/plan/plannedHosts";
import { checkWebSize } from "../../../../lib/preflight/webSizeCheck";
import { cpx42, cx23, planOf, server, serverType } from "./support/cloud";

const cx33 = serverType("cx33", [4, 8, 80]);
const types = [cx23, cx33, cpx42];

/** A cluster of so many bridges whose web host has a server of a type, or none yet. */
const hosts = (bridges: number, type?: typeof cx23) =>
  plannedHosts(
    planOf({ jvbCount: bridges.toString() }),
    type === undefined ? [] : [server("web", undefined, type)],
  );

describe("checkWebSize", () => {
  it("warns of a web host that is too small for its bridges, and stops nothing", () => {
    const { problems, warnings } = checkWebSize(hosts(4), "cx23", types);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      "the web host (cx23) has 2 vCPU and 4 GB of memory, and 4 bridges; with more than 3 it needs 4 vCPU and 8 GB, because the signalling of all participants goes through it: pulumi config set webServerType cx33",
    ]);
  });

  it("judges a web host that is there by its own type, which a setting does not change", () => {
    const [text] = checkWebSize(hosts(4, cx23), "cx33", types).warnings;
    expect(text).toContain("the web host (cx23)");
    expect(text).toContain("docs/scale.md");
    expect(checkWebSize(hosts(4, cx33), "cx23", types).warnings).toEqual([]);
  });

  it.each([
    ["few bridges", hosts(3), "cx23"],
    ["the handbook's size", hosts(90), "cx33"],
    ["a type whose size is not known", hosts(90), "new1"],
  ] as const)("says nothing of %s", (_, declared, type) => {
    expect(checkWebSize(declared, type, types).warnings).toEqual([]);
  });
});
