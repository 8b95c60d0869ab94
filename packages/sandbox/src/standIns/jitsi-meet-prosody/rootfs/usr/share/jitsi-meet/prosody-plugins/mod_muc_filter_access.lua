-- Stand-in: drops presence to this component from domains outside muc_filter_whitelist, without an
-- answer.
local split = require "util.jid".split;
local whitelist = module:get_option_set("muc_filter_whitelist");

if not whitelist then
    module:log("warn", "No 'muc_filter_whitelist' option set, disabling muc_filter_access");
    return;
end

local function filter(event)
    local _, domain = split(event.stanza.attr.from);
    if not whitelist:contains(domain) then
        module:log("error", "Filtering unauthorized presence: %s", event.stanza:top_tag());
        return true;
    end
end

for _, kind in ipairs({ "host", "bare", "full" }) do
    module:hook("presence/" .. kind, filter, 2000);
end
