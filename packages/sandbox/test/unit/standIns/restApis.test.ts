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
          for m in ("GET", "POST", "PATCH", "DELETE")})
def response(status=200, text="", **more):
    return SimpleNamespace(status=status, text=text, **more)
class StreamResponse:
    def __init__(self, headers):
        self.headers, self.sent, self.status = dict(headers), b"", 200
    def enable_chunked_encoding(self):
        self.sent += b"aiohttp's chunks: "
    def force_close(self):
        self.sent += b"until the end: "
    async def prepare(self, _request):
        pass
    async def write(self, data):
        self.sent += data
    async def write_eof(self):
        pass
web = SimpleNamespace(Application=Application, Response=response, StreamResponse=StreamResponse, Request=object, AppRunner=object,
  json_response=lambda value: response(text=value), middleware=lambda handler: handler)
sys.modules["aiohttp"] = ModuleType("aiohttp"); sys.modules["aiohttp"].web = web
sys.modules["jicofo.focus"] = ModuleType("focus"); sys.modules["jicofo.focus"].Focus = object
request = lambda version=(1, 1), **query: SimpleNamespace(query=query, version=version)
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

describe("an object of a program that uses ktor", () => {
  it("comes in chunks where jicofo's answer is no text", () => {
    const code = `
from jicofo.api import application
selector = SimpleNamespace(find=lambda name: SimpleNamespace(jid="b@i/b"))
conferences = SimpleNamespace(endpoints_on=lambda jid: 4, move=lambda *moved: {"movedEndpoints": moved[2]})
focus = SimpleNamespace(settings=SimpleNamespace(${on}), conferences=conferences, metrics=None, selector=selector,
  version="1.0", stats=dict, debug=lambda full: {"full": full})
application(focus)
async def main():
    async def is_streamed(path, **query):
        return isinstance(await routes["GET " + path](request(**query)), StreamResponse)
    print(json.dumps([
        await is_streamed("/about/version"), await is_streamed("/move-endpoints/move-fraction", bridge="b", fraction="1"),
        await is_streamed("/stats"), await is_streamed("/debug")]))
run(main)`;
    expect(api(code)).toEqual([true, true, false, false]);
  });

  it("comes in chunks in jibri's state, and to a client of HTTP/1.0", () => {
    const code = `
from jibri.api import external
external(SimpleNamespace(status=SimpleNamespace(health=lambda environment: {"a": 1}), environment={}))
async def main():
    answers = [await routes["GET /jibri/api/v1.0/health"](request(version=version)) for version in ((1, 1), (1, 0))]
    print(json.dumps([[answer.headers.get("Transfer-Encoding"), answer.sent.decode()] for answer in answers]))
run(main)`;
    expect(api(code)).toEqual([
      // aiohttp sets the header of its own chunks.
      [null, 'aiohttp\'s chunks: {"a": 1}'],
      ["chunked", '8\r\n{"a": 1}\r\n0\r\n\r\n'],
    ]);
  });
});

describe("the bridge's REST API", () => {
  /** Handlers of the bridge's API, and post(text, **more) and patch(meeting, text). */
  const bridgeApi = (code: string, colibri = "True"): unknown =>
    api(`
from jvb.api import application
from jvb.bridge import Bridge
settings = SimpleNamespace(colibri_rest=${colibri}, drain_rest=True, shutdown_rest=False, initial_drain_mode=False,
  graceful_min_participants=0, average_participant_stress=0.01)
bridge = Bridge(settings, "2.3.307")
application(SimpleNamespace(bridge=bridge, metrics=None))
def asked(text, meeting=None, content_type="application/json", accept="text/plain, application/json"):
    async def read():
        return text
    return SimpleNamespace(text=read, content_type=content_type, headers={} if accept is None else {"Accept": accept}, match_info={} if meeting is None else {"meeting": meeting})
post = lambda text, **more: routes["POST /colibri/v2/conferences"](asked(text, **more))
patch = lambda meeting, text: routes["PATCH /colibri/v2/conferences/{meeting}"](asked(text, meeting))
async def main():
    ${code}
run(main)`);

  it("has conferences only where COLIBRI is on", () => {
    const code = 'print(json.dumps(sorted(path for path in routes if "/v2/" in path)))';
    expect(bridgeApi(code, "False")).toEqual([]);
    expect(bridgeApi(code)).toEqual([
      "GET /colibri/v2/conferences",
      "PATCH /colibri/v2/conferences/{meeting}",
      "POST /colibri/v2/conferences",
    ]);
  });

  it("creates and expires a conference", () => {
    const code = `created = await post('{"meeting-id": "m", "create": true}')
    during = list(bridge.rooms); expired = await patch("m", '{"expire": true}')
    print(json.dumps([created.status, during, expired.status, list(bridge.rooms)]))`;
    expect(bridgeApi(code)).toEqual([200, ["m"], 200, []]);
  });

  it("answers 400, 404, 415 and 501 where upstream does", () => {
    const code = `answers = [await post("{}"), await patch("m", "{}"), await post("{}", content_type="text/plain"),
      await routes["GET /colibri/v2/conferences"](asked(""))]
    print(json.dumps([answer.status for answer in answers]))`;
    expect(bridgeApi(code)).toEqual([400, 404, 415, 501]);
  });

  it("answers 406 to a client that takes no JSON, and sends its metrics to no one without Accept", () => {
    const code = `drain = routes["GET /colibri/drain"]
    answers = [await drain(asked("", accept=accept)) for accept in ("text/plain", "text/plain, application/json", "*/*", None)]
    answers += [await post("{}", accept="text/plain"), await routes["GET /metrics"](asked("", accept=None))]
    print(json.dumps([answer.status for answer in answers]))`;
    expect(bridgeApi(code)).toEqual([406, 200, 200, 200, 406, 500]);
  });

  it("sends metrics without their length: until the end of the connection, or in chunks where it stays open", () => {
    const code = `from jitsi_stand_in.rest import unbounded
    answers = [await unbounded(SimpleNamespace(keep_alive=stays), b"a 1", "text/plain") for stays in (False, True)]
    print(json.dumps([[answer.sent.decode(), answer.headers] for answer in answers]))`;
    const headers = { "Content-Type": "text/plain" };
    expect(bridgeApi(code)).toEqual([
      ["until the end: a 1", headers],
      ["aiohttp's chunks: a 1", headers],
    ]);
  });
});
