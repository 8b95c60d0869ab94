import type { ServerTypeFact } from "../../../../lib/hcloud/cloudFacts";
import { chooseServerType } from "../../../../lib/plan/serverTypeChoice";
import { checkServerType } from "../../../../lib/preflight/serverTypeCheck";
import { cpx42, cx23, serverType } from "./support/cloud";

const now = new Date("2026-11-21T00:00:00Z");

/** The choice by what Hetzner sells, and what is said about it. */
const choose = (type: string, types: readonly ServerTypeFact[], location = "fsn1") => {
  const market = { types, now };
  const choice = chooseServerType(type, location, market);
  const findings = checkServerType({ key: "jvbServerType", type, location }, choice, market);
  return { ...choice, findings };
};

const reasonFor = (asked: string, types: readonly ServerTypeFact[], location?: string): string => {
  const [first] = choose(asked, types, location).findings.problems;
  return `${first?.key ?? ""} ${first?.reason ?? "nothing"} -> ${first?.fix ?? ""}`;
};

describe("a server type by what Hetzner sells", () => {
  it("orders what was asked for where it is sold and in stock", () => {
    expect(choose("cpx42", [cx23, cpx42])).toEqual({
      name: "cpx42",
      findings: { problems: [], warnings: [] },
    });
  });

  it("orders the successor of a retired type and says so, with both sizes", () => {
    expect(choose("cpx41", [cx23, cpx42])).toEqual({
      name: "cpx42",
      note: "cpx41 (8 vCPU, 16 GB, 240 GB disk) is no longer sold in fsn1; using cpx42 (8 vCPU, 16 GB, 320 GB disk)",
      findings: { problems: [], warnings: [] },
    });
  });

  it("keeps an old type where it is still sold", () => {
    const cpx41 = serverType("cpx41", [8, 16, 240], { locations: ["ash"] });
    expect(choose("cpx41", [cpx41, cpx42], "ash").name).toBe("cpx41");
    expect(choose("cpx41", [cpx41, cpx42], "fsn1").name).toBe("cpx42");
  });

  it("takes a type for gone from the day on that the API tells", () => {
    const cpx41 = serverType("cpx41", [8, 16, 240], { until: "2026-01-01T00:00:00Z" });
    expect(choose("cpx41", [cpx41, cpx42]).name).toBe("cpx42");
  });

  it("warns of a type that will go", () => {
    const cpx41 = serverType("cpx41", [8, 16, 240], { until: "2027-01-01T00:00:00Z" });
    expect(choose("cpx41", [cpx41, cpx42])).toMatchObject({
      name: "cpx41",
      findings: {
        warnings: ["jvbServerType cpx41 can be ordered in fsn1 only until 2027-01-01"],
      },
    });
  });

  it("never gives a successor that is smaller in anything", () => {
    const smaller = [
      [4, 16, 320],
      [8, 8, 320],
      [8, 16, 200],
    ] as const;
    for (const size of smaller) {
      expect(reasonFor("cpx41", [serverType("cpx42", size)])).toContain(
        'jvbServerType is "cpx41", which is no longer sold in fsn1, and cpx42 is smaller',
      );
    }
  });

  it("refuses what is sold out, with what would do, the cheapest first, and the command", () => {
    const types = [
      serverType("cpx42", [8, 16, 320], { price: 69.49, soldOutIn: ["fsn1"] }),
      serverType("ccx33", [8, 32, 240], { price: 138.49 }),
      serverType("cpx52", [12, 24, 480], { price: 100.49 }),
      cx23,
    ];
    expect(reasonFor("cpx42", types)).toBe(
      'jvbServerType is "cpx42", which is sold out in fsn1; alternatives: ' +
        "in fsn1 cpx52 (12 vCPU, 24 GB, 480 GB disk, 100.49 a month), ccx33 (8 vCPU, 32 GB, 240 GB disk, 138.49 a month); " +
        "elsewhere cpx42 in nbg1 -> pulumi config set jvbServerType cpx52",
    );
  });

  it("does not exchange a retired type whose successor is sold out", () => {
    const types = [serverType("cpx42", [8, 16, 320], { soldOutIn: ["fsn1"] })];
    expect(reasonFor("cpx41", types)).toContain(
      "is no longer sold in fsn1, and its successor cpx42 is sold out there; alternatives: elsewhere cpx42 in nbg1",
    );
  });

  it("refuses an ARM type", () => {
    const arm = serverType("cax31", [8, 16, 160], { architecture: "arm" });
    expect(reasonFor("cax31", [arm, cpx42])).toContain(
      'is "cax31", which is an ARM type; the hosts are x86; alternatives: in fsn1 cpx42',
    );
  });

  it("refuses a name that nobody knows, and offers what is as large as the default", () => {
    expect(reasonFor("cpx99", [cx23, cpx42])).toBe(
      'jvbServerType is "cpx99", which is not a server type of Hetzner; alternatives: ' +
        "in fsn1 cpx42 (8 vCPU, 16 GB, 320 GB disk, 69.49 a month) -> pulumi config set jvbServerType cpx42",
    );
  });

  it("refuses a type that is not sold in the location", () => {
    expect(reasonFor("cx23", [cx23], "ash")).toContain(
      "is no longer sold in ash; alternatives: elsewhere cx23 in fsn1, cx23 in nbg1 -> pulumi config set location LOCATION",
    );
  });
});
