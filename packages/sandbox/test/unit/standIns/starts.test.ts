import { join } from "node:path";
import { sourcesDir } from "../../../src/standIns/build";
import { python } from "./python";

const bridge = join(sourcesDir, "jitsi-videobridge2/rootfs/usr/share/jitsi-videobridge/jvb.py");
const jicofo = join(sourcesDir, "jicofo/rootfs/usr/share/jicofo/jicofo.py");

/** Seconds from a program's start until it connects to prosody, and until its REST API listens. */
function start(program: string, code: string): unknown {
  const { value, output } = python(
    `
import asyncio, importlib.util, json, sys
from clock import run
from types import ModuleType, SimpleNamespace
def stub(name, **members):
    sys.modules[name] = ModuleType(name)
    sys.modules[name].__dict__.update(members)
now = lambda: asyncio.get_running_loop().time() - 1000
seen = {}
class Client:
    connected, joined, disconnects = False, set(), 0
    account = SimpleNamespace(rooms=["brewery"])
    async def run(self):
        seen["dials"] = now()
        await asyncio.sleep(3600)
    async def leave(self): pass
    def publish(self): pass
async def serve(app, host, port):
    seen["answers"] = now()
    async def cleanup(): pass
    return SimpleNamespace(cleanup=cleanup)
stub("aiohttp", web=SimpleNamespace(AppRunner=object))
stub("jitsi_stand_in.rest", serve=serve)
stub("jitsi_stand_in.xmpp", MucClient=Client)
spec = importlib.util.spec_from_file_location("program", sys.argv[1])
${code}
`,
    program,
  );
  if (value === undefined) throw new Error(output);
  return value;
}

describe("the start of a stand-in", () => {
  it("takes a bridge 3 s, or the set time, until its REST API answers; it connects to prosody before", () => {
    const code = `
stub("jvb.api", application=lambda reports: None)
program = importlib.util.module_from_spec(spec); spec.loader.exec_module(program)
settings = lambda seconds: SimpleNamespace(start_seconds=seconds, presence_interval=5, private_host="h",
  private_port=8080, initial_drain_mode=False, average_participant_stress=0.01, graceful_min_participants=0)
async def one(seconds):
    begin = now()
    bridge = program.Bridge(settings(seconds), "2.3")
    bridge.clients.append(Client())
    reports, tasks = SimpleNamespace(bridge=bridge), []
    await program.start(reports, tasks)
    await program.end(tasks)
    return [round(seen["dials"] - begin, 3), round(seen["answers"] - begin, 3)]
async def main():
    print(json.dumps([await one(3), await one(9)]))
run(main)`;
    expect(start(bridge, code)).toEqual([
      [1, 3],
      [3, 9],
    ]);
  });

  it("takes jicofo 4 s until its REST API answers", () => {
    const code = `
class Focus:
    def __init__(self, settings, version):
        self.version, self.client = version, Client()
    def start(self):
        return [asyncio.get_running_loop().create_task(self.client.run())]
stub("jicofo.focus", Focus=Focus)
stub("jicofo.api", application=lambda focus: None)
program = importlib.util.module_from_spec(spec); spec.loader.exec_module(program)
async def main():
    settings = SimpleNamespace(brewery="b", start_seconds=4, rest_host="h", rest_port=8888)
    task = asyncio.get_running_loop().create_task(program.run(settings))
    await asyncio.sleep(5); print(json.dumps(seen)); task.cancel()
run(main)`;
    expect(start(jicofo, code)).toEqual({ dials: 2, answers: 4 });
  });

  it("can be made longer by the service's environment", () => {
    const { value } = python(`
import json, os, tempfile
from jitsi_stand_in.config import JavaOptions
from jvb import settings as jvb_settings
from jicofo import settings as jicofo_settings
os.environ["SANDBOX_START_SECONDS"] = "15"
def seconds(settings, text):
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(text); file.flush()
        return settings.load(JavaOptions(properties={"config.file": file.name})).start_seconds
login = 'jicofo.xmpp.client { domain = "auth.a.test", username = focus, password = x }'
print(json.dumps([seconds(jvb_settings, "videobridge {}"), seconds(jicofo_settings, login)]))`);
    expect(value).toEqual([15, 15]);
  });
});
