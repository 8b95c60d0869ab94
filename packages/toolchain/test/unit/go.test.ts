import { statfs } from "node:fs/promises";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { checkFreeSpace } from "../../src/freeSpace";
import { goCommand, type Go } from "../../src/go";
import { makeMachine, type Machine } from "./fakes";

jest.mock("node:fs/promises", () => ({
  ...jest.requireActual<object>("node:fs/promises"),
  statfs: jest.fn(),
}));

let machine: Machine;
beforeEach(() => (machine = makeMachine()));
afterEach(() => {
  machine.restore();
});

describe("Go", () => {
  const answer = (version: string) =>
    machine.program("go", `printf '%s\\n' ${version} /modules /cache`);

  it("reports its folders of modules and compiled packages", async () => {
    const command = answer("go1.26.8");
    process.env.GOFLAGS = "-mod=vendor";
    const go = await goCommand();
    delete process.env.GOFLAGS;
    expect(go).toMatchObject({ command, modules: "/modules", buildCache: "/cache" });
    expect(go.env).toMatchObject({ GOFLAGS: "-mod=readonly", GOWORK: "off", CGO_ENABLED: "0" });
  });

  it("causes an error with the remedy when it is missing", async () => {
    await expect(goCommand(join(machine.root, "bin"))).rejects.toThrow(
      /Go is missing: install Go 1.21 or newer from https:\/\/go.dev\/dl/,
    );
  });

  it("causes an error with the remedy when it is too old to fetch a newer one", async () => {
    answer("go1.19.8");
    await expect(goCommand()).rejects.toThrow(/go1.19.8, too old .* install Go 1.21 or newer/);
  });
});

describe("free disk", () => {
  const gigabyte = 1e9;
  const disk = (free: number) => {
    jest
      .mocked(statfs)
      .mockResolvedValue({ type: 1, blocks: 9, files: 9, bsize: 1, bavail: free } as never);
  };
  const go = (): Go => ({
    command: "go",
    env: {},
    modules: join(machine.root, "modules"),
    buildCache: join(machine.root, "build"),
  });
  const check = () => checkFreeSpace(go(), join(machine.root, "cache"));

  it("must be enough for modules, compiled packages and binaries on a fresh machine", async () => {
    disk(8 * gigabyte);
    await expect(check()).rejects.toThrow(
      /needs 8.5 GB of free disk, but only 8.0 GB are free \(.*\): free some space, or set JITSI_HETZNER_CACHE/,
    );
    disk(9 * gigabyte);
    await expect(check()).resolves.toBeUndefined();
  });

  it("must only be enough for a rebuild when the modules exist", async () => {
    mkdirSync(join(machine.root, "modules/github.com/pulumi/pulumi"), { recursive: true });
    disk(3 * gigabyte);
    await expect(check()).resolves.toBeUndefined();
    disk(1 * gigabyte);
    await expect(check()).rejects.toThrow("needs 2.0 GB");
  });
});
