"""What the stand-ins for the bridge and for jicofo have in common.

Both packages carry a copy, as both of the real ones carry the same Java libraries.
"""
