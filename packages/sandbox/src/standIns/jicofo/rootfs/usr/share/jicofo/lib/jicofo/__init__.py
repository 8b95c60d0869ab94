"""The sandbox's stand-in for jicofo."""
