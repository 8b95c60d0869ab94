import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { listServers } from "../../packages/sandbox/src/client";
import { readVerbTimes, withoutTimes } from "../../packages/sandbox/src/hosts/simulated/verbTimes";
import { projectDir } from "../../packages/sandbox/src/projectDir";
import { must, TestCluster, type Outcome } from "./harness";

/** What a checkout has besides its own files. */
const notCopied = /^(node_modules|packages\/node_modules|\.git|\.sandbox|\.test)$/;

/** The host's program in the state, where the engine keeps its path on the machine that copied it. The order matters. */
describe("a state whose hosts have their program", () => {
  let cluster: TestCluster;
  let work: string;

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), "checkouts-"));
    // How long hosts take proves nothing here.
    const timesFile = join(work, "times.json");
    writeFileSync(timesFile, JSON.stringify(withoutTimes(readVerbTimes())));
    cluster = await TestCluster.start("program", { hosts: "simulated", timesFile });
    await cluster.configure({ ...demoConfig, jvbCount: "1" });
    await fromOtherCheckout("first", "up", "--yes", "--skip-preview");
  }, 300_000);

  afterAll(async () => {
    await cluster.remove();
    rmSync(work, { recursive: true });
  }, 120_000);

  /** `pulumi` in a copy of this checkout, which is gone afterwards. */
  async function fromOtherCheckout(name: string, ...args: string[]): Promise<Outcome> {
    const folder = join(work, name);
    cpSync(projectDir, folder, {
      recursive: true,
      filter: (path) => !notCopied.test(relative(projectDir, path)),
    });
    symlinkSync(join(projectDir, "node_modules"), join(folder, "node_modules"));
    try {
      return must(args.join(" "), await cluster.pulumi("-C", folder, ...args));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  interface Step {
    readonly urn: string;
    readonly type: string;
    readonly inputs?: { readonly source?: { readonly path?: string } };
  }
  const state = async (): Promise<readonly Step[]> => {
    const { stdout } = await cluster.mustPulumi("stack", "export");
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: readonly Step[] } };
    return deployment.resources;
  };
  const sources = async (): Promise<string[]> =>
    (await state()).flatMap(({ inputs }) => inputs?.source?.path ?? []);

  it("is unchanged in another checkout, although the path of the first one is gone", async () => {
    const before = await sources();
    expect(before).toHaveLength(2);
    expect(before[0]).toContain(join(work, "first"));
    await cluster.mustPulumi("refresh", "--yes", "--skip-preview");
    const preview = await cluster.mustPulumi("preview", "--expect-no-changes");
    expect(preview.text).toContain("This changes nothing");
    await cluster.mustPulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
  }, 120_000);

  it("keeps the step that installs the program while other steps need it", async () => {
    const [program] = (await state()).filter(({ urn }) => urn.endsWith("::jitsi-web-setup"));
    const removed = await cluster.pulumi("state", "delete", program?.urn ?? "", "--yes");
    expect(removed.code).not.toBe(0);
    expect(removed.text).toContain("can't be safely deleted");
  }, 60_000);

  it("has the program installed again where its steps were removed from it, and deletes nothing", async () => {
    const servers = await listServers(cluster.sandbox);
    const all = (await state()).map(({ urn }) => urn);
    const [program = ""] = all.filter((urn) => urn.endsWith("::jitsi-web-setup"));
    await cluster.mustPulumi("state", "delete", program, "--yes", "--target-dependents");
    const left = (await state()).map(({ urn }) => urn);
    expect(left.length).toBeLessThan(all.length);
    const { text } = await fromOtherCheckout("second", "up", "--yes", "--skip-preview");
    expect(text).toContain(`+ ${(all.length - left.length).toString()} created`);
    expect(text).not.toMatch(/deleted|replaced/);
    expect((await state()).map(({ urn }) => urn).sort()).toEqual(all.sort());
    const ids = (list: typeof servers): number[] => list.map(({ id }) => id);
    expect(ids(await listServers(cluster.sandbox))).toEqual(ids(servers));
  }, 180_000);

  it("is destroyed where no checkout that copied a program is left", async () => {
    await cluster.mustPulumi("destroy", "--yes", "--skip-preview");
    expect(await listServers(cluster.sandbox)).toEqual([]);
  }, 120_000);
});
