"""The life of a bridge, run on the web host. What it guarantees: README.md beside this package."""
