-- Stand-in: requests to this component go to the session of target_address that announced itself
-- last; its answers go back to whoever asked. The asker's JID travels in the resource.
local jid = require "util.jid";
local st = require "util.stanza";

local target_address = module:get_option_string("target_address");
local target;

local function from_target(stanza)
    local asker = jid.prep(jid.resource(stanza.attr.to) or "");
    if stanza.name == "presence" then
        target = stanza.attr.type == nil and stanza.attr.from or nil;
    elseif stanza.name == "iq" and asker and (stanza.attr.type == "result" or stanza.attr.type == "error") then
        stanza.attr.from, stanza.attr.to = module.host, asker;
        module:send(stanza);
    end
end

local function to_target(stanza)
    if stanza.name ~= "iq" or (stanza.attr.type ~= "get" and stanza.attr.type ~= "set") then
        return;
    elseif not target then
        module:send(st.error_reply(stanza, "cancel", "service-unavailable"));
        return;
    end
    stanza.attr.from, stanza.attr.to = module.host .. "/" .. stanza.attr.from, target;
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
