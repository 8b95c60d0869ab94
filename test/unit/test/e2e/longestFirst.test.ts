import { existsSync } from "node:fs";
import { join } from "node:path";

interface File {
  readonly path: string;
}

/** jest loads it as it is, so it is plain JavaScript. */
const LongestFirst = jest.requireActual<{
  new (): { sort(files: readonly File[]): readonly File[] };
  readonly longest: Readonly<Record<string, number>>;
}>("../../../e2e/longestFirst.js");

const file = (name: string): File => ({ path: `/somewhere/test/e2e/${name}.test.ts` });

describe("LongestFirst", () => {
  it("starts the longest files first, then the others by name", () => {
    const files = ["hosts", "turn", "firstContact", "cluster"].map(file);
    expect(new LongestFirst().sort(files)).toEqual(
      ["cluster", "turn", "firstContact", "hosts"].map(file),
    );
  });

  it("names only files that there are", () => {
    const missing = Object.keys(LongestFirst.longest).filter(
      (name) => !existsSync(join(__dirname, "../../../e2e", `${name}.test.ts`)),
    );
    expect(missing).toEqual([]);
  });
});
