import { inProsody } from "./lua";

const run = (code: string): string[] => inProsody("BRIDGES_MODULE", code);

describe("mod_dead_bridges in auth.DOMAIN", () => {
  /** Unbinds a session; prints its token, and the one that prosody would resume it by. */
  const unbind = (fields: string): string[] =>
    run(`
      local tokens = module:shared("/*/smacks/resumption-tokens")
      local session = { host = "auth.a.test", resumption_token = "T", ${fields} }
      local key = session.username .. "@auth.a.test/T"
      tokens[key] = session
      own("pre-resource-unbind")
      local result = fire("pre-resource-unbind", { session = session })
      print(result, session.resumption_token, tokens[key] ~= nil)
    `);

  it.each(["jvb", "jvb-2", "jvb-22"])(
    "keeps nothing of %s when its program dies: jicofo has to see that the bridge left",
    (username) => {
      expect(unbind(`username = "${username}"`)).toEqual(["prosody\tnil\tfalse"]);
    },
  );

  it.each([
    ["jicofo's", 'username = "focus"'],
    ["an account with a similar name's", 'username = "jvb-admin"'],
    ["a hibernating bridge's", 'username = "jvb", hibernating = true'],
  ])("leaves %s session to prosody", (_, fields) => {
    expect(unbind(fields)).toEqual(["prosody\tT\ttrue"]);
  });
});

describe("mod_dead_bridges in internal.auth.DOMAIN", () => {
  const nick = "jvbbrewery@internal.auth.a.test/jvb-7";
  /** A bridge joins under `nick`; this account with its session is there under that name. */
  const join = (old: string, closes = true): string[] =>
    run(`
      local occupant = ${old}
      local room = {
        get_occupant_by_nick = function (_, nick) return nick == "${nick}" and occupant or nil end,
        handle_normal_presence = function () return "joined" end,
      }
      prosody.full_sessions["jvb@auth.a.test/old"] = {
        close = function (_, reason)
          print("closed: " .. reason.condition)
          if ${closes.toString()} then occupant = nil end
        end,
      }
      own("muc-occupant-pre-join")
      print(fire("muc-occupant-pre-join", {
        origin = {}, room = room, stanza = { attr = { from = "jvb@auth.a.test/new", to = "${nick}" } },
      }))
    `);
  const occupant = (account: string): string => `{
    bare_jid = "${account}",
    each_session = function () return pairs({ ["${account}/old"] = {} }) end,
  }`;

  it("closes the connection that a crashed host left open, and lets its bridge join as a new one", () => {
    // Not "conflict": after that error a client does not connect again.
    expect(join(occupant("jvb@auth.a.test"))).toEqual(["closed: connection-timeout", "joined"]);
  });

  it("leaves the join to prosody where the old one stays", () => {
    expect(join(occupant("jvb@auth.a.test"), false)).toEqual([
      "closed: connection-timeout",
      "prosody",
    ]);
  });

  it.each([
    ["the name is free", "nil"],
    ["another account has the name", occupant("focus@auth.a.test")],
  ])("leaves the join to prosody where %s", (_, old) => {
    expect(join(old)).toEqual(["prosody"]);
  });
});
