"""What is wrong with the target of recordings, by the words of rclone (1.60, as Debian 12 and 13 have it)."""

import re
from dataclasses import dataclass

from .recorder_settings import S3, RecorderSettings

ANSWER = r"(?:status code: |StatusCode: )"


@dataclass(frozen=True)
class TargetProblem:
    """In words, and the command that repairs it."""

    problem: str
    repair: str


def s3_problem(settings: RecorderSettings, errors: str) -> TargetProblem | None:
    """None for words that are not known."""
    target = settings.target
    where = f"{target.endpoint} (recordingsS3Endpoint)"
    cases = [
        (
            r"InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSecurity|InvalidToken",
            f"{where} refuses the login with the access key {target.access_key} (recordingsS3AccessKey, "
            "recordingsS3SecretKey)",
            "create a key in the project of the bucket; pulumi config set recordingsS3AccessKey KEY; "
            "pulumi config set --secret recordingsS3SecretKey; pulumi up",
        ),
        (
            r"NoSuchBucket|bucket does not exist",
            f"{where} has no bucket {target.bucket} (recordingsS3Bucket)",
            "create it there, or: pulumi config set recordingsS3Bucket BUCKET; pulumi up",
        ),
        (
            r"AccessDenied|Forbidden|Access Denied",
            f"{where} does not allow the access key {target.access_key} to write, read and delete in the bucket "
            f"{target.bucket} at {target.path or 'its top'} (recordingsS3Bucket, recordingsS3Path)",
            "allow it, or choose a bucket of the key's project: pulumi config set recordingsS3Bucket BUCKET; pulumi up",
        ),
        (
            r"QuotaExceeded|InsufficientStorage|" + ANSWER + "507|EntityTooLarge",
            f"the bucket {target.bucket} at {where} is full",
            "remove what is not needed there, or raise its limit; the recordings wait on the recorder",
        ),
    ]
    return _first(cases, errors)


def sftp_problem(settings: RecorderSettings, errors: str) -> TargetProblem | None:
    """None for words that are not known."""
    target = settings.target
    where = f"{target.host}:{target.port or 22}"
    scan = f"ssh-keyscan -t ecdsa -p {target.port or 22} {target.host}"
    set_key = "pulumi config set recordingsSftpHostKey 'TYPE KEY'"
    cases = [
        (
            r"knownhosts: key (mismatch|is unknown)",
            f"{where} has another host key than recordingsSftpHostKey",
            f"{scan}; compare its fingerprint with that of the provider; {set_key}; pulumi up. Of several "
            "keys of a server, rclone takes the first of the types ecdsa, rsa, ed25519",
        ),
        (
            r"known_hosts_file|knownhosts:",
            "recordingsSftpHostKey is no host key",
            f"{scan}; compare its fingerprint with that of the provider; {set_key}; pulumi up",
        ),
        (
            r"failed to parse private key|no key found|cannot decode|private key file",
            "recordingsSftpPrivateKey is no private key without a passphrase",
            "pulumi config set --secret recordingsSftpPrivateKey < FILE; pulumi up",
        ),
        (
            r"unable to authenticate",
            f"{where} refuses the login of {target.user} (recordingsSftpUser, recordingsSftpPassword or "
            "recordingsSftpPrivateKey)",
            f"try it: sftp -P {target.port or 22} {target.user}@{target.host}; pulumi config set --secret "
            "recordingsSftpPassword; pulumi up",
        ),
        (
            r"[Nn]o space left|[Qq]uota|disk full",
            f"{where} is full",
            "remove what is not needed there, or choose a larger one; the recordings wait on the recorder",
        ),
        (
            r"[Pp]ermission denied|SSH_FX_PERMISSION_DENIED|read-only|Failed to (mkdir|copy|move)|mkdir .*failed|"
            r"sftp: \"?Failure",
            f"{target.user} cannot write at {target.path or 'its home'} on {where} (recordingsSftpPath): it has "
            "no right to, or the server is full",
            "choose a path below the home of the account: pulumi config set recordingsSftpPath PATH, or make room "
            "there; pulumi up",
        ),
    ]
    return _first(cases, errors)


def explain(settings: RecorderSettings, errors: str) -> TargetProblem:
    """The known problem, or the last words of rclone."""
    known = (s3_problem if settings.recordings == S3 else sftp_problem)(settings, errors)
    return _unreachable(settings, errors) or known or _unknown(settings, errors)


def _unreachable(settings: RecorderSettings, errors: str) -> TargetProblem | None:
    target = settings.target
    is_s3 = settings.recordings == S3
    where = target.endpoint if is_s3 else f"{target.host}:{target.port or 22}"
    key = "recordingsS3Endpoint" if is_s3 else "recordingsSftpHost, recordingsSftpPort"
    cases = [
        (r"no such host|server misbehaving", f"the name in {where} ({key}) does not exist", _check(key)),
        (
            r"x509:|certificate signed by|tls:|server gave HTTP response",
            f"{where} ({key}) has no certificate that this host trusts: {_last_words(errors)}",
            _check(key),
        ),
        (
            r"connection refused|i/o timeout|no route to host|network is unreachable|connection reset|"
            r"stream error|: (unexpected )?EOF|SlowDown|ServiceUnavailable|status code: 50[0-4]|"
            r"deadline exceeded|does not end within|handshake failed: (EOF|read)|connection lost",
            f"{where} ({key}) does not answer: {_last_words(errors)}",
            _check(key),
        ),
    ]
    return _first(cases, errors)


def _check(key: str) -> str:
    return f"is it up, and right? pulumi config set {key.split(', ', maxsplit=1)[0]} VALUE; pulumi up"


def _unknown(settings: RecorderSettings, errors: str) -> TargetProblem:
    return TargetProblem(
        f"the target of the recordings ({settings.recordings}) fails: {_last_words(errors)}",
        "read the words of rclone above, and check the keys that begin with recordings; pulumi up",
    )


def _first(cases: list[tuple[str, str, str]], errors: str) -> TargetProblem | None:
    for pattern, problem, repair in cases:
        if re.search(pattern, errors):
            return TargetProblem(problem, repair)
    return None


def _last_words(errors: str) -> str:
    lines = [line for line in errors.strip().splitlines() if line]
    text = re.sub(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d ", "", lines[-1]) if lines else "it says nothing"
    return text[-300:]
