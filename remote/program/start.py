"""Run by jitsi-hetzner. Isolated (-I), Python does not find the package by itself."""

import sys
from pathlib import Path

folder = Path(__file__).resolve().parent
sys.path.insert(0, str(folder))

from jitsi_hetzner.main import main  # noqa: E402

sys.exit(main(folder))
