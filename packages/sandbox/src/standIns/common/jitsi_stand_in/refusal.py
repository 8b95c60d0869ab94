"""A request that is answered with an XMPP error."""

from xml.etree import ElementTree as ET


class Refusal(Exception):
    def __init__(self, condition: str, text: str) -> None:
        super().__init__(text)
        self.condition = condition


def condition(error: ET.Element) -> str:
    """The condition of an answer of type error; empty for any other answer."""
    found = error.find("{jabber:client}error") if error.get("type") == "error" else None
    if found is None:
        return ""
    return next((child.tag.split("}")[1] for child in found if not child.tag.endswith("}text")), "")
