"""The sandbox's stand-in for jibri."""
