import { python } from "./python";

/**
 * Variables of `code`: bridge (with a shutdown delay of 5 s), reports, client and live(main), on a
 * simulated clock.
 */
function bridge(code: string): unknown {
  const { value, output } = python(`
import asyncio, json
from clock import run
from types import SimpleNamespace
from jitsi_stand_in.refusal import Refusal
from jvb.bridge import Bridge
from jvb.reports import Reports

settings = SimpleNamespace(initial_drain_mode=False, average_participant_stress=0.01, relay_id=None,
  region=None, release=None, graceful_max=86400, graceful_min_participants=0, shutting_down_delay=5)
bridge = Bridge(settings, "2.3")
reports = Reports(bridge)
client = SimpleNamespace(connected=False, joined=set(), disconnects=0, published=[],
  account=SimpleNamespace(rooms=["brewery"]))
client.publish = lambda: client.published.append((round(now()), reports.stats()["drain"]))
bridge.clients.append(client)
now = lambda: asyncio.get_running_loop().time() - 1000

async def ticks():
    while True:
        bridge.tick()
        await asyncio.sleep(5)

def live(main):
    async def both():
        task = asyncio.create_task(ticks())
        await asyncio.sleep(0)
        await main()
        task.cancel()
    run(both)

${code}
`);
  if (value === undefined) throw new Error(output);
  return value;
}

describe("the bridge's presence", () => {
  it("is sent every five seconds, and has drain mode in the next one", () => {
    const code = `
async def main():
    await asyncio.sleep(1); bridge.set_drain(True)
    await asyncio.sleep(10); print(json.dumps(client.published))
live(main)`;
    expect(bridge(code)).toEqual([
      [0, false],
      [5, true],
      [10, true],
    ]);
  });
});

describe("the bridge's metrics", () => {
  it("have drain mode, shutdown and participants at once", () => {
    const code = `
async def main():
    await asyncio.sleep(1)
    bridge.set_drain(True); bridge.request("create", "c", 3); bridge.shut_down(True)
    reports.refresh()
    print(json.dumps({n: reports.metrics.get(n) for n in ("drain_mode", "local_endpoints", "graceful_shutdown")}))
live(main)`;
    expect(bridge(code)).toEqual({ drain_mode: true, local_endpoints: 3, graceful_shutdown: true });
  });

  it("have joined rooms and stress at the next tick only", () => {
    const code = `
def seen():
    reports.refresh()
    m = reports.metrics
    return [m.get("mucs_joined"), m.get("muc_clients_connected"), m.get("stress") >= 0.5]
async def main():
    await asyncio.sleep(1)
    client.connected = True; client.joined.add("brewery"); bridge.request("create", "c", 50)
    before = seen(); await asyncio.sleep(5); print(json.dumps([before, seen()]))
live(main)`;
    expect(bridge(code)).toEqual([
      [0, 0, false],
      [1, 1, true],
    ]);
  });

  it("count the load of the whole host in stress, whichever process causes it", () => {
    const { value } = python(`
import json, subprocess
from jvb.load import HostLoad
load = HostLoad(); quiet = load.since_last()
busy = subprocess.Popen(["python3", "-c", "while True: pass"])
import time; time.sleep(1); share = load.since_last(); busy.kill(); busy.wait()
print(json.dumps(share > 0))`);
    expect(value).toBe(true);
  });

  it("are not lowered by a process that has ended", () => {
    const { value } = python(`
import json, subprocess, time
from jvb.load import HostLoad
loop = ["python3", "-c", "while True: pass"]
ends = subprocess.Popen(loop); time.sleep(1)
load = HostLoad(); busy = subprocess.Popen(loop); ends.kill(); ends.wait(); time.sleep(0.3)
share = load.since_last(); busy.kill(); busy.wait()
print(json.dumps(share > 0))`);
    expect(value).toBe(true);
  });
});

describe("the bridge's conferences", () => {
  it("are created, updated, and unknown to a bridge that has just started", () => {
    const code = `
def answer(kind):
    try: bridge.request(kind, "c", 2)
    except Refusal as refusal: return [refusal.condition, str(refusal)]
async def main():
    print(json.dumps([answer("update"), answer("media"), answer("create"), answer("update"), bridge.rooms]))
live(main)`;
    const unknown = ["item-not-found", "conference-not-found"];
    expect(bridge(code)).toEqual([unknown, unknown, null, null, { c: 2 }]);
  });

  it("are refused during a shutdown, while existing ones accept more participants", () => {
    const code = `
async def main():
    bridge.request("create", "c", 2); bridge.shut_down(True)
    bridge.request("update", "c", 3)
    try: bridge.request("create", "d", 1)
    except Refusal as refusal: print(json.dumps([refusal.condition, bridge.participants]))
live(main)`;
    expect(bridge(code)).toEqual(["service-unavailable", 3]);
  });

  it("end 60 to 80 s after the last packet", () => {
    const code = `
async def main():
    bridge.request("create", "c", 2)
    await asyncio.sleep(59); before = bridge.participants
    await asyncio.sleep(26); print(json.dumps([before, bridge.participants]))
live(main)`;
    expect(bridge(code)).toEqual([2, 0]);
  });
});

describe("the bridge's shutdown", () => {
  it("ends by itself after the delay when there are no participants", () => {
    const code = `
async def main():
    bridge.shut_down(True); start = now()
    await bridge.finished.wait(); print(json.dumps(now() - start))
live(main)`;
    expect(bridge(code)).toBe(5);
  });

  it("is in the presence up to five seconds later, when a delay of 5 s is nearly over", () => {
    const code = `
client.publish = lambda: reports.stats()["shutting_down"] and client.published.append(now())
async def main():
    await asyncio.sleep(0.5); bridge.shut_down(False)
    await bridge.finished.wait(); print(json.dumps([client.published[0] - 0.5, now() - 0.5]))
live(main)`;
    expect(bridge(code)).toEqual([4.5, 5]);
  });
});
