import { spawnSync } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  Engine,
  root,
  runMs,
  toolchainMs,
  type Run,
} from "../../packages/hcloud-simulator/test/api/support/engine";

/** The first table of docs/troubleshooting.md: what is wrong before anything can be made. Each is run. */
describe("the program in the engine, with bad input", () => {
  let engine: Engine;
  /** A port on which nobody listens. */
  let nobody: string;

  beforeAll(async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    nobody = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    await new Promise((resolve) => server.close(resolve));
    // Of the fixture's program only the folder is used, in which a stack of this project's name is made.
    engine = await Engine.start(nobody, join(__dirname, "fixtures/violations"));
    await engine.must(["stack", "init", "bad", "--no-select"]);
  }, toolchainMs);
  afterAll(() => {
    engine.remove();
  });

  /** `pulumi` on the project's own program, with these settings alone. */
  function pulumi(
    args: readonly string[],
    settings: Readonly<Record<string, string>>,
  ): Promise<Run> {
    const file = join(engine.dir, "settings.yaml");
    const own = Object.entries(settings).map(([key, value]) => [`jitsi-hetzner:${key}`, value]);
    // JSON is YAML too.
    writeFileSync(file, JSON.stringify({ config: Object.fromEntries(own) as object }));
    return engine.run([...args, "--stack", "bad", "--config-file", file], { cwd: root });
  }
  const domain = { domain: "meet.example.org" };

  it(
    "tells all that is missing or wrong at once, each with the command to type",
    async () => {
      const { code, text } = await pulumi(["preview"], { jvbCount: "three" });
      expect(text).toContain("The stack's configuration has 2 problems:");
      expect(text).toContain("domain is not set, but must be the host name of the meetings:");
      expect(text).toContain("pulumi config set domain meet.example.org");
      expect(text).toContain('jvbCount is "three", but must be a whole number from 0 to 90');
      expect(text).not.toMatch(/^ +at /m);
      expect(code).toBe(1);
    },
    runMs,
  );

  // As `pulumi config set KEY TEXT` without --path writes them.
  it(
    "takes lists and objects that were set as one text",
    async () => {
      const lists = { adminCidrs: '["203.0.113.4/32"]', sshAuthorizedKeys: "[]" };
      const settings = { ...domain, ...lists, labels: '{"team":"video"}' };
      const { code, text } = await pulumi(["preview", "--diff"], settings);
      expect(text).toContain('"203.0.113.4/32"');
      expect(text).toMatch(/team +: "video"/);
      expect(code).toBe(0);
    },
    runMs,
  );

  it(
    "previews without a network, and says what was not checked",
    async () => {
      const { code, text } = await pulumi(["preview"], domain);
      expect(text).toContain(`warning: Not checked, because ${nobody} does not answer`);
      expect(text).toMatch(/\+ \d+ to create/);
      expect(text).toContain(
        "This adds the web host (cx23, fsn1) and bridges jvb-0 and jvb-1 (cpx42, fsn1)",
      );
      expect(code).toBe(0);
    },
    runMs,
  );

  it(
    "makes nothing without a network",
    async () => {
      const { code, text } = await pulumi(["up", "--yes", "--skip-preview"], domain);
      expect(text).toContain(`${nobody} does not answer`);
      expect(text).not.toContain("created (");
      expect(code).toBe(1);
    },
    runMs,
  );

  it.each([
    ["that is missing", undefined, "no such file or directory"],
    ["that is no JSON", "{ no", "invalid character"],
  ])(
    "refuses a plan %s",
    async (_, text, reason) => {
      const file = join(engine.dir, "plan.json");
      if (text !== undefined) writeFileSync(file, text);
      const ran = await pulumi(["up", "--yes", "--plan", file], domain);
      expect(ran.text).toContain(reason);
      expect(ran.code).toBe(1);
    },
    runMs,
  );

  it("has a preview that cannot be read told by its summary, with 2", () => {
    const summary = (file: string) =>
      spawnSync(process.execPath, ["--import", "tsx", "tools/previewSummary/cli.ts", file], {
        cwd: root,
        encoding: "utf8",
      });
    writeFileSync(join(engine.dir, "broken.json"), '{"steps": [');
    expect(summary(join(engine.dir, "broken.json"))).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining(
        "the preview is not JSON; create one with: pulumi preview",
      ) as string,
    });
    expect(summary(engine.dir)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("the preview cannot be read: EISDIR") as string,
    });
  }, 60_000);
});
