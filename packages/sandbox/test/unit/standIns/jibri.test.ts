import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { python } from "./python";

/** Runs code with modules in place of those that the machine does not have. */
function jibri(code: string, ...args: string[]): unknown {
  const { value, output } = python(
    `
import asyncio, json, os, sys
from types import ModuleType, SimpleNamespace
sys.modules["jibri.browser"] = ModuleType("browser")
class BrowserError(Exception): pass
sys.modules["jibri.browser"].__dict__.update(Browser=object, BrowserError=BrowserError)
${code}
`,
    ...args,
  );
  if (value === undefined) throw new Error(output);
  return value;
}

/** Variables of `code`: manager, status, history (of the busy status), service and start(). */
const manager = (code: string, single = "False"): unknown =>
  jibri(`
from clock import run
from jibri.manager import Busy, Manager, State
from jibri.status import Status
status, history = Status(), []
status.on_change = lambda: history.append(status.busy if status.healthy else "UNHEALTHY")
manager = Manager(status, ${single}, minute=60)
class Service:
    finalize = 5
    async def start(self): self.report(State("running"))
    async def stop(self): await asyncio.sleep(self.finalize)
def start(minutes=0, states=[]):
    manager.start(Service, "env-host", minutes, lambda state: states.append(state.name))
async def main():
    ${code.trim().replaceAll("\n", "\n    ")}
run(main)`);

describe("a recorder", () => {
  it("records one meeting at a time, and is busy until its finalize script has ended", () => {
    const code = `
start()
try: start()
except Busy: second = "busy"
stopping = asyncio.get_running_loop().create_task(manager.stop())
await asyncio.sleep(4)
during = status.busy
await stopping
print(json.dumps([second, during, history]))`;
    expect(manager(code)).toEqual(["busy", "BUSY", ["BUSY", "IDLE"]]);
  });

  it("stops after the usage timeout, and is idle again", () => {
    const code = `
start(minutes=2)
await asyncio.sleep(119)
before = status.busy
await asyncio.sleep(7)
print(json.dumps([before, history]))`;
    expect(manager(code)).toEqual(["BUSY", ["BUSY", "IDLE"]]);
  });

  it("is expired after one recording in single-use mode, which its presence does not tell", () => {
    const code = `
start()
await manager.stop()
print(json.dumps([status.busy, status.element() is None]))`;
    expect(manager(code, "True")).toEqual(["EXPIRED", true]);
  });

  it("ends when it is idle: at once, or after the recording, without being idle in between", () => {
    const code = `
ended = []
manager.when_idle(lambda: ended.append(255))
start()
manager.when_idle(lambda: ended.append(list(history)))
await asyncio.sleep(10)
during = len(ended)
await manager.stop()
print(json.dumps([during, ended]))`;
    expect(manager(code)).toEqual([1, [255, ["BUSY"]]]);
  });

  it("is unhealthy for good after an error of the system, and idle again after any other", () => {
    const code = `
states = []
start(states=states)
await asyncio.sleep(0)
manager.service.report(State("error", "ChromeHung"))
await asyncio.sleep(6)
after = [status.busy, status.healthy]
start(states=states)
await asyncio.sleep(0)
manager.service.report(State("error", "RecordingsDirectoryNotWritable", system=True))
await asyncio.sleep(6)
health = status.health(None)["status"]["health"]
print(json.dumps([after, health, states]))`;
    expect(manager(code)).toEqual([
      ["IDLE", true],
      {
        healthStatus: "UNHEALTHY",
        details: { JibriManager: { healthStatus: "UNHEALTHY", detail: "" } },
      },
      ["running", "error", "running", "error"],
    ]);
  });

  it("says its status in presence and over HTTP in upstream's form", () => {
    const code = `
from xml.etree import ElementTree as ET
idle = ET.tostring(status.element()).decode()
start()
print(json.dumps([idle, status.health(manager.environment)]))`;
    expect(manager(code)).toEqual([
      expect.stringMatching(
        /^<(\w+):jibri-status xmlns:\1="http:\/\/jitsi.org\/protocol\/jibri" xmlns:(\w+)="http:\/\/jitsi.org\/protocol\/health"><\1:busy-status status="idle" \/><\2:health-status status="healthy" \/>/,
      ),
      {
        status: { busyStatus: "BUSY", health: { healthStatus: "HEALTHY", details: {} } },
        environmentContext: { name: "env-host" },
      },
    ]);
  });
});

describe("a recording", () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "jh-jibri-"))));
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  /** Variables of `code`: recording, states, and until(condition). ffmpeg and the finalize script are real processes. */
  const record = (code: string, ffmpeg: string): unknown => {
    const program = (name: string, text: string): void => {
      writeFileSync(join(dir, name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
    };
    program("ffmpeg", ffmpeg);
    program(
      "finalize",
      `[[ $# == 1 ]] && ls "$1" | sed 's/_.*mp4/.mp4/' >${dir}/finalized; sleep 0.2; exit 3`,
    );
    return jibri(
      `
import time
from jibri.recording import Recording
folder = sys.argv[1]
settings = SimpleNamespace(recordings=folder + "/recordings", finalize=folder + "/finalize", extension="mp4",
  ffmpeg=[folder + "/ffmpeg", "-y"], empty_seconds=30)
class Browser:
    alive = True
    async def join(self, url): pass
    async def quit(self): self.alive = False
async def nobody(): return 0
states = []
async def until(condition):
    for _ in range(200):
        if condition(): return
        await asyncio.sleep(0.02)
    raise TimeoutError(str([s.name for s in states]))
async def main():
    recording = Recording(settings, Browser(), "a/b 1", "https://a.test/board", nobody)
    recording.report = states.append
    ${code.trim().replaceAll("\n", "\n    ")}
asyncio.run(main())`,
      dir,
    );
  };
  const encoding = 'echo data >"${@: -1}"; echo "frame=1" >&2; exec sleep 30';

  it("is a file and metadata.json in a folder of its session, which the finalize script gets", () => {
    const code = `
await recording.start()
await until(lambda: states)
await recording.stop()
print(json.dumps([s.name for s in states] + [recording.folder]))`;
    expect(record(code, encoding)).toEqual(["running", join(dir, "recordings/a_b_1")]);
    expect(readFileSync(join(dir, "finalized"), "utf8")).toBe("board.mp4\nmetadata.json\n");
    const metadata = readFileSync(join(dir, "recordings/a_b_1/metadata.json"), "utf8");
    expect(JSON.parse(metadata)).toEqual({ meeting_url: "https://a.test/board", participants: [] });
    expect(readdirSync(join(dir, "recordings/a_b_1"))).toHaveLength(2);
  });

  it("without media leaves no folder, and no finalize script runs", () => {
    const code = `
await recording.start()
await until(lambda: states)
await recording.stop()
print(json.dumps([[s.name, s.detail] for s in states]))`;
    const failing = 'echo "cannot open display" >&2; exit 1';
    expect(record(code, failing)).toEqual([["error", "QuitUnexpectedly cannot open display"]]);
    expect(readdirSync(dir).sort()).toEqual(["ffmpeg", "finalize", "recordings"]);
    expect(readdirSync(join(dir, "recordings"))).toEqual([]);
  });

  it("ends by itself in an empty meeting, and when its browser has crashed", () => {
    const code = `
from jibri import recording as module
module.CHECK_SECONDS = 0.05
settings.empty_seconds = 0.2
await recording.start()
await until(lambda: len(states) == 2)
await recording.stop()
empty = states[1].name
states.clear()
second = Recording(settings, Browser(), "2", "https://a.test/board", nobody)
second.report = states.append
await second.start()
await until(lambda: states)
second.browser.alive = False
await until(lambda: len(states) == 2)
await second.stop()
print(json.dumps([empty, states[1].name, states[1].detail]))`;
    expect(record(code, encoding)).toEqual(["finished", "error", "ChromeHung"]);
  });

  it("into a folder that cannot be made is an error of the system", () => {
    writeFileSync(join(dir, "recordings"), "");
    const code = `
await recording.start()
print(json.dumps([[s.name, s.detail, s.system] for s in states]))`;
    expect(record(code, encoding)).toEqual([["error", "ErrorCreatingRecordingsDirectory", true]]);
  });
});

describe("jibri.conf", () => {
  const load = (text: string): unknown =>
    jibri(
      `
import tempfile
from jitsi_stand_in.config import ConfigError
from jibri import settings as s
with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
    file.write(sys.argv[1]); file.flush()
    try:
        loaded = s.load(file.name)
        e = [s.environment(one) for one in loaded.environments]
        print(json.dumps([loaded.recordings, loaded.single_use, [[x.room, x.nickname, x.usage_timeout_minutes, x.trust_all, x.account(x.hosts[0]).host, x.account(x.hosts[0]).port] for x in e]]))
    except ConfigError as problem:
        print(json.dumps(str(problem)))`,
      text,
    );
  const whole = `jibri { api { xmpp { environments = [ { name = "a", xmpp-server-hosts = ["10.0.0.2:5223"], xmpp-domain = "a.test"
    control-login { domain = "auth.a.test", username = "jibri", password = "p" }
    control-muc { domain = "internal.auth.a.test", room-name = "JibriBrewery", nickname = "jibri-7" }
    call-login { domain = "recorder.a.test", username = "recorder", password = "p" }
    strip-from-room-domain = "conference."
    usage-timeout = 3 hours
    trust-all-xmpp-certs = false } ] } } }`;

  it("has upstream's defaults, and joins nothing", () => {
    expect(load("jibri {}")).toEqual(["/tmp/recordings", false, []]);
  });

  it("names an environment with hosts, room and nickname", () => {
    const room = "JibriBrewery@internal.auth.a.test";
    expect(load(whole)).toEqual([
      "/tmp/recordings",
      false,
      [[room, "jibri-7", 180, false, "10.0.0.2", 5223]],
    ]);
  });

  it("is refused with one host in the place of a list", () => {
    const one = whole.replace('["10.0.0.2:5223"]', '"10.0.0.2"');
    expect(load(one)).toBe("xmpp-server-hosts has type STRING rather than LIST");
  });

  it.each(["trust-all-xmpp-certs", "usage-timeout", "nickname", "strip-from-room-domain"])(
    "is refused without %s",
    (key) => {
      const without = whole.replace(new RegExp(`${key} = [^\\n},]+`), "");
      expect(load(without)).toBe(`No configuration setting found for key '${key}'`);
    },
  );
});
