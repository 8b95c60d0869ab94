"""XML namespaces that the programs use."""

MUC = "http://jabber.org/protocol/muc"
MUC_USER = "http://jabber.org/protocol/muc#user"
HEALTH = "http://jitsi.org/protocol/healthcheck"
FOCUS = "http://jitsi.org/protocol/focus"
COLIBRI = "http://jitsi.org/protocol/colibri"
JIBRI = "http://jitsi.org/protocol/jibri"
HEALTH_STATUS = "http://jitsi.org/protocol/health"
PING = "urn:xmpp:ping"
# Not upstream's: jicofo's stand-in tells bridges and recorders the number of participants of a room.
PARTICIPANTS = "urn:jitsi-hetzner:sandbox:participants"
