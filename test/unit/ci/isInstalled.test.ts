import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const root = join(__dirname, "../../..");

/** `make` is as good as the first command of a newcomer: it must install once, and not once more. */
describe("the installation of the npm packages", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "installed-"));
    mkdirSync(join(dir, "ci"));
    mkdirSync(join(dir, "node_modules"));
    mkdirSync(join(dir, "packages/node_modules"), { recursive: true });
    for (const file of ["Makefile", "ci/isInstalled.js"]) cpSync(join(root, file), join(dir, file));
    writeFileSync(join(dir, "package.json"), "{}");
    writeFileSync(join(dir, "packages/package.json"), "{}");
    const wanted = {
      "": {},
      "node_modules/a": { version: "1.0.0" },
      "node_modules/of-another-platform": { version: "2.0.0", optional: true },
    };
    lock("package-lock.json", wanted);
    lock("packages/package-lock.json", { "": {}, "node_modules/b": { version: "3.0.0" } });
    writeFileSync(join(dir, "npm"), '#!/bin/bash\necho "npm $*"\n');
    chmodSync(join(dir, "npm"), 0o755);
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  function lock(file: string, packages: object): void {
    writeFileSync(join(dir, file), JSON.stringify({ packages }));
  }

  function make(target = "node_modules/.ready"): string {
    const env = { PATH: [dir, process.env.PATH].join(delimiter) };
    const args = ["-C", dir, "--no-print-directory", target];
    const { status, stdout } = spawnSync("make", args, { env, encoding: "utf8" });
    expect([status, existsSync(join(dir, target))]).toEqual([0, true]);
    return stdout;
  }

  const installed = "node_modules/.package-lock.json";
  const installs =
    "installing the npm packages in ./\nnpm ci --prefix . --no-progress --loglevel=error\n";

  it("is left out where somebody has done it, such as `pulumi new`", () => {
    lock(installed, { "node_modules/a": { version: "1.0.0" } });
    expect(make()).toBe("");
  });

  it("is done in a fresh clone", () => {
    expect(make()).toBe(installs);
  });

  it.each([
    ["another version", { "node_modules/a": { version: "1.0.1" } }],
    ["a package less", {}],
  ])("is done where there is %s", (_, packages) => {
    lock(installed, packages);
    expect(make()).toBe(installs);
  });

  describe("of the sandbox", () => {
    const ready = "packages/node_modules/.ready";

    it("is a second one, in its own folder", () => {
      lock(installed, { "node_modules/a": { version: "1.0.0" } });
      expect(make(ready)).toBe(
        "installing the npm packages in packages/\nnpm ci --prefix packages --no-progress --loglevel=error\n",
      );
    });

    it("is left out where somebody has done it", () => {
      lock("packages/node_modules/.package-lock.json", { "node_modules/b": { version: "3.0.0" } });
      expect(make(ready)).toBe("");
    });

    it("is asked for by the commands that need it, with the command to type", () => {
      const args = ["ci/isInstalled.js", "packages"];
      const ask = () => spawnSync(process.execPath, args, { cwd: dir, encoding: "utf8" });
      expect(ask()).toMatchObject({
        status: 1,
        stderr:
          "packages/node_modules is missing, or is not what packages/package-lock.json names. Install it: npm ci --prefix packages\n",
      });
      lock("packages/node_modules/.package-lock.json", { "node_modules/b": { version: "3.0.0" } });
      expect(ask()).toMatchObject({ status: 0, stderr: "" });
    });
  });
});
