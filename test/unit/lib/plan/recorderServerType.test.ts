import { chooseRecorderType } from "../../../../lib/plan/recorderServerType";
import { serverType } from "../preflight/support/cloud";

const types = [
  serverType("cx23", [2, 4, 40], { price: 3 }),
  serverType("cpx32", [4, 8, 160], { price: 14 }),
  serverType("cx33", [4, 8, 80], { price: 6 }),
  serverType("cax21", [4, 8, 80], { price: 5, architecture: "arm" }),
];
const market = { types, now: new Date("2026-11-30") };

describe("the server type of a recorder", () => {
  it("is the cheapest x86 type with 4 vCPU and 8 GB", () => {
    expect(chooseRecorderType(undefined, "fsn1", market)).toEqual({ name: "cx33" });
  });

  it("is the next one where that is sold out, because nobody asked for it by name", () => {
    const soldOut = types.map((type) =>
      type.name === "cx33" ? serverType("cx33", [4, 8, 80], { soldOutIn: ["fsn1"] }) : type,
    );
    expect(chooseRecorderType(undefined, "fsn1", { ...market, types: soldOut }).name).toBe("cpx32");
  });

  it("is the one of the settings, or its successor", () => {
    expect(chooseRecorderType("cpx32", "fsn1", market)).toEqual({ name: "cpx32" });
    expect(chooseRecorderType("cpx31", "fsn1", market).name).toBe("cpx32");
  });

  it("is refused where none is in stock", () => {
    const { refusal } = chooseRecorderType(undefined, "fsn1", { ...market, types: [] });
    expect(refusal).toContain("4 vCPU and 8 GB");
  });

  it("is known without the API", () => {
    expect(chooseRecorderType(undefined, "fsn1").name).toBe("cx33");
    expect(chooseRecorderType(undefined, "ash").name).toBe("cpx31");
  });
});
