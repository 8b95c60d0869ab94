import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { goCommand } from "../../toolchain/go";

import { Simulator, token } from "./support/simulator";

const folder = join(__dirname, "hcloudgo");
/** The first run compiles the library. */
const timeoutMs = 300_000;

interface GoEvent {
  readonly Action: string;
  readonly Test?: string;
  readonly Output?: string;
}

const source = readFileSync(join(folder, "lifecycle_test.go"), "utf8");
const tests = [...source.matchAll(/^func (Test\w+)/gm)].map(([, name = ""]) => name);

/** Runs all tests of the Go module and returns what `go test -json` says, with its errors. */
async function goTest(endpoint: string): Promise<{ events: readonly GoEvent[]; rest: string }> {
  const go = await goCommand();
  const env = { ...go.env, HCLOUD_ENDPOINT: endpoint, HCLOUD_TOKEN: token };
  const options = { cwd: folder, env, timeout: timeoutMs, maxBuffer: 2 ** 26 };
  return new Promise((resolve) => {
    execFile(go.command, ["test", "-json", "-count=1", "./..."], options, (_error, out, err) => {
      const lines = out.split("\n").filter((line) => line.startsWith("{"));
      resolve({ events: lines.map((line) => JSON.parse(line) as GoEvent), rest: err });
    });
  });
}

describe("hcloud-go", () => {
  let sim: Simulator;
  let result: Awaited<ReturnType<typeof goTest>>;

  beforeAll(async () => {
    sim = await Simulator.start();
    result = await goTest(sim.endpoint);
  }, timeoutMs + 10_000);
  afterAll(() => sim.close());

  it.each(tests)("passes %s", (name) => {
    const events = result.events.filter(({ Test }) => Test === name);
    const said = events.map(({ Output }) => Output ?? "").join("") + result.rest;
    const ended = events.find(({ Action }) => ["pass", "fail", "skip"].includes(Action));
    expect([ended?.Action, ended?.Action === "pass" ? "" : said]).toEqual(["pass", ""]);
  });

  it("asks for nothing that is not there, but what the test wants refused", () => {
    const asked = sim.api.unhandled.map((request) => request.replace(/\?.*|\d+$/g, ""));
    expect(asked.map((request) => request.replace(/\d+/g, "ID")).sort()).toEqual([
      "GET /vID/load_balancers",
      "GET /vID/volumes",
      "POST /vID/servers/ID/actions/enable_rescue",
      "POST /vID/servers/ID/actions/request_console",
    ]);
  });

  it("leaves nothing behind", () => {
    expect(sim.api.status().servers).toBe(0);
  });
});
