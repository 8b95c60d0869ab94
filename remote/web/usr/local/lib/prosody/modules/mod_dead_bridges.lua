-- Managed by pulumi: changes here are lost.
-- jicofo moves participants off a bridge when that bridge leaves the bridges' room. A bridge whose program has died
-- must therefore leave at once, and must have left before it comes back. Loaded in auth.DOMAIN and internal.auth.DOMAIN.
local tokens = module:shared("/*/smacks/resumption-tokens");

-- In auth.DOMAIN. Stream management keeps the occupant of a killed program for 15 s. The program is back after a few
-- seconds, under the same nickname: prosody would merge the two, and jicofo would see no difference.
module:hook("pre-resource-unbind", function (event)
    local session = event.session;
    local token = session.resumption_token;
    -- The accounts of bridges: jvb, and jvb-2 after a change of the password.
    if token and not session.hibernating and session.username:match("^jvb%-?%d*$") then
        tokens[session.username .. "@" .. session.host .. "/" .. token] = nil;
        -- mod_smacks comes next; it keeps nothing that has no token.
        session.resumption_token = nil;
    end
end, 1000);

-- In internal.auth.DOMAIN. A host that has crashed closed no connection, so prosody still has its old session.
module:hook("muc-occupant-pre-join", function (event)
    local room, stanza = event.room, event.stanza;
    local old = room:get_occupant_by_nick(stanza.attr.to);
    if not old or old.bare_jid ~= stanza.attr.from:match("^[^/]+") then
        return;
    end
    local sessions = {};
    for full_jid in old:each_session() do
        sessions[#sessions + 1] = prosody.full_sessions[full_jid];
    end
    for _, session in ipairs(sessions) do
        module:log("warn", "%s is back: its old connection is closed", stanza.attr.to);
        -- Not `conflict`: after that error a client does not connect again.
        session:close({ condition = "connection-timeout", text = "Replaced by a new connection" });
    end
    if room:get_occupant_by_nick(stanza.attr.to) == nil then
        return room:handle_normal_presence(event.origin, stanza);
    end
end, 1000);
