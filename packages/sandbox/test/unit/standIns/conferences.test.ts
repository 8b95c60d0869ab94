import { selector } from "./selector";

describe("moving participants", () => {
  const participants = `
add("a"); add("b", stress_level="0.5")
async def main():
    await conferences.join("r1", 6)
    await conferences.join("r2", 2)
`;

  it("moves whole conferences to another bridge", () => {
    const code = `${participants}
    add("a", drain="true")
    result = conferences.move(selector.find("a"), None, 8); await asyncio.sleep(10)
    print(json.dumps([result, on("r1"), on("r2")]))
run(main)`;
    expect(selector(code)).toEqual([{ movedEndpoints: 8, conferences: 2 }, { b: 6 }, { b: 2 }]);
  });

  it("moves participants back to a bridge that still has others of their conference", () => {
    const code = `${participants}
    add("a", drain="true")
    result = conferences.move(selector.find("a"), "r1", 2); await asyncio.sleep(10)
    print(json.dumps([result, on("r1")]))
run(main)`;
    expect(selector(code)).toEqual([{ movedEndpoints: 2, conferences: 1 }, { a: 6 }]);
  });

  it("leaves nothing of a whole conference on the bridge that its participants left", () => {
    const code = `${participants}
    add("a", drain="true")
    conferences.move(selector.find("a"), None, 8); await asyncio.sleep(1)
    print(json.dumps(carried["a"]))
run(main)`;
    expect(selector(code)).toEqual({});
  });

  it("leaves no participant behind when the only other bridge joins later", () => {
    const code = `
add("a")
async def main():
    await conferences.join("r1", 3)
    gone = selector.remove("b@i/a")
    conferences.re_invite_from(gone, removed=True)
    await asyncio.sleep(10)
    before = on("r1"); add("b"); await conferences.retry(); await asyncio.sleep(1)
    print(json.dumps([before, on("r1"), conferences.participants()]))
run(main)`;
    expect(selector(code)).toEqual([{}, { b: 3 }, 3]);
  });

  it("forgets a room when the last participant has left", () => {
    const code = `${participants}
    await conferences.leave("r1", 4); left = on("r1"); await conferences.leave("r1")
    print(json.dumps([left, list(conferences.rooms)]))
run(main)`;
    expect(selector(code)).toEqual([{ a: 2 }, ["r2"]]);
  });
});

describe("the report of participants", () => {
  const report = (steps: string): unknown =>
    selector(`
add("a"); add("b", stress_level="0.5")
async def main():
    await conferences.join("r1", 6)
${steps}
    await asyncio.sleep(10)
    print(json.dumps(report(conferences)))
run(main)`);
  const happened = { moved: 0, stayed: 0, cut: 0, left: 0 };

  it("names each room's bridges and each bridge's load", () => {
    expect(report("")).toMatchObject({
      rooms: [{ room: "r1", participants: 6, bridges: { a: 6 }, waiting: 0, ...happened }],
      bridges: [
        { nickname: "a", operational: true, draining: false, conferences: 1, participants: 6 },
        { nickname: "b", operational: true, draining: false, conferences: 0, participants: 0 },
      ],
      totals: { participants: 6, joined: 6, ...happened },
    });
  });

  it("counts participants that jicofo moved to another bridge", () => {
    const moved = report(`    add("a", drain="true")
    conferences.move(selector.find("a"), None, 6)`);
    expect(moved).toMatchObject({
      rooms: [{ bridges: { b: 6 }, ...happened, moved: 6 }],
      totals: { ...happened, moved: 6 },
    });
  });

  it("counts participants as stayed when no other bridge could take them", () => {
    const stayed = report(`    add("a", drain="true"); selector.remove("b@i/b")
    conferences.move(selector.find("a"), None, 6)`);
    expect(stayed).toMatchObject({ rooms: [{ bridges: { a: 6 }, ...happened, stayed: 6 }] });
  });

  it("counts participants as cut when they lost their bridge, wherever they go then", () => {
    const cut = report(`    gone = selector.remove("b@i/a")
    conferences.re_invite_from(gone, removed=True)`);
    expect(cut).toMatchObject({ rooms: [{ bridges: { b: 6 }, waiting: 0, ...happened, cut: 6 }] });
  });

  it("distinguishes a cut from the last minute of a shutdown, in which jicofo moves participants", () => {
    const ending = report(`    ending = add("a", shutting_down="true")
    conferences.re_invite_from(ending, removed=False, works=True)`);
    expect(ending).toMatchObject({ rooms: [{ bridges: { b: 6 }, ...happened, moved: 6 }] });
  });

  it("counts participants without a bridge as waiting", () => {
    const waiting = report(`    selector.remove("b@i/b"); gone = selector.remove("b@i/a")
    conferences.re_invite_from(gone, removed=True)`);
    expect(waiting).toMatchObject({ rooms: [{ bridges: {}, waiting: 6, cut: 6 }], bridges: [] });
  });

  it("remembers what happened in rooms that have ended", () => {
    const ended = report(`    gone = selector.remove("b@i/a")
    conferences.re_invite_from(gone, removed=True)
    await conferences.leave("r1")`);
    expect(ended).toMatchObject({
      rooms: [],
      totals: { participants: 0, joined: 6, ...happened, cut: 6, left: 6 },
    });
  });
});

describe("the duration of a move", () => {
  /** Seconds from a move away from a, or from `steps`, until no participant waits. */
  const seconds = (
    prepare: string,
    steps = 'conferences.move(selector.find("a"), None, 6)',
  ): number =>
    selector(`
add("a"); add("b", stress_level="0.5")
async def main():
    ${prepare}
    await asyncio.sleep(40)  # neither has just started
    await conferences.join("r1", 6); add("a", drain="true")
    start = asyncio.get_running_loop().time()
    ${steps}
    taken_off, carried_at_once = on("r1"), dict(carried["a"])
    while report(conferences)["rooms"][0]["waiting"]:
        await asyncio.sleep(0.05)
    print(json.dumps(asyncio.get_running_loop().time() - start if taken_off == {} else taken_off))
run(main)`) as number;
  const warmed =
    'add("a", drain="true"); await conferences.join("w", 1); await conferences.leave("w"); add("a")';

  it("is the time of a reconnect when the next bridge is warm", () => {
    const taken = seconds(warmed);
    expect(taken).toBeGreaterThanOrEqual(0.3);
    expect(taken).toBeLessThanOrEqual(0.6);
  });

  it("is longer when the next bridge has had no conference yet", () => {
    const taken = seconds("pass");
    expect(taken).toBeGreaterThanOrEqual(2);
    expect(taken).toBeLessThanOrEqual(8.1);
  });

  it("is the time of a reconnect when the next bridge has just started and carried a conference of its own", () => {
    const restart =
      'selector.remove("b@i/b"); add("b", stress_level="0.5", total_conferences_created="1")';
    const taken = seconds("pass", `${restart}; conferences.move(selector.find("a"), None, 6)`);
    expect(taken).toBeGreaterThanOrEqual(0.3);
    expect(taken).toBeLessThanOrEqual(0.6);
  });

  it("is longer when the next bridge has just restarted", () => {
    const restart = 'selector.remove("b@i/b"); add("b", stress_level="0.5")';
    const taken = seconds(warmed, `${restart}; conferences.move(selector.find("a"), None, 6)`);
    expect(taken).toBeGreaterThanOrEqual(2);
    expect(taken).toBeLessThanOrEqual(5.1);
  });
});

describe("a bridge that does not behave as jicofo assumes", () => {
  it("is not noticed when it restarts with the same nickname: its participants hear nothing until ICE fails", () => {
    const code = `
add("a"); add("b", stress_level="0.5")
async def main():
    await conferences.join("r1", 3)
    carried["a"].clear()
    seen = []
    for wait in range(9):
        await conferences.media(); await asyncio.sleep(5)
        seen.append([report(conferences)["rooms"][0]["silent"], conferences.totals["cut"]])
    print(json.dumps([seen, on("r1")]))
run(main)`;
    const silent = [3, 0];
    expect(selector(code)).toEqual([
      [silent, silent, silent, silent, silent, silent, [0, 3], [0, 3], [0, 3]],
      { a: 3 },
    ]);
  });

  it("loses the conference when it answers a request for it as unknown: a new participant causes this", () => {
    const code = `
add("a"); add("b", stress_level="0.5")
async def main():
    await conferences.join("r1", 3)
    carried["a"].clear()
    await conferences.join("r1", 1); await asyncio.sleep(10)
    print(json.dumps([report(conferences)["rooms"][0]["cut"], carried["a"] != {}]))
run(main)`;
    expect(selector(code)).toEqual([4, true]);
  });

  it("loses participants to another one when it does not answer for 15 s", () => {
    const code = `
add("a"); add("b", stress_level="0.5")
async def main():
    deaf.add("a")
    start = asyncio.get_running_loop().time()
    await conferences.join("r1", 3)
    waited = asyncio.get_running_loop().time() - start
    await asyncio.sleep(10)
    print(json.dumps([waited, on("r1"), selector.find("a").operational]))
run(main)`;
    expect(selector(code)).toEqual([15, { b: 3 }, false]);
  });
});

describe("participants that disappear without leaving", () => {
  it("are counted for another 67 to 87 s, on their bridge too", () => {
    const code = `
add("a")
async def main():
    await conferences.join("r1", 3)
    conferences.background(conferences.leave_silently("r1", 2))
    await asyncio.sleep(66); before = [on("r1"), sum(carried["a"].values())]
    await asyncio.sleep(22); after = [on("r1"), sum(carried["a"].values())]
    print(json.dumps([before, after]))
run(main)`;
    expect(selector(code)).toEqual([
      [{ a: 3 }, 3],
      [{ a: 1 }, 1],
    ]);
  });
});

describe("participants whose jicofo restarts", () => {
  const restart = `
import os, tempfile
from jicofo.saved_state import SavedState
folder = tempfile.TemporaryDirectory()
path = os.path.join(folder.name, "participants.json")
add("a")
async def main():
    SavedState(conferences, path).load()  # nothing yet
    await conferences.join("r1", 3)
    SavedState(conferences, path).save()
    again = Conferences(selector, SimpleNamespace(request=request))
    SavedState(again, path).load()
`;

  it("reload the page: none is back within 10 s, all are back after 30 s, each was cut once", () => {
    const code = `${restart}
    waiting = []
    for wait in (9, 22):
        await asyncio.sleep(wait); await again.retry(); await asyncio.sleep(0)
        waiting.append([again.participants(), report(again)["rooms"][0]["waiting"]])
    await again.join("r1", 1); await asyncio.sleep(1)
    print(json.dumps([waiting, report(again)]))
run(main)`;
    expect(selector(code)).toEqual([
      [
        [0, 3],
        [3, 0],
      ],
      expect.objectContaining({
        rooms: [expect.objectContaining({ participants: 4, bridges: { a: 4 }, cut: 3 })],
        totals: expect.objectContaining({ participants: 4, joined: 4, cut: 3 }) as unknown,
      }),
    ]);
  });

  it("are counted twice by their bridge, in the old conference and the new one", () => {
    const code = `${restart}
    await asyncio.sleep(31); await again.retry(); await asyncio.sleep(1)
    print(json.dumps(sorted(carried["a"].values())))
run(main)`;
    expect(selector(code)).toEqual([3, 3]);
  });
});
