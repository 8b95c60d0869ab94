import { inDrain } from "./drainScript";

describe("wait_until_empty", () => {
  const people = (...counts: number[]) =>
    `counts=(${counts.join(" ")}); participants() { printf %s "\${counts[SECONDS / 2]:-0}"; }`;
  const limit = (seconds: number, force = false) =>
    `read_policy() { drain_timeout=${seconds.toString()} force_drain=${force.toString()}; }`;
  const silence = "participants() { printf timeout; return 1; }";
  const nobodyMoves = "move_people() { return 1; }";
  const wait = 'code=0; wait_until_empty || code=$?; result "$code $left $SECONDS"';

  it("ends when the last one has left", () => {
    const outcome = inDrain(people(3, 2, 0), nobodyMoves, limit(60), wait);
    expect(outcome.stdout).toBe("0 0 4\n");
    expect(outcome.stderr).toContain("participants left: 3 (0 of 60 s)");
  });

  it("says every 30 s how many are left, and that they are when the time is over", () => {
    const outcome = inDrain("participants() { printf 5; }", nobodyMoves, limit(65), wait);
    expect(outcome.stdout).toBe("1 5 66\n");
    expect(outcome.stderr.match(/participants left: 5/g)).toHaveLength(3);
  });

  it("has people moved at once, and again, but ever less often", () => {
    const moves = 'move_people() { info "moved at $SECONDS"; return 1; }';
    const outcome = inDrain("participants() { printf 5; }", moves, limit(300), wait);
    const times = [...outcome.stderr.matchAll(/moved at (\d+)/g)].map(([, time]) => Number(time));
    expect(times).toEqual([0, 16, 46, 106, 226]);
  });

  it("does not take silence for emptiness, nor wait for an answer that never comes", () => {
    const view = "jicofo_view() { printf operational; }";
    const outcome = inDrain(silence, view, limit(3000), wait);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain("does not say how many people are on it: timeout");
  });

  it("waits for a silent bridge to the end where it may go by force", () => {
    const view = "jicofo_view() { printf operational; }";
    const outcome = inDrain(silence, view, limit(100, true), wait);
    expect(outcome.stdout).toBe("1 unknown 100\n");
  });

  it("counts by jicofo when the bridge dies meanwhile", () => {
    const view = "jicofo_view() { printf dead; }";
    const jicofoHas = (count: number) => `jicofo_participants() { printf ${count}; }`;
    const empty = inDrain(silence, view, jicofoHas(0), nobodyMoves, limit(60), wait);
    expect(empty.stdout).toBe("0 0 20\n");
    const busy = inDrain(silence, view, jicofoHas(12), nobodyMoves, limit(60), wait);
    expect(busy.stdout).toBe("1 12 60\n");
  });
});
