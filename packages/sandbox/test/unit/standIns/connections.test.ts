import { python } from "./python";
import { selector } from "./selector";

describe("jicofo's health check of a bridge", () => {
  /**
   * Variables of `code`: answers (the answer to each request; None for none), asked (times of the
   * requests) and failed.
   */
  const doctor = (code: string): unknown =>
    selector(`
from jicofo.health import Doctor
asked, failed = [], []
now = lambda: asyncio.get_running_loop().time() - 1000
def error(condition):
    answer = ET.Element("iq", {"type": "error"})
    ET.SubElement(ET.SubElement(answer, "{jabber:client}error"), "{urn:x}" + condition)
    return answer
async def ask(bridge, timeout):
    asked.append(now())
    answer = answers.get(bridge.jid.split("/")[1])
    if answer is None:
        await asyncio.sleep(timeout)
    return answer
doctor = Doctor(selector, 10, ask, lambda: True, lambda bridge: failed.append(bridge.jid))
add("a"); add("b")
a, b = selector.find("a"), selector.find("b")
${code}
`);

  it("waits 15 s, asks again after 5 s and waits 15 s, so a frozen bridge is not operational after 45 s", () => {
    const code = `
answers = {"b": ET.Element("iq", {"type": "result"})}
async def main():
    task = asyncio.create_task(doctor.run())
    await asyncio.sleep(44.5); before = a.operational
    await asyncio.sleep(1)
    print(json.dumps([before, a.operational, b.operational, failed]))
run(main)`;
    expect(doctor(code)).toEqual([true, false, true, []]);
  });

  it("does not delay other bridges for a frozen one", () => {
    const code = `
answers = {"b": error("internal-server-error")}
async def main():
    task = asyncio.create_task(doctor.run())
    await asyncio.sleep(12); print(json.dumps([b.operational, failed]))
run(main)`;
    expect(doctor(code)).toEqual([false, ["b@i/b"]]);
  });

  it.each([
    ["internal-server-error", false],
    ["service-unavailable", false],
    ["item-not-found", true],
    ["recipient-unavailable", true],
    ["forbidden", true],
  ])("after %s: operational %s", (condition, isOperational) => {
    const code = `
answers = {"a": error("${condition}")}
async def main():
    await doctor.check(a); print(json.dumps([a.operational, len(failed)]))
run(main)`;
    expect(doctor(code)).toEqual([isOperational, isOperational ? 0 : 1]);
  });
});

describe("a connection that is dead but was never closed", () => {
  const dead = (answers: string): unknown => {
    const { value, output } = python(`
import asyncio, json
from clock import run
from jitsi_stand_in.pings import until_dead
heard, pinged = [1000.0], []
now = lambda: asyncio.get_running_loop().time()
async def ping(timeout):
    pinged.append(now() - 1000)
    if ${answers}:
        heard[0] = now()
        return True
    await asyncio.sleep(timeout)
    return False
async def main():
    await until_dead(lambda: heard[0], ping, 30, 120)
    print(json.dumps([pinged, now() - 1000]))
run(main)`);
    if (value === undefined) throw new Error(output);
    return value;
  };

  it("is given up when a ping after 30 s of silence is not answered within 120 s", () => {
    expect(dead("False")).toEqual([[30], 150]);
  });

  it("is kept as long as pings are answered", () => {
    expect(dead("len(pinged) < 4")).toEqual([[30, 60, 90, 120], 240]);
  });
});

describe("jicofo without a connection to prosody", () => {
  /** Seconds after which it ended its conferences, with a connection that comes back after this time. */
  const gaveUpAfter = (seconds: number): unknown => {
    const { value, output } = python(`
import asyncio, json, sys
from types import SimpleNamespace
from unittest.mock import MagicMock
from clock import run
# Of the XMPP client only \`connected\` is used here.
for name in ("slixmpp", "jitsi_stand_in.xmpp", "jicofo.health"):
    sys.modules[name] = MagicMock()
from jicofo.focus import Focus
client, ended = SimpleNamespace(connected=False), []
async def retry(): pass
loop = asyncio.get_event_loop()
focus = SimpleNamespace(client=client, selector=SimpleNamespace(bridges=["a"]), refresh_metrics=lambda: None,
    conferences=SimpleNamespace(retry=retry), saved_state=SimpleNamespace(save=lambda: None),
    settings=SimpleNamespace(metrics_interval=5), _start_over=lambda: ended.append(loop.time() - 1000))
async def main():
    upkeep = asyncio.ensure_future(Focus._upkeep(focus))
    await asyncio.sleep(${seconds}); client.connected = True
    await asyncio.sleep(60); upkeep.cancel()
    print(json.dumps(ended[:1]))
run(main)`);
    if (value === undefined) throw new Error(output);
    return value;
  };

  it("ends its conferences after 15 s, not before", () => {
    expect(gaveUpAfter(40)).toEqual([15]);
    expect(gaveUpAfter(14)).toEqual([]);
  });
});

describe("jicofo outside of the bridges' room", () => {
  it("leaves the room, stays logged in and knows no bridge", () => {
    const { value, output } = python(`
import json, sys
from types import SimpleNamespace
from unittest.mock import MagicMock
for name in ("slixmpp", "slixmpp.exceptions", "slixmpp.xmlstream", "slixmpp.xmlstream.handler", "slixmpp.xmlstream.matcher",
    "jitsi_stand_in.stream", "jicofo.health"):
    sys.modules[name] = MagicMock()
sys.modules["slixmpp.exceptions"].XMPPError = sys.modules["slixmpp.exceptions"].IqError = Exception
from jicofo.focus import Focus
from jitsi_stand_in.xmpp import MucClient
sent = []
presence = lambda **words: SimpleNamespace(send=lambda: sent.append(words))
client = SimpleNamespace(_client=SimpleNamespace(make_presence=presence), joined={"room@i", "jibri@i"}, account=SimpleNamespace(nickname="focus"))
client.step_out = lambda room: MucClient.step_out(client, room)
bridges = {"room@i/a": 1}
selector = SimpleNamespace(bridges=bridges, remove=bridges.pop)
client.fresh_logins, reloads = 1, []
focus = SimpleNamespace(client=client, selector=selector, settings=SimpleNamespace(brewery="room@i"),
    conferences=SimpleNamespace(reload_all=lambda: reloads.append(1)))
focus._start_over = lambda: Focus._start_over(focus)
Focus.stay_outside(focus)
print(json.dumps([sent, list(bridges), reloads]))`);
    if (value === undefined) throw new Error(output);
    expect(value).toEqual([[{ ptype: "unavailable", pto: "room@i/focus" }], [], [1]]);
  });
});
