-- Stand-in: `prosodyctl mod_roster_command subscribe COMPONENT USER@HOST`. Afterwards the component
-- gets the presence of the user's sessions. The real module also accepts users as the first
-- argument, and has more commands.
local jid = require "util.jid";
local storagemanager = require "core.storagemanager";

local function subscribe(component, user)
    local username, host = jid.split(user);
    if not username or not prosody.hosts[host] then
        print("The host is not configured for this server: " .. tostring(host));
        return 1;
    end
    storagemanager.initialize_host(host);
    local store = storagemanager.open(host, "roster");
    local roster = store:get(username) or { [false] = { version = 0 } };
    roster[component] = { subscription = "from", groups = {} };
    store:set(username, roster);
    return 0;
end

function module.command(arg)
    if arg[1] ~= "subscribe" or not arg[3] then
        print("usage: prosodyctl mod_roster_command subscribe COMPONENT USER@HOST");
        return 1;
    end
    return subscribe(arg[2], arg[3]);
end
