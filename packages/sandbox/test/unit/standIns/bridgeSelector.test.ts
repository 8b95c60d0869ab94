import { selector } from "./selector";

describe("jicofo's choice of a bridge", () => {
  it("is the least stressed one", () => {
    const code = `add("a", stress_level="0.4"); add("b", stress_level="0.2")`;
    expect(selector(`${code}\nprint(json.dumps(select()))`)).toBe("b");
  });

  it("counts new participants that are not part of the stress yet", () => {
    const code = `
add("a", stress_level="0.2"); add("b", stress_level="0.3")
selector.find("a").endpoints_added(15)
print(json.dumps(select()))`;
    expect(selector(code)).toBe("b");
  });

  it("avoids a bridge that drains or shuts down gracefully, if there is another", () => {
    const code = `
add("a", drain="true"); add("b", graceful_shutdown="true", stress_level="0.1"); add("c", stress_level="0.9")
first = select(); selector.remove("b@i/c"); second = select(); selector.remove("b@i/b")
print(json.dumps([first, second, select()]))`;
    expect(selector(code)).toEqual(["c", "b", "a"]);
  });

  it("is never a bridge that shuts down, failed its health check or has another version", () => {
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

  it("takes a bridge for a new one for 30 s", () => {
    const code = `
add("a")
async def main():
    seen = []
    for seconds in (0, 29, 2):
        await asyncio.sleep(seconds)
        seen.append(selector.find("a").is_new)
    print(json.dumps(seen))
run(main)`;
    expect(selector(code)).toEqual([true, true, false]);
  });

  it("treats a bridge as draining until it reports otherwise", () => {
    const code = `
from jicofo.bridges import Bridge
print(json.dumps(Bridge("b@i/x", settings).debug_state(0)))`;
    expect(selector(code)).toMatchObject({ drain: true, region: "null", "relay-id": "null" });
  });

  it("does not treat an occupant without statistics as a bridge", () => {
    const code = `print(json.dumps(selector.presence("b@i/guest", ET.Element("presence")) is None))`;
    expect(selector(code)).toBe(true);
  });
});
