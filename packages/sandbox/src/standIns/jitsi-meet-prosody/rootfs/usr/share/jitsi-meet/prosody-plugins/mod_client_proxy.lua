-- Stand-in: requests to this component go to one of the sessions of target_address; its answers go back to whoever
-- asked. The asker's JID travels in the resource. The sessions are known by their presence, which comes here only
-- where this component is in the target's roster (mod_roster_command).
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
    -- Any of them: one whose program was killed answers nothing, until it is gone.
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

-- Whoever is in the roster is told at once which sessions there are. Not while prosody starts: the target's host may
-- not be there yet, and prosody would look for it in the network.
module:add_timer(1, function ()
    module:send(st.presence({ type = "subscribe", to = target_address, from = module.host }));
end);
