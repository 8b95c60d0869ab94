import { python } from "./python";

/**
 * Variables of `code`: routes (method and path -> handler) after a call of application(...), and
 * request(**query).
 */
function api(code: string): unknown {
  const { value, output } = python(`
import asyncio, json, sys
from clock import run
from types import ModuleType, SimpleNamespace
routes = {}
class Application:
    def __init__(self, middlewares=()):
        self.middlewares = middlewares
        self.router = SimpleNamespace(**{"add_" + m.lower(): (lambda path, handler, m=m: routes.update({m + " " + path: handler}))
          for m in ("GET", "POST", "DELETE")})
def response(status=200, text="", **_more):
    return SimpleNamespace(status=status, text=text)
web = SimpleNamespace(Application=Application, Response=response, StreamResponse=object, Request=object,
  json_response=lambda value: response(text=value), middleware=lambda handler: handler)
sys.modules["aiohttp"] = ModuleType("aiohttp"); sys.modules["aiohttp"].web = web
sys.modules["jitsi_stand_in.rest"] = ModuleType("rest")
sys.modules["jitsi_stand_in.rest"].metrics_handler = lambda metrics: None
sys.modules["jicofo.focus"] = ModuleType("focus"); sys.modules["jicofo.focus"].Focus = object
request = lambda **query: SimpleNamespace(query=query)
${code}
`);
  if (value === undefined) throw new Error(output);
  return value;
}

const off =
  "health=False, metrics_rest=False, debug_rest=False, move_rest=False, conference_rest=False";
const on = off.replaceAll("False", "True");

describe("jicofo's REST API", () => {
  const paths = (settings: string): unknown =>
    api(`
from jicofo.api import application
focus = SimpleNamespace(settings=SimpleNamespace(${settings}), conferences=None, metrics=None)
application(focus)
print(json.dumps(sorted(path for path in routes if "sandbox" not in path)))`);

  it("answers 404 for a part that is disabled", () => {
    expect(paths(off)).toEqual(["GET /about/version", "GET /stats"]);
    expect(paths(on)).toEqual(
      expect.arrayContaining([
        "GET /about/health",
        "GET /debug",
        "GET /metrics",
        "GET /move-endpoints/move-fraction",
        "POST /conference-request/v1",
      ]),
    );
  });

  it("has no health unless it is enabled", () => {
    const code = `
import tempfile
from jitsi_stand_in.config import JavaOptions
from jicofo import settings
with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
    file.write('jicofo.xmpp.client { domain = "auth.a.test", username = focus, password = x }'); file.flush()
    found = settings.load(JavaOptions(properties={"config.file": file.name}))
print(json.dumps([found.health, found.debug_rest, found.move_rest, found.metrics_rest]))`;
    expect(api(code)).toEqual([false, true, true, true]);
  });

  it.each([
    ["move-fraction", { bridge: "none" }, 500, "Not found: Bridge not found"],
    ["move-endpoints", { bridge: "none" }, 500, "Not found: Bridge not found"],
    ["move-endpoints", { bridge: "b", conference: "x" }, 500, "Not found: Conference not found"],
    ["move-fraction", {}, 400, "Bad request: Missing parameter: bridge"],
  ])("answers %s with %j like upstream: %i", (path, query, status, text) => {
    const code = `
from jicofo.api import application
from jicofo.conferences import Conferences
selector = SimpleNamespace(bridges={}, find=lambda name: SimpleNamespace(jid="b@i/b") if name == "b" else None)
focus = SimpleNamespace(settings=SimpleNamespace(${on}), conferences=Conferences(selector, None), metrics=None, selector=selector)
app = application(focus)
async def main():
    answer = await app.middlewares[0](request(**json.loads('${JSON.stringify(query)}')), routes["GET /move-endpoints/${path}"])
    print(json.dumps([answer.status, answer.text]))
run(main)`;
    expect(api(code)).toEqual([status, text]);
  });
});
