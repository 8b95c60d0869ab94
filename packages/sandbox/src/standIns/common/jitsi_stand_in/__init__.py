"""Modules that the stand-ins for the bridge and for jicofo share.

Both packages contain a copy, like both of the real packages contain the same Java libraries.
"""

import logging

# xmpp.py logs the same events in Jitsi's format. slixmpp already logs while it is imported.
logging.getLogger("slixmpp").setLevel(logging.CRITICAL)
