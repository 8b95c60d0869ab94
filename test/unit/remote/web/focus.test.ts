import { curl, inDrain, jicofo, noCurl } from "./drainScript";

describe("jicofo_view", () => {
  it.each([
    ["gone", jicofo("jvb-70", { operational: true })],
    ["gone", '{"bridge_selector":{}}'],
    ["dead", jicofo("jvb-7", { operational: false })],
    ["operational", jicofo("jvb-7", { operational: true })],
  ])("finds the bridge %s", (state, body) => {
    expect(inDrain(curl(body), 'result "$(jicofo_view)"').stdout).toBe(`${state}\n`);
  });

  it("does not believe in an empty list of a jicofo that is not logged in", () => {
    const loggedOut = "jicofo_problem() { printf 'jicofo is not logged in'; }";
    const outcome = inDrain(loggedOut, curl("{}"), 'result "$(jicofo_view)"');
    expect(outcome.stdout).toMatch(/^jicofo is not logged in, so it is unknown/);
  });

  it("cannot tell when jicofo is down", () => {
    expect(inDrain(noCurl, 'result "$(jicofo_view)"').stdout).toContain("it is unknown");
  });
});
