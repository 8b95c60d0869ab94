"""XML namespaces that both programs use."""

MUC = "http://jabber.org/protocol/muc"
MUC_USER = "http://jabber.org/protocol/muc#user"
HEALTH = "http://jitsi.org/protocol/healthcheck"
FOCUS = "http://jitsi.org/protocol/focus"
COLIBRI = "http://jitsi.org/protocol/colibri"
PING = "urn:xmpp:ping"
# Not upstream's: jicofo's stand-in tells a bridge the number of participants of a room.
PARTICIPANTS = "urn:jitsi-hetzner:sandbox:participants"
