import { execFile, spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

const execute = promisify(execFile);
const folder = join(__dirname, "../..");
const buildMs = 240_000;

/** The code of a section of the README that is in a language. */
function example(heading: string, language: string): string {
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const [, section = ""] = readme.split(`\n## ${heading}\n`);
  const [, code] = new RegExp(`\n\`\`\`${language}\n([^]*?)\`\`\`\n`).exec(section) ?? [];
  if (code === undefined) throw new Error(`the section ${heading} has no ${language}`);
  return code;
}

/** A project that has the simulator as its archive would install it, and that runs the README's examples. */
describe("the README", () => {
  let project: string;
  let installed: string;

  beforeAll(async () => {
    // Inside of the workspace, where the simulator's own dependencies are found.
    const parent = join(folder, "../.test");
    mkdirSync(parent, { recursive: true });
    project = mkdtempSync(join(parent, "readme-"));
    installed = join(project, "node_modules/hcloud-simulator");
    cpSync(join(folder, "package.json"), join(installed, "package.json"));
    const tsc = require.resolve("typescript/bin/tsc");
    const build = ["--project", join(folder, "tsconfig.build.json")];
    await execute(process.execPath, [tsc, ...build, "--outDir", join(installed, "dist")]);
  }, buildMs);
  afterAll(() => {
    rmSync(project, { recursive: true, force: true });
  });

  it(
    "has a test that passes in a project with jest",
    async () => {
      writeFileSync(join(project, "example.test.ts"), example("In a test", "ts"));
      const transform = { "\\.ts$": require.resolve("@swc/jest") };
      writeFileSync(join(project, "jest.config.json"), JSON.stringify({ transform }));
      const jest = require.resolve("jest/bin/jest");
      const { stderr } = await execute(process.execPath, [jest, "--rootDir", project], {
        cwd: project,
      });
      expect(stderr).toContain("Tests:       1 passed, 1 total");
    },
    buildMs,
  );

  /** Resolves to the simulator's first lines. */
  async function firstLines(child: ChildProcessByStdio<null, Readable, null>): Promise<string> {
    let text = "";
    for await (const chunk of child.stdout) {
      text += String(chunk);
      if (text.split("\n").length > 2) break;
    }
    return text;
  }

  it(
    "has a command that prints what clients need, and ends when it is told to",
    async () => {
      const words = /hcloud-simulator (.*)\n/.exec(example("As a command", ""))?.[1] ?? "";
      expect(words).toBe("--port 8080");
      const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
        bin: Record<string, string>;
      };
      const bin = join(installed, manifest.bin["hcloud-simulator"] ?? "");
      const args = words.replace("8080", "0").split(" ");
      const child = spawn(process.execPath, [bin, ...args], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const ended = once(child, "exit");
      const printed = await firstLines(child);
      const [, endpoint = "", token = ""] =
        /^export HCLOUD_ENDPOINT=(\S+)\nexport HCLOUD_TOKEN=(\S+)\n$/.exec(printed) ?? [];
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${endpoint}/locations`, { headers });
      expect(answer.status).toBe(200);
      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
    },
    buildMs,
  );
});
