import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Folder of the simulator's API tests. */
export const testFolder = join(__dirname, "../../test/api");

/** Tests that cover all resources, with what they show. */
export const commonTests: Readonly<Record<string, string>> = {
  "protocol.test.ts": "token, errors, pages, sort order, label selectors, rate limit, latency",
  "reads.test.ts": "every read answers, with the resource and its actions",
  "fuzz.test.ts": "every route answers wrong input with an API error, never with a 500",
  "contract.test.ts": "facts that also hold for Hetzner; can run against the real API",
  "createSimulator.test.ts": "an API in a test of another program, without options",
  "readme.test.ts": "the README's examples, in a project that has the package installed",
  "persistence.test.ts": "the state survives restarts; one process at a time can open it",
  "durability.test.ts": "20 times kill -9 during 1,000 operations; 100 clients at once",
  "faults.test.ts": "every fault on demand",
  "limits.test.ts": "limits of an account",
  "hcloudCli.test.ts": "Debian's `hcloud`, main commands",
  "hcloudCliRest.test.ts": "Debian's `hcloud`, all other commands",
  "hcloudGo.test.ts": "hcloud-go; it calls every operation that changes something",
  "terraform.test.ts":
    "the Terraform provider over Terraform's plugin protocol, and its data sources",
  "pulumi.test.ts": "the Pulumi provider in the real engine",
};

/** The Go modules among the tests. */
export const goModules: readonly string[] = ["hcloudgo", "terraform"];

/** The number of tests in a file; `it.each` counts as one. */
export function testCount(file: string): number {
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

/** The commands of the hcloud client (`server create`) that appear in its tests. */
export function cliCommandsTested(): ReadonlySet<string> {
  const sources = cliTests.map((file) => readFileSync(join(testFolder, file), "utf8")).join("\n");
  const found = sources.matchAll(/["'`]([a-z][a-z-]+ [a-z][a-z-]+)(?= |["'`]|\$)/g);
  return new Set([...found].map(([, command = ""]) => command));
}
