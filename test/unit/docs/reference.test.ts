import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import {
  declaredConfig,
  declaredPrompts,
  withDeclaredConfig,
} from "../../../docs/generate/pulumiYaml";
import { pages } from "../../../docs/generate/reference";
import { withEffectsTable } from "../../../docs/generate/settingEffects";

const root = join(__dirname, "../../..");

describe("the reference", () => {
  it.each(Object.entries(pages()))(
    "%s is what its source says (npm run -s reference)",
    (path, text) => {
      expect(readFileSync(join(root, path), "utf8")).toBe(text);
    },
  );
});

describe("Pulumi.yaml", () => {
  const written = `# A comment.
name: my-meetings
template:
  config:
    noSuchKey:
      description: Of a setting that was removed
    hcloud:token:
      secret: true
# Another comment.
config:
  noSuchKey:
    default: ""
  domain:
    default: changed by hand
`;

  it("gets the settings as they are declared, and no other", () => {
    expect(parse(withDeclaredConfig(written))).toEqual({
      name: "my-meetings",
      template: { config: { ...declaredPrompts(), "hcloud:token": { secret: true } } },
      config: declaredConfig(),
    });
  });

  it("keeps its comments", () => {
    expect(withDeclaredConfig(written)).toMatch(
      /^# A comment\.\n[^]*\n# Another comment\.\nconfig:\n/,
    );
  });
});

describe("docs/what-changes.md", () => {
  it("keeps what is around its table, and is refused without a place for it", () => {
    const page = withEffectsTable(readFileSync(join(root, "docs/what-changes.md"), "utf8"));
    expect(page).toMatch(/^# Effects [^]*\n\| setting [^]*\n## Restarts/);
    expect(() => withEffectsTable("# Effects\n")).toThrow(/has no place for the table/);
  });
});
