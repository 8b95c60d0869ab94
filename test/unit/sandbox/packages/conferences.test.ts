import { selector } from "./selector";

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

describe("the report of where people are", () => {
  const report = (steps: string): unknown =>
    selector(`
add("a"); add("b", stress_level="0.5")
async def main():
    await conferences.join("r1", 6)
${steps}
    print(json.dumps(conferences.report()))
asyncio.run(main())`);
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

  it("counts those whom jicofo moved to another bridge", () => {
    const moved = report(`    add("a", drain="true")
    await conferences.move(selector.find("a"), None, 6)`);
    expect(moved).toMatchObject({
      rooms: [{ bridges: { b: 6 }, ...happened, moved: 6 }],
      totals: { ...happened, moved: 6 },
    });
  });

  it("counts those whom no other bridge could take as staying where they are", () => {
    const stayed = report(`    add("a", drain="true"); selector.remove("b@i/b")
    await conferences.move(selector.find("a"), None, 6)`);
    expect(stayed).toMatchObject({ rooms: [{ bridges: { a: 6 }, ...happened, stayed: 6 }] });
  });

  it("counts those whose bridge went as cut, wherever they go then", () => {
    const cut = report(`    gone = selector.remove("b@i/a")
    await conferences.evacuate(gone, removed=True)`);
    expect(cut).toMatchObject({ rooms: [{ bridges: { b: 6 }, waiting: 0, ...happened, cut: 6 }] });
  });

  it("tells the last minute of a shutdown, in which jicofo moves people, from a cut", () => {
    const ending = report(`    ending = add("a", shutting_down="true")
    await conferences.evacuate(ending, removed=False, works=True)`);
    expect(ending).toMatchObject({ rooms: [{ bridges: { b: 6 }, ...happened, moved: 6 }] });
  });

  it("counts those as waiting for whom there is no bridge", () => {
    const waiting = report(`    selector.remove("b@i/b"); gone = selector.remove("b@i/a")
    await conferences.evacuate(gone, removed=True)`);
    expect(waiting).toMatchObject({ rooms: [{ bridges: {}, waiting: 6, cut: 6 }], bridges: [] });
  });

  it("remembers what happened in rooms that have ended", () => {
    const ended = report(`    gone = selector.remove("b@i/a")
    await conferences.evacuate(gone, removed=True)
    await conferences.leave("r1")`);
    expect(ended).toMatchObject({
      rooms: [],
      totals: { participants: 0, joined: 6, ...happened, cut: 6, left: 6 },
    });
  });
});

describe("people whose jicofo restarts", () => {
  it("are still in their rooms, have lost their bridge once, and get one again", () => {
    const code = `
import os, tempfile
from jicofo.memory import Memory
folder = tempfile.TemporaryDirectory()
path = os.path.join(folder.name, "people.json")
add("a")
async def main():
    Memory(conferences, path).recall()  # nothing yet
    await conferences.join("r1", 3)
    Memory(conferences, path).keep()
    again = Conferences(selector, Client())
    Memory(again, path).recall()
    before = again.report()
    await again.retry(); await again.join("r1", 1)
    print(json.dumps([before["rooms"][0]["waiting"], again.report()]))
asyncio.run(main())`;
    expect(selector(code)).toEqual([
      3,
      expect.objectContaining({
        rooms: [expect.objectContaining({ participants: 4, bridges: { a: 4 }, cut: 3 })],
        totals: expect.objectContaining({ participants: 4, joined: 4, cut: 3 }) as unknown,
      }),
    ]);
  });
});
