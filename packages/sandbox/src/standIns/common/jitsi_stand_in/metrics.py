"""A set of named values in the form of Prometheus text or JSON, with the names of Jitsi's metrics
container.
"""

from dataclasses import dataclass
from typing import Union

Value = Union[bool, int, float]

OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass
class Metric:
    name: str
    text: str
    value: Value
    counter: bool = False


class Metrics:
    """`namespace` is the prefix in Prometheus text. The JSON form has the names without it."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.all: dict[str, Metric] = {}

    def gauge(self, name: str, text: str, value: Value = 0) -> None:
        self.all[name] = Metric(name, text, value)

    def counter(self, name: str, text: str) -> None:
        self.all[f"{name}_total"] = Metric(f"{name}_total", text, 0, counter=True)

    def set(self, name: str, value: Value) -> None:
        self.all[name].value = value

    def get(self, name: str) -> Value:
        return self.all[name].value

    def increment(self, name: str, by: int = 1) -> None:
        self.all[f"{name}_total"].value += by

    def as_json(self) -> dict[str, Value]:
        return {metric.name: metric.value for metric in self.all.values()}

    def as_text(self, openmetrics: bool) -> str:
        lines = []
        for metric in self.all.values():
            sample = f"{self.namespace}_{metric.name}"
            # In OpenMetrics, the family name of a counter has no suffix.
            family = sample.removesuffix("_total") if metric.counter and openmetrics else sample
            lines.append(f"# HELP {family} {metric.text}")
            lines.append(f"# TYPE {family} {'counter' if metric.counter else 'gauge'}")
            lines.append(f"{sample} {float(metric.value)!r}")
        if openmetrics:
            lines.append("# EOF")
        return "\n".join(lines) + "\n"

    def negotiate(self, accept: list[str]) -> tuple[str, str]:
        """Body and content type for the media types of an Accept header, in order of preference."""
        import json

        for media in accept or ["*/*"]:
            if media in ("application/openmetrics-text", "*/*"):
                return self.as_text(True), OPENMETRICS
            if media == "text/plain":
                return self.as_text(False), TEXT
            if media == "application/json":
                return json.dumps(self.as_json()), "application/json"
        raise ValueError(
            "Supported media types are application/openmetrics-text, text/plain and application/json"
        )


def accepted(header: str) -> list[str]:
    """The media types of an Accept header, sorted by their q values."""
    weighted = []
    for part in filter(None, (p.strip() for p in header.split(","))):
        media, *parameters = (p.strip() for p in part.split(";"))
        quality = next((float(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        weighted.append((quality, media))
    return [media for _, media in sorted(weighted, key=lambda pair: -pair[0])]
