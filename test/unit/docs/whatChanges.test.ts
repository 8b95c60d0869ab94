import { readFileSync } from "node:fs";
import { join } from "node:path";
import { configKeys } from "../../../lib/config/problem";

describe("docs/what-changes.md", () => {
  it("says of every setting what a change does", () => {
    const page = readFileSync(join(__dirname, "../../../docs/what-changes.md"), "utf8");
    const keys = configKeys.filter((key) => !key.startsWith("sshProxy") || key === "sshProxy");
    expect(keys.filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
  });
});
