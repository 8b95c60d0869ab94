import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  builtPulumiVersion,
  isNewEnough,
  plugins,
  requiredPulumiVersion,
} from "../../src/versions";

const root = join(__dirname, "../../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const { dependencies } = JSON.parse(read("package.json")) as {
  dependencies: Record<string, string>;
};

describe("versions", () => {
  it.each([
    ["v3.248.0", true],
    ["3.248.1", true],
    ["v3.300.0", true],
    ["v4.0.0", true],
    ["v3.260.0-alpha.1786", true],
    ["v3.247.9", false],
    ["v2.999.0", false],
    ["no version", false],
  ])("%s is new enough: %s", (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });

  // An operator with Node.js 22 or newer can pin a newer SDK. It works with an older CLI, but not
  // the other way round.
  it("requires no newer CLI than the SDK that package.json pins", () => {
    expect([requiredPulumiVersion, isNewEnough(dependencies["@pulumi/pulumi"] ?? "")]).toEqual([
      expect.stringMatching(/^3\.\d+\.\d+$/),
      true,
    ]);
  });

  it("has a plugin for each provider SDK that package.json pins, in the same version", () => {
    const manifest = (name: string) =>
      JSON.parse(read(`node_modules/${name}/package.json`)) as { pulumi?: { resource?: boolean } };
    const sdks = Object.entries(dependencies).filter(
      ([name]) => name.startsWith("@pulumi/") && manifest(name).pulumi?.resource === true,
    );
    expect(plugins.map(({ name, version }) => [`@pulumi/${name}`, version]).sort()).toEqual(
      sdks.sort(),
    );
  });

  it.each(plugins)("builds $name in that version", ({ name, version }) => {
    expect(read(`packages/toolchain/providers/${name}/provider.go`)).toContain(
      `const Version = "${version}"`,
    );
  });

  it("builds the CLI that go.mod requires", () => {
    expect(read("packages/toolchain/cli/go.mod")).toContain(
      `github.com/pulumi/pulumi/pkg/v3 v${builtPulumiVersion}`,
    );
    expect(isNewEnough(builtPulumiVersion)).toBe(true);
  });
});
