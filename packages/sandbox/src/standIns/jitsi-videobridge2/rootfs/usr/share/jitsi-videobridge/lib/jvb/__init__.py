"""The sandbox's stand-in for jitsi-videobridge."""
