"""Which messages of a browser are something its viewer did."""

from __future__ import annotations

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg


def is_activity(message: bytes) -> bool:
    """Whether a WebSocket message comes from the viewer, not from a part that refreshes itself.

    A board left open must not keep a session alive for ever.
    """
    received = BackMsg()
    try:
        received.ParseFromString(message)
    except DecodeError:
        return False
    return not (
        received.WhichOneof("type") == "rerun_script" and received.rerun_script.is_auto_rerun
    )
