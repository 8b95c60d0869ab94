import { costDifference } from "../../../../tools/previewSummary/costDifference";
import { parsePreview } from "../../../../tools/previewSummary/preview";
import { step } from "./previews";

describe("costDifference", () => {
  it("names the types that it has no price of", () => {
    const { steps } = parsePreview(JSON.stringify({ steps: [step("create", "constructor")] }));
    expect(costDifference(steps)).toEqual({ difference: 0.5, unknown: ["constructor"] });
  });
});
