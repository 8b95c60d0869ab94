import { python } from "./python";

/**
 * Variables of `code`: selector, add(name, **stats), conferences, on(room), carried (the load of
 * each bridge) and run(main), on a simulated clock. The code prints its result as one line of JSON.
 */
export function selector(code: string): unknown {
  const { value, output } = python(`
import asyncio, json
from clock import run
from types import SimpleNamespace
from xml.etree import ElementTree as ET
from jitsi_stand_in.names import COLIBRI
from jicofo.bridges import BridgeSelector
from jicofo.conferences import Conferences
from jicofo.report import report

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

carried = {}  # bridge -> conference -> participants
deaf = set()  # bridges that answer nothing
async def request(to, payload, timeout, kind):
    name, conference, what = to.split("/")[1], payload.get("id"), payload.get("kind")
    if name in deaf:
        await asyncio.sleep(timeout)
        return None
    there = carried.setdefault(name, {})
    if what == "create":
        there[conference] = 0
    if conference not in there:
        answer = ET.Element("iq", {"type": "error"})
        ET.SubElement(ET.SubElement(answer, "{jabber:client}error"), "{urn:x}item-not-found")
        return answer
    if what != "media":
        there[conference] = int(payload.get("participants"))
        if there[conference] == 0:
            del there[conference]
    return ET.Element("iq", {"type": "result"})

conferences = Conferences(selector, SimpleNamespace(request=request))
on = lambda room: {jid.split("/")[1]: count for jid, count in conferences.in_use(room).items()}

${code}
`);
  if (value === undefined) throw new Error(output);
  return value;
}
