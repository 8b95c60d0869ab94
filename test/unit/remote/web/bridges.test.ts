import { curl, inDrain, jicofo, noCurl } from "./drainScript";

describe("bridge_state", () => {
  const silent = "bridge_get() { return 7; }";
  const view = 'result "$(bridge_state; printf " after %s" "$SECONDS")"';

  it("is alive when its REST API answers, whatever jicofo says", () => {
    expect(inDrain("bridge_get() { :; }", noCurl, 'result "$(bridge_state)"').stdout).toBe(
      "alive\n",
    );
  });

  it("believes in an empty list only after 20 s: jicofo may have just started", () => {
    expect(inDrain(silent, curl("{}"), view).stdout).toMatch(/^gone after 20\n$/);
  });

  it("believes in a dead bridge only after 20 s: an overloaded one fails a health check, too", () => {
    const outcome = inDrain(silent, curl(jicofo("jvb-7", { operational: false })), view);
    expect(outcome.stdout).toMatch(/^dead after 20\n$/);
  });

  it("gives up after 90 s when nobody can tell, with the reason", () => {
    expect(inDrain(silent, noCurl, view).stdout).toMatch(/jicofo does not answer.* after 90\n$/s);
  });

  it("does not take a working bridge for dead because its REST API is silent", () => {
    const body = jicofo("jvb-7", { operational: true });
    expect(inDrain(silent, curl(body), view).stdout).toMatch(/people may be on it.* after 90\n$/s);
  });
});
