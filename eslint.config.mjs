import pulumi from "@pulumi/eslint-plugin";
import jest from "eslint-plugin-jest";
import tseslint from "typescript-eslint";

/** The rooms of the program and, for each, the rooms that it may import. */
const program = {
  lib: [],
  remote: ["lib"],
  "cloud-init": ["lib", "remote"],
  components: ["lib", "remote", "cloud-init"],
  index: ["lib", "remote", "cloud-init", "components"],
  policy: ["lib"],
  tools: ["lib", "remote"],
  docs: ["lib", "remote", "cloud-init", "components", "policy", "tools"],
};

/** The packages beside the program, in the same way. Their tests may run the real Pulumi CLI of the toolchain. */
const packages = {
  "hcloud-simulator": [],
  toolchain: [],
  sandbox: ["hcloud-simulator", "toolchain"],
};

const everything = [...Object.keys(program), ...Object.keys(packages), "packages", "test"];

/** Files that may import their own room and `allowed`, and nothing else of this repository. */
function mayImport(files, room, allowed) {
  // A package's `../index` is its own.
  const own = room in packages ? [room, "index"] : [room];
  const refused = everything.filter((name) => !own.includes(name) && !allowed.includes(name));
  const where = room === "index" ? "\\./" : "(?:\\.\\./)+";
  const message = `${room} may import ${["its own files", ...allowed].join(", ")}; see eslint.config.mjs.`;
  const patterns = [{ regex: `^${where}(?:${refused.join("|")})(?:/|$)`, message }];
  return { files, rules: { "no-restricted-imports": ["error", { patterns }] } };
}

const oneWay = [
  ...Object.entries(program).map(([room, allowed]) =>
    mayImport([room === "index" ? "index.ts" : `${room}/**/*.ts`], room, allowed),
  ),
  ...Object.entries(packages).flatMap(([name, allowed]) => [
    mayImport([`packages/${name}/src/**/*.ts`], name, allowed),
    mayImport([`packages/${name}/test/**/*.ts`], name, [...new Set([...allowed, "toolchain"])]),
  ]),
];

export default tseslint.config(
  { ignores: ["node_modules", ".sandbox", "**/.test", "**/dist", "**/*.js", "**/*.mjs"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@pulumi/no-output-instance-in-template-literal": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Pulumi components are created for their effect on the resource graph.
      "no-new": "off",
      "@typescript-eslint/no-extraneous-class": "off",
    },
  },
  {
    files: ["test/**/*.ts", "packages/*/test/**/*.ts"],
    ...jest.configs["flat/recommended"],
    rules: {
      ...jest.configs["flat/recommended"].rules,
      "jest/expect-expect": ["error", { assertFunctionNames: ["expect", "expect*"] }],
      // A test where the machine has a browser.
      "jest/no-standalone-expect": ["error", { additionalTestBlockFunctions: ["itWithBrowser"] }],
    },
  },
  ...oneWay,
  {
    // Cases that a test file takes in, because one cluster serves them all.
    files: ["test/**/*Cases.ts"],
    rules: { "jest/no-export": "off" },
  },
);
