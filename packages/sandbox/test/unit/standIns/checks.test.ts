import { python } from "./python";

/** What goes out of the media port when this many endpoints are new, and what the log says. */
function sent(
  network: string,
  endpoints: number,
  refused = false,
): { value: unknown; output: string } {
  return python(`
import json, logging, sys
from types import SimpleNamespace
from jvb.checks import Checks

logging.basicConfig(stream=sys.stderr, level=logging.INFO)
sent = []
def sendto(data, address):
    if ${refused ? "True" : "False"}:
        raise PermissionError("Operation not permitted")
    sent.append([len(data), *address])
Checks(SimpleNamespace(sendto=sendto), ${JSON.stringify(network)}).try_homes(${endpoints})
print(json.dumps(sent))
`);
}

describe("checks", () => {
  it("go to the address that each new participant has at home", () => {
    expect(sent("192.168", 2).value).toEqual([
      [20, "::ffff:192.168.0.2", 50000],
      [20, "::ffff:192.168.0.3", 50000],
    ]);
  });

  it("go nowhere without such a network, as in unit tests", () => {
    expect(sent("", 2).value).toEqual([]);
  });

  it("are only a line in the log where the host refuses them", () => {
    const { value } = sent("192.168", 1, true);
    expect(value).toEqual([]);
  });
});
