"""Where things are on the web host. For one release the shell steps before this program use the same files."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ports:
    """TCP ports. lib/constants.ts has the same ones for the firewalls."""

    bridge_rest: int = 8080
    # The host of a bridge obeys the web host there (jitsi-hetzner-start.socket).
    bridge_start: int = 8081
    # A bridge keeps a copy of the certificates for whoever connects (jitsi-hetzner-copy.socket).
    bridge_copy: int = 8082
    # The host of a recorder tells about it, starts it and ends it there (jitsi-hetzner-recorder.socket).
    recorder_control: int = 8083
    jicofo_rest: int = 8888
    # jibri on its own host, on loopback: its state, and what ends it or has it read its settings again.
    jibri_rest: int = 2222
    jibri_internal: int = 3333
    xmpp: int = 5222
    https: int = 443
    turns: int = 5349


@dataclass(frozen=True)
class Paths:
    """Files and folders."""

    # Written by the verb policy, read by drains.
    policy: Path = Path("/etc/jitsi-hetzner/policy.json")
    state: Path = Path("/var/lib/jitsi-hetzner")
    locks: Path = Path("/run/lock")
    prosody: Path = Path("/var/lib/prosody")
    # Only a web host has it.
    jicofo_settings: Path = Path("/etc/jitsi/jicofo")
    jicofo_log: Path = Path("/var/log/jitsi/jicofo.log")
    nginx_log: Path = Path("/var/log/nginx/error.log")
    proc: Path = Path("/proc")
    # The certificates by which an ACME server of the settings is known.
    acme_authority: Path = Path("/etc/jitsi-hetzner/acme-authority.pem")
    # The certificate of nginx stands there.
    meet: Path = Path("/etc/jitsi/meet")
    nginx: Path = Path("/etc/nginx")
    nginx_stream: Path = Path("/usr/share/nginx/modules-available/mod-stream.conf")
    # Only where coturn is to have the certificate.
    turn: Path = Path("/etc/jitsi-hetzner/turn")
    # Written by the verb turn-server: secret.
    turn_server: Path = Path("/etc/jitsi-hetzner/turn-server.json")
    turn_settings: Path = Path("/etc/jitsi-hetzner/turnserver.conf")
    # Of the package coturn.
    turn_database: Path = Path("/var/lib/turn/turndb")
    coturn_unit: Path = Path("/usr/lib/systemd/system/coturn.service")
    # Prosody's TURN servers. remote/web/turnServers.sh makes the folder.
    prosody_turn: Path = Path("/etc/prosody/jitsi-hetzner.d")
    run: Path = Path("/run")
    # The servers that systemd-resolved asks.
    resolv: Path = Path("/run/systemd/resolve/resolv.conf")
    # Written by the verb certificate, read by its timer: secret.
    certificate_settings: Path = Path("/etc/jitsi-hetzner/certificate.json")
    # certbot's.
    letsencrypt: Path = Path("/etc/letsencrypt")
    certbot_log: Path = Path("/var/log/letsencrypt/letsencrypt.log")
    units: Path = Path("/etc/systemd/system")
    # A recorder's settings, written by jibri/files: secret.
    recorder: Path = Path("/etc/jitsi-hetzner/recorder.json")
    # A recorder's recordings: `current` is jibri's, `finished` is what its finalize script has handed over.
    recordings: Path = Path("/srv/recordings")

    @property
    def registry(self) -> Path:
        """A file for each bridge, by its nickname: `NAME ADDRESS GOAL`."""
        return self.state / "bridges"

    @property
    def recorders(self) -> Path:
        """The same for each recorder."""
        return self.state / "recorders"

    @property
    def notes(self) -> Path:
        """By nickname: `HASH TURN`, with which settings the bridge came into service last, and in which turn."""
        return self.state / "running-settings.d"

    @property
    def turn_peers(self) -> Path:
        """A file for each bridge, by its nickname, with its public addresses."""
        return self.state / "turn-peers"

    @property
    def turn_offered(self) -> Path:
        """Since when prosody offers the TURN server to browsers: the time of the file."""
        return self.state / "turn-offered"

    @property
    def certificate_state(self) -> Path:
        """What the certificate's timer remembers, without secrets."""
        return self.state / "certificate.json"

    @property
    def rehearsal_due(self) -> Path:
        """There if a `pulumi up` has changed the cluster since the last rehearsal of a renewal."""
        return self.state / "rehearsal-due"

    @property
    def watch_log(self) -> Path:
        """What jitsi-hetzner-watch has done."""
        return self.state / "watch.log"

    @property
    def recorder_serving(self) -> Path:
        """Exists while the recorder is to be in service. A condition of jibri's unit."""
        return self.state / "recorder-serving"

    @property
    def recorder_settings(self) -> Path:
        """The hash of the settings in jibri's files."""
        return self.state / "recorder-settings"

    @property
    def recorder_running_settings(self) -> Path:
        """That of the settings with which jibri has started, copied by its unit."""
        return self.state / "recorder-running-settings"

    @property
    def jibri_for(self) -> Path:
        """The version of Jitsi that the installed jibri was taken for."""
        return self.state / "jibri-for"

    @property
    def recorder_run(self) -> Path:
        """What is true until the next boot: `disk-low` and `updating` are conditions of jibri's unit."""
        return self.run / "jitsi-hetzner-recorder"

    @property
    def uploads(self) -> Path:
        """A file for each recording that was tried: its name at the target, and when it is tried again."""
        return self.state / "uploads"
