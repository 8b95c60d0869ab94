import { sumOf } from "../../../../lib/plan/cost";
import { listedIpv4, listedServer } from "../../../../lib/plan/prices";

describe("list prices", () => {
  it("add up, and name what has none", () => {
    const items = [listedServer("cx23"), listedServer("constructor"), listedIpv4];
    expect(sumOf(items)).toEqual({ total: 5.99, unknown: ["constructor"] });
  });

  it("come after the reader's own", () => {
    expect(listedServer("cx23", { cx23: 4 })).toEqual({ what: "cx23", price: 4 });
    expect(listedServer("cx33", { cx23: 4 })).toEqual({ what: "cx33", price: 8.49 });
  });
});
