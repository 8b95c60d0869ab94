-- Stand-in: passes requests to this component to one of the sessions of target_address, and passes
-- its answers back to the sender. The sender's JID is part of the resource. The sessions are known
-- from their presence, which arrives here only if this component is in the target's roster
-- (mod_roster_command).
local jid = require "util.jid";
local st = require "util.stanza";

local target_address = module:get_option_string("target_address");
local sessions = {};

local function from_target(stanza)
    local asker = jid.prep(jid.resource(stanza.attr.to) or "");
    if stanza.name == "presence" then
        for i = #sessions, 1, -1 do
            if sessions[i] == stanza.attr.from then table.remove(sessions, i); end
        end
        if stanza.attr.type == nil then
            table.insert(sessions, stanza.attr.from);
        end
    elseif stanza.name == "iq" and asker and (stanza.attr.type == "result" or stanza.attr.type == "error") then
        stanza.attr.from, stanza.attr.to = module.host, asker;
        module:send(stanza);
    end
end

local function to_target(stanza)
    if stanza.name ~= "iq" or (stanza.attr.type ~= "get" and stanza.attr.type ~= "set") then
        return;
    elseif #sessions == 0 then
        module:send(st.error_reply(stanza, "cancel", "service-unavailable"));
        return;
    end
    stanza.attr.from = module.host .. "/" .. stanza.attr.from;
    -- Any of the sessions. A session whose program was killed does not answer until the server
    -- removes it.
    stanza.attr.to = sessions[math.random(#sessions)];
    module:send(stanza);
end

local function handle(event)
    local stanza = event.stanza;
    if jid.bare(stanza.attr.from) == target_address then
        from_target(stanza);
    else
        to_target(stanza);
    end
    return true;
end

for _, name in ipairs({ "iq", "message", "presence" }) do
    for _, kind in ipairs({ "host", "bare", "full" }) do
        module:hook(name .. "/" .. kind, handle, -1);
    end
end

-- A subscriber gets the current sessions at once. Not while prosody starts: if the target's host
-- does not exist yet, prosody looks for it in the network.
module:add_timer(1, function ()
    module:send(st.presence({ type = "subscribe", to = target_address, from = module.host }));
end);
