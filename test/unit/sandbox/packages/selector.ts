import { python } from "./python";

/** `code` works with: selector, add(name, **stats), stay(...) and prints by show(value). */
export function selector(code: string): unknown {
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
