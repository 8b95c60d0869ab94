import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ensureToolchain, describe as tell } from "../../src/ensure";
import { launcherVersion } from "../../src/versions";
import { fakeGo, fakePulumi, makeMachine, writeProgram, type Machine } from "./fakes";

const binaries = [
  "pulumi",
  "pulumi-language-nodejs",
  "pulumi-resource-hcloud",
  "pulumi-resource-random",
  "pulumi-resource-command",
];
const builds = (names: string[]) => names.map((name) => `build ${name} -mod=readonly`);

let machine: Machine;
let lines: string[];
const log = (line: string) => lines.push(line);
let fetchMock: jest.SpyInstance;

beforeEach(() => {
  machine = makeMachine();
  lines = [];
  fetchMock = jest.spyOn(globalThis, "fetch").mockRejectedValue(new Error("blocked"));
});

afterEach(() => {
  machine.restore();
  jest.restoreAllMocks();
  delete process.env.FAIL_AT;
  delete process.env.PLUGINS_FAIL;
});

describe("the toolchain from source", () => {
  it("is built when downloads are blocked, and installed as a PULUMI_HOME", async () => {
    machine.program("go", fakeGo);
    const toolchain = await ensureToolchain({ log });
    expect(toolchain.way).toBe("source");
    expect(machine.calls()).toEqual(builds(binaries));
    const inHome = (path: string) => existsSync(join(toolchain.pulumiHome, path));
    expect(toolchain.pulumi).toBe(join(toolchain.pulumiHome, "bin"));
    expect(readdirSync(toolchain.pulumi)).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(inHome("plugins/resource-hcloud-v1.41.0/pulumi-resource-hcloud")).toBe(true);
    expect(inHome("plugins/resource-hcloud-v1.41.0/schema.json")).toBe(true);
    expect(inHome("plugins/resource-random-v4.21.2/bridge-metadata.json")).toBe(true);
    expect(inHome("plugins/resource-command-v1.2.1/pulumi-resource-command")).toBe(true);
    expect(lines).toContain("building pulumi ...");
    expect(lines.at(-1)).toBe(tell(toolchain));
  });

  it("is found again without a build, a request or a message", async () => {
    machine.program("go", fakeGo);
    const first = await ensureToolchain({ log });
    lines = [];
    fetchMock.mockClear();
    await expect(ensureToolchain({ log })).resolves.toEqual(first);
    expect(machine.calls()).toHaveLength(binaries.length);
    expect(fetchMock).not.toHaveBeenCalled();
    expect(lines).toEqual([]);
  });

  it("continues after the last finished step when it was interrupted", async () => {
    machine.program("go", fakeGo);
    process.env.FAIL_AT = "pulumi-resource-random";
    await expect(ensureToolchain({ log })).rejects.toThrow(
      /pulumi-resource-random .*ended with code 1\ngo: no required module/s,
    );
    delete process.env.FAIL_AT;
    await ensureToolchain({ log });
    expect(machine.calls()).toEqual(builds([...binaries.slice(0, 4), ...binaries.slice(3)]));
  });

  it("removes the partial build of a killed process", async () => {
    machine.program("go", fakeGo);
    const dead = 2 ** 22 + 1; // above the highest pid
    const leftover = join(machine.root, `cache/toolchain/built/pulumi-0123.partial-${dead}`);
    mkdirSync(leftover, { recursive: true });
    await ensureToolchain({ log });
    expect(existsSync(leftover)).toBe(false);
  });

  it("restores a removed plugin without a build", async () => {
    machine.program("go", fakeGo);
    const { pulumiHome } = await ensureToolchain({ log });
    const plugin = join(pulumiHome, "plugins/resource-command-v1.2.1");
    const { rmSync } = jest.requireActual<typeof import("node:fs")>("node:fs");
    rmSync(plugin, { recursive: true });
    await ensureToolchain({ log });
    expect(readdirSync(plugin)).toEqual(["pulumi-resource-command"]);
    expect(machine.calls()).toHaveLength(binaries.length);
  });

  it("is built once when two processes need it at the same time", async () => {
    machine.program("go", fakeGo);
    const [one, two] = await Promise.all([ensureToolchain({ log }), ensureToolchain({ log })]);
    expect(one).toEqual(two);
    expect(machine.calls()).toEqual(builds(binaries));
  });
});

describe("a CLI on the PATH", () => {
  const onPath = (version: string) => {
    machine.program("pulumi", fakePulumi(version));
    machine.program("pulumi-language-nodejs", "");
  };

  it("is used when it is new enough and has the plugins", async () => {
    onPath("3.250.0");
    for (const plugin of ["hcloud-v1.41.0", "random-v4.21.2", "command-v1.2.1"]) {
      const name = `pulumi-resource-${plugin.split("-")[0] ?? ""}`;
      writeProgram(join(machine.root, ".pulumi/plugins", `resource-${plugin}`, name), "");
    }
    await expect(ensureToolchain({ log })).resolves.toEqual({
      pulumi: join(machine.root, "bin"),
      pulumiHome: join(machine.root, ".pulumi"),
      way: "path",
    });
    expect(fetchMock).not.toHaveBeenCalled();
  });

  it("gets the missing plugins, in the PULUMI_HOME that is set", async () => {
    onPath("3.250.0");
    fetchMock.mockResolvedValue(new Response());
    process.env.PULUMI_HOME = join(machine.root, "own");
    const { way, pulumiHome } = await ensureToolchain({ log });
    expect({ way, pulumiHome }).toEqual({ way: "path", pulumiHome: join(machine.root, "own") });
    expect(machine.calls()).toContain("pulumi plugin install resource hcloud v1.41.0");
    expect(readdirSync(join(pulumiHome, "plugins"))).toHaveLength(3);
  });

  it("is asked for its version once, and again after an upgrade", async () => {
    onPath("3.250.0");
    fetchMock.mockResolvedValue(new Response());
    await ensureToolchain({ log });
    const before = machine.calls().length;
    await ensureToolchain({ log });
    expect(machine.calls()).toHaveLength(before);
    machine.program("pulumi", `${fakePulumi("3.251.0")}\n# upgraded`);
    await ensureToolchain({ log });
    expect(machine.calls().length).toBeGreaterThan(before);
  });

  it.each([
    ["too old", "3.100.0", "3.100.0; 3.248.0 or newer is needed"],
    ["without reachable plugins", "3.250.0", "https://get.pulumi.com cannot be reached"],
  ])("that is %s is not used, with the reason", async (_, version, reason) => {
    onPath(version);
    machine.program("go", fakeGo);
    expect((await ensureToolchain({ log })).way).toBe("source");
    expect(lines.join("\n")).toContain(reason);
  });

  it("is not used when its plugins cannot be downloaded", async () => {
    onPath("3.250.0");
    machine.program("go", fakeGo);
    machine.program("npm", "exit 1");
    fetchMock.mockResolvedValue(new Response());
    process.env.PLUGINS_FAIL = "1";
    expect((await ensureToolchain({ log })).way).toBe("source");
    expect(lines.join("\n")).toMatch(/the plugin hcloud cannot be downloaded: .* error: 403/);
  });

  it("that the toolchain has built is not treated as the operator's", async () => {
    machine.program("go", fakeGo);
    const built = await ensureToolchain({ log });
    process.env.PATH = [built.pulumi, process.env.PATH ?? ""].join(delimiter);
    process.env.PULUMI_HOME = built.pulumiHome;
    await expect(ensureToolchain({ log })).resolves.toEqual(built);
  });
});

describe("the npm launcher", () => {
  /** An npm that installs a launcher, which downloads a CLI into PULUMI_HOME. */
  const npm = `
echo "npm $*" >>"$CALLS"
while [ "$1" != --prefix ]; do shift; done
mkdir -p "$2/node_modules/pulumi"
cat >"$2/node_modules/pulumi/run.js" <<'END'
const { copyFileSync, mkdirSync } = require("fs");
const bin = process.env.PULUMI_HOME + "/versions/${launcherVersion}/bin/";
mkdirSync(bin, { recursive: true });
copyFileSync(process.env.HOME + "/official/pulumi", bin + "pulumi");
copyFileSync(process.env.HOME + "/official/pulumi-language-nodejs", bin + "pulumi-language-nodejs");
END`;

  it("is used when there is no CLI and downloads work", async () => {
    writeProgram(join(machine.root, "official/pulumi"), fakePulumi(launcherVersion));
    writeProgram(join(machine.root, "official/pulumi-language-nodejs"), "");
    machine.program("npm", npm);
    fetchMock.mockResolvedValue(new Response());
    const toolchain = await ensureToolchain({ log });
    expect(toolchain.way).toBe("npm");
    expect(readFileSync(join(toolchain.pulumi, "pulumi"), "utf8")).toContain(launcherVersion);
    expect(statSync(join(toolchain.pulumiHome, "plugins")).isDirectory()).toBe(true);
    await expect(ensureToolchain({ log })).resolves.toEqual(toolchain);
    expect(machine.calls().filter((call) => call.startsWith("npm"))).toHaveLength(1);
  });

  it("that fails is not used, with the reason", async () => {
    machine.program("npm", "echo 'npm error 403' >&2; exit 1");
    machine.program("go", fakeGo);
    fetchMock.mockResolvedValue(new Response());
    expect((await ensureToolchain({ log })).way).toBe("source");
    expect(lines.join("\n")).toMatch(/npm launcher cannot download the CLI: .* npm error 403/);
  });
});

it("decides again when its saved decision cannot be read", async () => {
  machine.program("go", fakeGo);
  await ensureToolchain({ log });
  const cache = join(machine.root, "cache/toolchain");
  const decisions = readdirSync(cache).filter((name) => name.startsWith("decision-"));
  expect(decisions).toHaveLength(1);
  writeFileSync(join(cache, decisions[0] ?? ""), "{ half");
  await expect(ensureToolchain({ log })).resolves.toMatchObject({ way: "source" });
  expect(machine.calls()).toHaveLength(binaries.length);
});
