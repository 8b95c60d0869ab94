import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { simulatorPage } from "../../../src/reference/simulatorPage";
import { buildRegistry } from "../../../../hcloud-simulator/src/resource";
import { resources } from "../../../../hcloud-simulator/src/resources";
import { missingResources } from "../../../../hcloud-simulator/src/resources/notSimulated";

const root = join(__dirname, "../../../../..");

describe("docs/simulator.md", () => {
  it("is up to date with the route table", () => {
    const args = ["--import", "tsx", "packages/sandbox/src/reference/write.ts", "--check"];
    expect(() => execFileSync(process.execPath, args, { cwd: root })).not.toThrow();
  }, 30_000);

  it("lists every simulated route, and no other one, as simulated", () => {
    const page = simulatorPage();
    const [, simulated = ""] = /## What is simulated\n([^]*?)\n## /.exec(page) ?? [];
    for (const { method, path, notSimulated } of buildRegistry(resources).routes)
      expect([path, simulated.includes(`\`${method} ${path}\``)]).toEqual([path, !notSimulated]);
  });

  it("lists everything that is not simulated, with a reason", () => {
    const page = simulatorPage();
    for (const { path, reason } of missingResources) {
      expect(page).toContain(path);
      expect(page).toContain(reason);
    }
  });
});
