import { readFileSync } from "node:fs";
import { join } from "node:path";
import { badInputs, problemsOf } from "../../../docs/generate/badInputPage";
import { pages } from "../../../docs/generate/reference";
import { configKeys } from "../../../lib/config/problem";

const root = join(__dirname, "../../..");

describe("the reference", () => {
  it.each(Object.entries(pages()))(
    "%s is what its source says (npm run -s reference)",
    (path, text) => {
      expect(readFileSync(join(root, path), "utf8")).toBe(text);
    },
  );

  it("has each setting that the program reads, and no other", () => {
    const headings = [...(pages()["docs/configuration.md"] ?? "").matchAll(/^## (.+)$/gm)];
    expect(headings.map(([, key]) => key)).toEqual([...configKeys]);
  });

  it.each(configKeys)("shows what is said to wrong values of %s, a proposal with each", (key) => {
    const problems = badInputs[key].map((value) => problemsOf(key, value));
    expect(problems.length).toBeGreaterThan(0);
    for (const [problem] of problems) {
      expect(problem?.key).toBe(key);
      expect(problem?.fix).toContain(`pulumi config`);
    }
  });
});
