"""A viewer without a browser: signs in, opens pages over the WebSocket, times the server."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

# A run that ends early for another one has not answered yet: its successor is waited for.
_FINISHED = (ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY,)


def sign_in(port: int, user: str, password: str) -> str:
    """Sign in by the form; returns the session cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(
        "POST",
        "/login",
        urlencode({"user": user, "password": password, "next": "/"}),
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    response = connection.getresponse()
    response.read()
    cookie = response.getheader("Set-Cookie") or ""
    if response.status != 303 or not cookie:
        raise RuntimeError(f"sign-in must answer 303 with a cookie, got {response.status}")
    return cookie.split(";")[0]


@dataclass
class Viewer:
    """One tab of a signed-in browser."""

    port: int
    cookie: str
    page: str = ""
    query: str = ""
    _cached: set[str] = field(default_factory=set)
    _script: str = ""
    exceptions: list[str] = field(default_factory=list)

    def __enter__(self) -> Viewer:
        self._socket = connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            subprotocols=["streamlit"],
            additional_headers={"Cookie": self.cookie, "Origin": f"http://127.0.0.1:{self.port}"},
            max_size=None,
            compression=None,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def rerun(self, timeout: float = 120) -> float:
        """Ask for a run of the page; returns seconds until the script has finished."""
        message = BackMsg()
        ask = message.rerun_script
        ask.query_string = self.query
        ask.page_script_hash = self._script
        if not self._script:
            ask.page_name = self.page
        ask.cached_message_hashes.extend(self._cached)
        began = time.perf_counter()
        self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(self._socket.recv(timeout=timeout))
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                self._script = answer.new_session.page_script_hash or self._script
            elif kind == "navigation":
                self._script = answer.navigation.page_script_hash or self._script
            elif kind == "delta":
                if answer.metadata.cacheable:
                    self._cached.add(answer.hash)
                element = answer.delta.new_element
                if element.WhichOneof("type") == "exception":
                    self.exceptions.append(element.exception.message)
                elif element.alert.format == Alert.ERROR:  # what the app says of its own errors
                    self.exceptions.append(element.alert.body)
            elif kind == "script_finished" and answer.script_finished in _FINISHED:
                return time.perf_counter() - began
