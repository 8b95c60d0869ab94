import { python } from "./python";

/** `code` works with: bridge, conferences, post(value), patch(meeting, value), endpoint(**more); it prints its result. */
function colibri(code: string): unknown {
  const { value, output } = python(`
import asyncio, json
from clock import run
from types import SimpleNamespace
from jvb.bridge import Bridge
from jvb.colibri import BadRequest, NotFound, RestConferences

settings = SimpleNamespace(initial_drain_mode=False, average_participant_stress=0.01, graceful_max=86400,
  graceful_min_participants=0, shutting_down_delay=12)
bridge = Bridge(settings, "2.3.307")
conferences = RestConferences(bridge)

def attempt(act):
    try:
        return act()
    except BadRequest as problem:
        return "400 " + str(problem)
    except NotFound:
        return "404"

text = lambda value: value if isinstance(value, str) else json.dumps(value)
post = lambda value: attempt(lambda: conferences.create(text(value)))
patch = lambda meeting, value: attempt(lambda: conferences.change(meeting, text(value)))
endpoint = lambda **more: {"id": "00000001", "create": True, "transport": {"ice-controlling": True},
  "capabilities": ["source-names"], **more}
async def main():
    ${code}
run(main)
`);
  if (value === undefined) throw new Error(output);
  return value;
}

const conference = '{"meeting-id": "m", "create": True, "endpoints": [endpoint()]}';

describe("the bridge's conferences over REST", () => {
  it("are created with an endpoint, which counts as a participant, and expired", () => {
    const code = `
    answer = post(${conference}); during = [bridge.participants, bridge.created]
    expired = patch("m", {"expire": True})
    print(json.dumps([answer["endpoints"][0]["id"], during, expired, bridge.participants, bridge.completed, bridge.rooms]))`;
    expect(colibri(code)).toEqual(["00000001", [1, 1], {}, 0, 1, {}]);
  });

  it("expire without media after a minute", () => {
    const code = `
    post(${conference}); await asyncio.sleep(61); bridge.expire()
    print(json.dumps([bridge.rooms, patch("m", {"expire": True})]))`;
    expect(colibri(code)).toEqual([{}, "404"]);
  });

  it("end with their last endpoint", () => {
    const code = `
    post(${conference})
    print(json.dumps([patch("m", {"endpoints": [{"id": "00000001", "expire": True}]}), bridge.rooms]))`;
    expect(colibri(code)).toEqual([{ endpoints: [{ id: "00000001", expire: true }] }, {}]);
  });

  // Python's words; upstream's are those of its own parser.
  const jsonProblem = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)";
  const parse = "400 Failed to parse ConferenceModify JSON:";
  const failed = "400 Failed to create conference: ";

  it.each([
    ["no JSON", '"{"', `400 Failed to create conference, could not parse JSON: ${jsonProblem}`],
    ["no object", '"[]"', "400 Bad Request"],
    [
      "no meeting id",
      '{"create": True}',
      `${parse}meeting-id must be set for conference-modify IQ`,
    ],
    [
      "a text for a boolean",
      '{"meeting-id": "m", "create": "true"}',
      `${parse}Expected boolean for create, got STRING`,
    ],
    [
      "an endpoint without an id",
      '{"meeting-id": "m", "create": True, "endpoints": [{"create": True}]}',
      `${parse}ID must be set`,
    ],
    [
      "media of no type",
      '{"meeting-id": "m", "create": True, "endpoints": [endpoint(medias=[{}])]}',
      `${parse}Media type must be set`,
    ],
    [
      "an endpoint without a transport",
      '{"meeting-id": "m", "create": True, "endpoints": [{"id": "e", "create": True}]}',
      `${failed}Attempt to create endpoint e with no <transport>`,
    ],
    [
      "an endpoint without source names",
      '{"meeting-id": "m", "create": True, "endpoints": [endpoint(capabilities=[])]}',
      `${failed}Source name support is mandatory.`,
    ],
    [
      "an SCTP port",
      '{"meeting-id": "m", "create": True, "endpoints": [endpoint(transport={"sctp": {"port": 5001}})]}',
      `${failed}Specific SCTP port requested, not supported.`,
    ],
    [
      "two endpoints at once",
      '{"meeting-id": "m", "create": True, "endpoints": [endpoint(), endpoint(id="2")]}',
      `${failed}Creating or updating media, sources or transport for more than one endpoint in a request.`,
    ],
    [
      "a change of a conference that does not exist",
      '{"meeting-id": "m"}',
      `${failed}Conference not found for ID: m`,
    ],
  ])("are refused with %s", (_, body, answer) => {
    const given = colibri(`print(json.dumps(post(${body})))`);
    expect(given).toBe(answer);
  });

  it("are refused a second time, during a shutdown, and with an endpoint that exists", () => {
    const code = `
    post(${conference}); again = post(${conference}); twice = patch("m", {"endpoints": [endpoint()]})
    bridge.shut_down(True)
    print(json.dumps([again, twice, post({"meeting-id": "n", "create": True})]))`;
    expect(colibri(code)).toEqual([
      `${failed}Conference already exists for ID: m`,
      `${failed}Endpoint with ID 00000001 already exists`,
      `${failed}In graceful shutdown`,
    ]);
  });

  it("take SCTP by the server, as browsers have it", () => {
    const code = `
    answer = post({"meeting-id": "m", "create": True, "endpoints": [endpoint(transport={"ice-controlling": True, "sctp": {}})]})
    print(json.dumps(sorted(answer)))`;
    expect(colibri(code)).toEqual(["endpoints", "sources"]);
  });
});
