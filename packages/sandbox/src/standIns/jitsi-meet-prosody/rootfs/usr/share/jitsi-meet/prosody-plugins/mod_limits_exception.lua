-- Stand-in: no rate limits for the accounts in unlimited_jids.
local unlimited = module:get_option_inherited_set("unlimited_jids", {});

module:hook("authentication-success", function (event)
    local session = event.session;
    if unlimited:contains(session.username .. "@" .. session.host) then
        if session.conn and session.conn.setlimit then
            session.conn:setlimit(0);
        end
        session.throttle = nil;
    end
end);
