import { inProsody } from "./lua";

const run = (code: string): string[] => inProsody("LOGIN_MODULE", code);

const logins = [
  "stanza/urn:ietf:params:xml:ns:xmpp-sasl:auth",
  "stanza/iq/jabber:iq:auth:query",
  "stanza/iq/jabber:iq:register:query",
];
const ways = [
  ["BOSH", "bosh_wait = 60"],
  ["a websocket", "websocket_request = {}"],
] as const;

/** A session that says how it was closed. */
const session = (fields: string): string =>
  `{ ip = "192.0.2.1", close = function (_, reason) print("closed: " .. reason.condition) end, ${fields} }`;

describe("mod_no_http_login", () => {
  it.each(ways)("offers a stream over %s no login", (_, fields) => {
    const code = `own("stream-features")
      print(fire("stream-features", { origin = ${session(fields)} }))`;
    expect(run(code)).toEqual(["true"]);
  });

  describe.each(ways)("over %s", (_, fields) => {
    it.each(logins)("refuses %s before prosody sees it, and closes the stream", (event) => {
      const code = `own("${event}") print(fire("${event}", { origin = ${session(fields)} }))`;
      expect(run(code)).toEqual(["closed: policy-violation", "true"]);
    });
  });

  it.each(["stream-features", ...logins])("leaves %s over TCP to prosody", (event) => {
    const code = `own("${event}") print(fire("${event}", { origin = ${session("")} }))`;
    expect(run(code)).toEqual(["prosody"]);
  });
});
