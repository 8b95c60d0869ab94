import { parsePreview, UnreadablePreview } from "../../../../tools/previewSummary/preview";

describe("parsePreview", () => {
  it.each(["", "{", "[]", "{}", "null", '"text"'])("refuses %j, which is no preview", (text) => {
    expect(() => parsePreview(text)).toThrow(UnreadablePreview);
    expect(() => parsePreview(text)).toThrow(/pulumi preview --json > preview.json$/);
  });

  it("leaves out what is no step", () => {
    const text = JSON.stringify({ steps: [1, null, { op: "create" }], diagnostics: "no" });
    expect(parsePreview(text)).toEqual({ steps: [], diagnostics: [], changeSummary: {} });
  });
});
