-- Managed by pulumi: changes here are lost.
-- Keeps logins to this host away from BOSH and websockets. Browsers may open a stream to any host of this server
-- through the public web port; here it offers nothing and takes no login. Only TCP (port 5222) is left.
local function by_http(session)
    -- mod_bosh refuses a session without `wait`; mod_websocket keeps its request.
    return session.bosh_wait ~= nil or session.websocket_request ~= nil;
end

module:hook("stream-features", function (event)
    if by_http(event.origin) then
        return true;
    end
end, 1000);

local logins = {
    "stanza/urn:ietf:params:xml:ns:xmpp-sasl:auth";
    "stanza/iq/jabber:iq:auth:query";
    "stanza/iq/jabber:iq:register:query";
};
for _, login in ipairs(logins) do
    module:hook(login, function (event)
        local session = event.origin;
        if by_http(session) then
            module:log("warn", "A login over HTTP is refused: %s", session.ip);
            session:close({ condition = "policy-violation", text = "No logins over HTTP" });
            return true;
        end
    end, 1000);
end
