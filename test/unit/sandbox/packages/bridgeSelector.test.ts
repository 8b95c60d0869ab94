import { python } from "./python";

/** `code` works with: selector, add(name, **stats), stay(...) and prints by show(value). */
function selector(code: string): unknown {
  const { value, output } = python(`
import asyncio, json
from types import SimpleNamespace
from xml.etree import ElementTree as ET
from jitsi_stand_in.names import COLIBRI
from jicofo.bridges import BridgeSelector
from jicofo.conferences import Conferences

settings = SimpleNamespace(brewery="b@i", stress_threshold=0.8, participant_stress=0.01,
  rampup_interval=20, failure_reset=60, octo=False, local_region=None, max_bridge_participants=80,
  strategy="SingleBridgeSelectionStrategy")
selector = BridgeSelector(settings)

def add(name, **stats):
    presence = ET.Element("presence")
    element = ET.SubElement(presence, "{%s}stats" % COLIBRI)
    for key, value in {"drain": "false", "version": "1", **stats}.items():
        ET.SubElement(element, "{%s}stat" % COLIBRI, {"name": key, "value": value})
    return selector.presence("b@i/" + name, presence)

def select(in_use={}):
    bridge = selector.select({"b@i/" + name: count for name, count in in_use.items()})
    return bridge and bridge.jid.split("/")[1]

class Client:
    """Stands for the bridges: takes every number."""
    async def request(self, to, payload, timeout, kind):
        return ET.Element("iq", {"type": "result"})

conferences = Conferences(selector, Client())
on = lambda room: {jid.split("/")[1]: count for jid, count in conferences.in_use(room).items()}

${code}
`);
  if (value === undefined) throw new Error(output);
  return value;
}

describe("jicofo's choice of a bridge", () => {
  it("is the least stressed one", () => {
    const code = `add("a", stress_level="0.4"); add("b", stress_level="0.2")`;
    expect(selector(`${code}\nprint(json.dumps(select()))`)).toBe("b");
  });

  it("counts newcomers that do not show in the stress yet", () => {
    const code = `
add("a", stress_level="0.2"); add("b", stress_level="0.3")
selector.find("a").endpoints_added(15)
print(json.dumps(select()))`;
    expect(selector(code)).toBe("b");
  });

  it("passes a draining bridge and one in graceful shutdown by, if there is another", () => {
    const code = `
add("a", drain="true"); add("b", graceful_shutdown="true", stress_level="0.1"); add("c", stress_level="0.9")
first = select(); selector.remove("b@i/c"); second = select(); selector.remove("b@i/b")
print(json.dumps([first, second, select()]))`;
    expect(selector(code)).toEqual(["c", "b", "a"]);
  });

  it("never is a bridge that ends, failed its health check or has another version", () => {
    const code = `
add("a", shutting_down="true"); add("b").health_check(False); add("c", version="2")
print(json.dumps([select(), select({"a": 1}), selector.find("b").operational]))`;
    expect(selector(code)).toEqual(["c", null, false]);
  });

  it("stays with the conference's bridge unless relays are on", () => {
    const code = `
add("a", stress_level="0.9", relay_id="a"); add("b", relay_id="b")
print(json.dumps(select({"a": 3})))`;
    expect(selector(code)).toBe("a");
    const spread = code.replace(
      "add(",
      `settings.octo=True; settings.strategy="RegionBasedBridgeSelectionStrategy"\nadd(`,
    );
    expect(selector(spread)).toBe("b");
  });
});

describe("jicofo's bookkeeping of bridges", () => {
  it("counts a bridge as lost only if it left without a shutdown", () => {
    const code = `
add("a"); add("b", graceful_shutdown="true")
selector.remove("b@i/a"); selector.remove("b@i/b"); selector.remove("b@i/never")
print(json.dumps(selector.stats()))`;
    expect(selector(code)).toEqual({
      bridge_count: 0,
      operational_bridge_count: 0,
      in_shutdown_bridge_count: 0,
      lost_bridges: 1,
      bridge_version_count: 0,
    });
  });

  it("counts draining bridges as operational, as upstream does", () => {
    const code = `add("a", drain="true"); add("b"); print(json.dumps(selector.stats()))`;
    expect(selector(code)).toMatchObject({ bridge_count: 2, operational_bridge_count: 2 });
  });

  it("takes a bridge for draining until it has said otherwise", () => {
    const code = `
from jicofo.bridges import Bridge
print(json.dumps(Bridge("b@i/x", settings).debug_state(0)))`;
    expect(selector(code)).toMatchObject({ drain: true, region: "null", "relay-id": "null" });
  });

  it("does not take an occupant without statistics for a bridge", () => {
    const code = `print(json.dumps(selector.presence("b@i/guest", ET.Element("presence")) is None))`;
    expect(selector(code)).toBe(true);
  });
});

describe("moving participants", () => {
  const people = `
add("a"); add("b", stress_level="0.5")
async def main():
    await conferences.join("r1", 6)
    await conferences.join("r2", 2)
`;

  it("takes whole conferences to another bridge", () => {
    const code = `${people}
    add("a", drain="true")
    result = await conferences.move(selector.find("a"), None, 8)
    print(json.dumps([result, on("r1"), on("r2")]))
asyncio.run(main())`;
    expect(selector(code)).toEqual([{ movedEndpoints: 8, conferences: 2 }, { b: 6 }, { b: 2 }]);
  });

  it("brings people back to a bridge that still has others of their conference", () => {
    const code = `${people}
    add("a", drain="true")
    result = await conferences.move(selector.find("a"), "r1", 2)
    print(json.dumps([result, on("r1")]))
asyncio.run(main())`;
    expect(selector(code)).toEqual([{ movedEndpoints: 2, conferences: 1 }, { a: 6 }]);
  });

  it("leaves nobody behind when the only other bridge comes later", () => {
    const code = `
add("a")
async def main():
    await conferences.join("r1", 3)
    gone = selector.remove("b@i/a")
    await conferences.evacuate(gone, removed=True)
    before = on("r1"); add("b"); await conferences.retry()
    print(json.dumps([before, on("r1"), conferences.participants()]))
asyncio.run(main())`;
    expect(selector(code)).toEqual([{}, { b: 3 }, 3]);
  });

  it("forgets a room that the last person has left", () => {
    const code = `${people}
    await conferences.leave("r1", 4); left = on("r1"); await conferences.leave("r1")
    print(json.dumps([left, list(conferences.rooms)]))
asyncio.run(main())`;
    expect(selector(code)).toEqual([{ a: 2 }, ["r2"]]);
  });
});
