"""What is touched of Tornado though it is private: it is still there, and means the same."""

import inspect

from tornado import util, websocket
from tornado.web import RequestHandler

from handlers.engine import seam

CHANGED = "a new Tornado changed what handlers/engine/seam.py stands on: "


def test_payloads_are_unmasked_as_section_5_3_says():
    assert util._websocket_mask(b"\x37\xfa\x21\x3d", b"\x7f\x9f\x4d\x51\x58") == b"Hello", CHANGED


def test_the_abstract_protocol_wants_just_the_methods_that_ours_has():
    wanted = {
        "close",
        "is_closing",
        "accept_connection",
        "write_message",
        "selected_subprotocol",
        "write_ping",
        "_process_server_headers",
        "start_pinging",
        "_receive_frame_loop",
        "set_nodelay",
    }
    assert websocket.WebSocketProtocol.__abstractmethods__ == wanted, CHANGED


def test_a_handler_still_has_what_is_let_go_of_after_the_handshake():
    source = inspect.getsource(RequestHandler) + inspect.getsource(websocket.WebSocketHandler)
    missing = [name for name in seam.SPENT if f"self.{name}" not in source]
    assert not missing, CHANGED + ", ".join(missing)


def test_a_request_is_not_finished_behind_our_back_when_we_say_so():
    source = inspect.getsource(RequestHandler._execute)
    assert "if self._auto_finish and not self._finished:" in source, CHANGED
    assert "self._auto_finish = True" in inspect.getsource(RequestHandler.__init__), CHANGED


def test_what_tornado_does_with_a_handler_after_the_handshake_needs_none_of_it():
    close = (
        websocket.WebSocketHandler.on_ws_connection_close,
        websocket.WebSocketHandler.on_connection_close,
        websocket.WebSocketHandler.close,
        websocket.WebSocketHandler._break_cycles,
        RequestHandler.get_status,
    )
    source = "".join(map(inspect.getsource, close))
    needed = [name for name in seam.SPENT if f"self.{name}" in source]
    assert not needed, CHANGED + ", ".join(needed)
