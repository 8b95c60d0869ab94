"""The stand-in of the bridge takes the conference that warms a bridge, as the fake bridge of these tests does."""

import asyncio
import json
import sys
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from jitsi_hetzner.warmth import ENDPOINT

from .build import ROOT
from .case import Case

STAND_INS = ROOT / "packages/sandbox/src/standIns"
LIBRARIES = ("common", "jitsi-videobridge2/rootfs/usr/share/jitsi-videobridge/lib")


class StandIn(Case):
    def setUp(self) -> None:
        before = list(sys.path)
        self.addCleanup(lambda: sys.path.__setitem__(slice(None), before))
        sys.path[:0] = [str(STAND_INS / library) for library in LIBRARIES]

    def test_takes_it_and_is_warm_and_empty_afterwards(self) -> None:
        settings = SimpleNamespace(initial_drain_mode=False, graceful_min_participants=0)

        async def warm() -> Any:
            bridge = import_module("jvb.bridge").Bridge(settings, "2.3.307")
            conferences = import_module("jvb.colibri").RestConferences(bridge)
            request = {"meeting-id": "warm-up-1", "create": True, "endpoints": [ENDPOINT]}
            answer = conferences.create(json.dumps(request))
            self.assertEqual((bridge.participants, answer["endpoints"][0]["id"]), (1, ENDPOINT["id"]))
            conferences.change("warm-up-1", json.dumps({"expire": True}))
            return bridge

        bridge = asyncio.run(warm())
        self.assertEqual((bridge.participants, bridge.created), (0, 1))
