import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { declaredConfig, declaredPrompts } from "../../../../../docs/generate/pulumiYaml";
import { problemsOf, settingsWith } from "../../../../../docs/generate/wrongSettingsPage";
import { configKeys, declarations } from "../../../../../lib/config/keys";
import { propertyOf, type Setting } from "../../../../../lib/config/setting";
import { ConfigError, parseSettings } from "../../../../../lib/config/settings";
import { formatProblem } from "../../../../../lib/problem";

const read = (path: string): string =>
  readFileSync(join(__dirname, "../../../../..", path), "utf8");

interface PulumiYaml {
  readonly config: Readonly<Record<string, unknown>>;
  readonly template: { readonly config: Readonly<Record<string, unknown>> };
}

const { config, template } = parse(read("Pulumi.yaml")) as PulumiYaml;
const help = "npm run -s reference";

/** The text below a heading, to the next one. */
const sectionOf = (page: string, key: string): string =>
  read(page)
    .split(/^## /m)
    .find((section) => section.startsWith(`${key}\n`)) ?? "";

describe.each(declarations.map((one) => [one.name, one] as const))(
  "the setting %s",
  (name, declaration) => {
    const { description, details = [], allowed, example, wrong, effect }: Setting = declaration;

    it(`is in Pulumi.yaml as it is declared (${help})`, () => {
      expect({ [name]: config[name] }).toEqual({ [name]: declaredConfig()[name] });
    });

    it(`has a section in docs/configuration.md (${help})`, () => {
      const section = sectionOf("docs/configuration.md", name);
      for (const text of [description, ...details, allowed]) expect(section).toContain(text);
    });

    it(`has a row in docs/what-changes.md (${help})`, () => {
      const rows = read("docs/what-changes.md").match(/^\|.*$/gm) ?? [];
      const [row, ...more] = rows.filter((line) => line.split(" | ")[0]?.includes(`\`${name}\``));
      for (const text of [effect.touches, effect.hosts, effect.services]) {
        expect(row).toContain(text);
      }
      expect(more).toEqual([]);
    });

    it("is described in a sentence", () => {
      expect(description).toMatch(/^[A-Z].+\.$/);
    });

    it("has an example that the program accepts", () => {
      expect(() => parseSettings(settingsWith(declaration, example))).not.toThrow();
    });

    it.each(wrong)("refuses %j with what is wrong, what is allowed and the command", (value) => {
      const problems = problemsOf(declaration, value);
      // An item of a list has its place behind the key.
      expect(problems.map(({ key }) => key?.split("[")[0])).toEqual([name]);
      for (const problem of problems) {
        expect(problem.fix).toMatch(new RegExp(`pulumi config (set|rm) .*${name}`));
        expect(sectionOf("docs/wrong-settings.md", name)).toContain(formatProblem(problem));
      }
    });

    it("has examples of invalid values, which need no key that does not exist", () => {
      const { beside: always = {} }: Setting = declaration;
      const beside = wrong.flatMap((one) => (typeof one === "string" ? [] : [one.beside]));
      const others = [always, ...beside].flatMap((keys) => Object.keys(keys));
      expect(wrong.length).toBeGreaterThan(0);
      expect(others.filter((key) => !(configKeys as readonly string[]).includes(key))).toEqual([]);
    });
  },
);

function valuesOrProblems(raw: Parameters<typeof parseSettings>[0]): unknown {
  try {
    return parseSettings(raw);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe("the example", () => {
  const read = declarations.filter((one: Setting) => one.parse !== undefined && !one.required);

  it.each(read.map((one) => [one.name, one] as const))(
    "of %s means something else than the default",
    (name, declaration) => {
      const { [name]: example, ...others } = settingsWith(declaration, declaration.example);
      expect(example).toBeDefined();
      const withExample = parseSettings({ ...others, [name]: example });
      // Without a key that others need, the settings are refused.
      expect(valuesOrProblems(others)).not.toEqual(withExample);
    },
  );
});

describe("the settings", () => {
  it(`are those of Pulumi.yaml, in their order, beside the provider's (${help})`, () => {
    const { "hcloud:pollInterval": pollInterval, ...own } = config;
    expect(Object.keys(own)).toEqual(configKeys);
    expect(pollInterval).toEqual({ value: "2500ms" });
  });

  it(`are those of docs/configuration.md, in their order (${help})`, () => {
    const headings = [...read("docs/configuration.md").matchAll(/^## (.+)$/gm)];
    expect(headings.map(([, key]) => key)).toEqual(configKeys);
  });

  it(`are asked for by pulumi new as they are declared, beside the API's token (${help})`, () => {
    const { "hcloud:token": token, ...own } = template.config;
    expect(own).toEqual(declaredPrompts());
    expect(token).toMatchObject({ secret: true });
  });

  it("have one declaration each", () => {
    expect(new Set(configKeys).size).toBe(declarations.length);
    const properties = declarations.map(propertyOf);
    expect(new Set(properties).size).toBe(declarations.length);
  });
});
