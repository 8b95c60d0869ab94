"""What the stand-ins for the bridge and for jicofo have in common.

Both packages carry a copy, as both of the real ones carry the same Java libraries.
"""

import logging

# slixmpp says in its own words what xmpp.py says in Jitsi's; it begins while it is imported.
logging.getLogger("slixmpp").setLevel(logging.CRITICAL)
