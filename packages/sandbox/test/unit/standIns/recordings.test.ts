import { python } from "./python";

/**
 * Variables of `code`: add(name, busy, health), detector, recordings, asked (each request to a
 * recorder) and answers (recorder -> fields of its answer; None for no answer).
 */
function jicofo(code: string): unknown {
  const { value, output } = python(`
import asyncio, json
from clock import run
from types import SimpleNamespace
from xml.etree import ElementTree as ET
from jitsi_stand_in.names import HEALTH_STATUS, JIBRI
from jitsi_stand_in.refusal import Refusal
from jicofo.jibris import JibriDetector
from jicofo.recordings import TAG, Recordings

detector = JibriDetector()
def add(name, busy="idle", health="healthy"):
    presence = ET.Element("presence")
    status = ET.SubElement(presence, "{%s}jibri-status" % JIBRI)
    ET.SubElement(status, "{%s}busy-status" % JIBRI, {"status": busy})
    ET.SubElement(status, "{%s}health-status" % HEALTH_STATUS, {"status": health})
    detector.presence("b@i/" + name, presence)
asked, answers = [], {}
async def request(to, payload, timeout, kind):
    name = to.split("/")[1]
    asked.append([name, payload.get("action")])
    fields = answers.get(name, {"status": "pending"})
    if fields is None:
        await asyncio.sleep(timeout)
        return None
    iq = ET.Element("iq", {"type": "result"})
    ET.SubElement(iq, TAG, fields)
    return iq
recordings = Recordings(detector, SimpleNamespace(request=request), "a.test", retries=5, pending_timeout=90)
def says(name, **fields):
    return recordings.update(ET.Element(TAG, fields), "b@i/" + name)
def one(room):
    return next(r for r in recordings.report() if r["room"] == room)
async def refusal(work):
    try:
        await work
    except Refusal as problem:
        return [problem.condition, str(problem)]
async def main():
    ${code.trim().replaceAll("\n", "\n    ")}
run(main)
`);
  if (value === undefined) throw new Error(output);
  return value;
}

describe("jicofo's recordings", () => {
  it("count recorders, and as available those that are idle and healthy", () => {
    const code = `
add("jibri-1"); add("jibri-2", busy="busy"); add("jibri-3", health="unhealthy")
detector.presence("b@i/other", ET.Element("presence"))
print(json.dumps(detector.stats()))`;
    expect(jicofo(code)).toEqual({ count: 3, available: 1 });
  });

  it("run on an idle recorder, one for each room, until they are stopped", () => {
    const code = `
add("jibri-1"); add("jibri-2", busy="busy")
await recordings.start("board")
pending = one("board")["status"]
says("jibri-1", status="on")
on = one("board")
second = await refusal(recordings.start("board"))
recordings.stop("board")
await asyncio.sleep(1)
print(json.dumps([pending, on["status"], on["recorder"], second, one("board")["status"], asked]))`;
    expect(jicofo(code)).toEqual([
      ...["pending", "on", "jibri-1"],
      ["unexpected-request", "Recording or live streaming is already enabled"],
      "off",
      [
        ["jibri-1", "start"],
        ["jibri-1", "stop"],
      ],
    ]);
  });

  it("are refused in upstream's words without an idle recorder, and without any", () => {
    const code = `
none = await refusal(recordings.start("board"))
add("jibri-1", busy="busy")
print(json.dumps([none, await refusal(recordings.start("board")), recordings.active]))`;
    expect(jicofo(code)).toEqual([
      ["service-unavailable", "no Jibris available"],
      ["resource-constraint", "all Jibris are busy"],
      {},
    ]);
  });

  it("go to another recorder when one is busy, and do not ask it again for a minute", () => {
    const code = `
add("jibri-1"); add("jibri-2")
answers["jibri-1"] = {"status": "off", "failure_reason": "busy", "should_retry": "true"}
await recordings.start("board")
detector.remove("b@i/jibri-2")
early = await refusal(recordings.start("other"))
answers["jibri-1"] = {"status": "pending"}
import time
now = time.monotonic
time.monotonic = lambda: now() + 61
await recordings.start("other")
print(json.dumps([one("board")["tried"], early[0], one("other")["tried"]]))`;
    expect(jicofo(code)).toEqual([["jibri-1", "jibri-2"], "resource-constraint", ["jibri-1"]]);
  });

  it("continue on another recorder when theirs disappears, and end without one", () => {
    const code = `
add("jibri-1"); add("jibri-2")
await recordings.start("board")
says("jibri-1", status="on")
gone = one("board")["recorder"]
detector.remove("b@i/" + gone); recordings.offline("b@i/" + gone)
await asyncio.sleep(1)
moved = one("board")
detector.remove("b@i/jibri-2"); recordings.offline("b@i/jibri-2")
await asyncio.sleep(1)
print(json.dumps([moved["tried"], moved["status"], one("board")["status"], one("board")["failure"]]))`;
    expect(jicofo(code)).toEqual([["jibri-1", "jibri-2"], "pending", "off", "error"]);
  });

  it("end with a stop when a recorder does not start within the pending time", () => {
    const code = `
add("jibri-1"); add("jibri-2")
await recordings.start("board")
await asyncio.sleep(89)
before = [list(asked), one("board")["status"]]
await asyncio.sleep(2)
print(json.dumps([before, asked[1:], one("board")["status"], one("board")["failure"]]))`;
    expect(jicofo(code)).toEqual([
      [[["jibri-1", "start"]], "pending"],
      [["jibri-1", "stop"]],
      ...["off", "pending timeout"],
    ]);
  });
});
