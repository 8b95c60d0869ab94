import { appendFileSync, cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSteps, stepKey } from "../../src/steps";

const toolchain = join(__dirname, "../..");

/** Names of the binaries that a change rebuilds. */
function rebuiltAfter(change: (dir: string) => void): string[] {
  const dir = mkdtempSync(join(tmpdir(), "steps-"));
  cpSync(toolchain, dir, { recursive: true });
  const before = buildSteps.map((step) => stepKey(step, dir));
  change(dir);
  return buildSteps
    .filter((step, i) => stepKey(step, dir) !== before[i])
    .map(({ binary }) => binary);
}

const touch = (path: string) => (dir: string) => {
  appendFileSync(join(dir, path), "\n// changed\n");
};

describe("build steps", () => {
  it.each([
    ["cli/langhost/run.go", ["pulumi-language-nodejs"]],
    ["providers/hcloud/provider.go", ["pulumi-resource-hcloud"]],
    ["providers/random/provider.go", ["pulumi-resource-random"]],
    ["providers/shim/shim.go", ["pulumi-resource-random"]],
    ["providers/command/remote/dial.go", ["pulumi-resource-command"]],
    ["providers/bridged/bridged.go", ["pulumi-resource-hcloud", "pulumi-resource-random"]],
    ["cli/go.sum", ["pulumi", "pulumi-language-nodejs"]],
    [
      "providers/go.mod",
      ["pulumi-resource-hcloud", "pulumi-resource-random", "pulumi-resource-command"],
    ],
    ["providers/command/harness_test.go", []],
    ["cli/langhost/run_test.go", []],
  ])("a change of %s rebuilds %j", (path, expected) => {
    expect(rebuiltAfter(touch(path))).toEqual(expected);
  });

  it("a file moved within the sources rebuilds its binary", () => {
    const rebuilt = rebuiltAfter((dir) => {
      writeFileSync(join(dir, "providers/hcloud/more.go"), "package hcloud\n");
    });
    expect(rebuilt).toEqual(["pulumi-resource-hcloud"]);
  });
});
