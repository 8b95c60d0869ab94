import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the tests of the simulator are. */
export const testFolder = join(__dirname, "../../test/api");

/** Tests that are about no single resource, with what they show. */
export const commonTests: Readonly<Record<string, string>> = {
  "protocol.test.ts": "token, errors, pages, order, selectors, limit, latency",
  "reads.test.ts": "each read answers, with the thing and its actions",
  "fuzz.test.ts": "each route, sent what is wrong: an error of the API's form, never a 500",
  "contract.test.ts": "what holds for Hetzner as well; can be run against it",
  "persistence.test.ts": "state over restarts, one process at a time",
  "durability.test.ts": "20 times kill -9 among 1,000 operations; 100 clients at once",
  "faults.test.ts": "every fault on demand",
  "limits.test.ts": "how much an account may have",
  "hcloudCli.test.ts": "Debian's `hcloud`",
  "hcloudCliRest.test.ts": "the rest of its commands",
  "hcloudGo.test.ts": "hcloud-go; it calls each operation that changes something",
  "terraform.test.ts": "the Terraform provider, over its own protocol, and its data sources",
  "pulumi.test.ts": "the Pulumi provider in the real engine",
};

/** The Go modules among the tests. */
export const goModules: readonly string[] = ["hcloudgo", "terraform"];

/** How many facts a test file states; `it.each` is one. */
export function factsIn(file: string): number {
  const source = readFileSync(join(testFolder, file), "utf8");
  return [...source.matchAll(/^\s*it(?:\.each)?[(`]/gm)].length;
}

/** The Go modules that have a test of this name. */
export function goModulesWith(test: string): string[] {
  return goModules.filter((module) => {
    const folder = join(testFolder, module);
    return readdirSync(folder).some((file) =>
      readFileSync(join(folder, file), "utf8").includes(`func ${test}(t *testing.T)`),
    );
  });
}

const cliTests = ["hcloudCli.test.ts", "hcloudCliRest.test.ts"];

/** The commands of the hcloud client (`server create`) that its tests begin a text with. */
export function cliCommandsTested(): ReadonlySet<string> {
  const sources = cliTests.map((file) => readFileSync(join(testFolder, file), "utf8")).join("\n");
  const found = sources.matchAll(/["'`]([a-z][a-z-]+ [a-z][a-z-]+)(?= |["'`]|\$)/g);
  return new Set([...found].map(([, command = ""]) => command));
}
