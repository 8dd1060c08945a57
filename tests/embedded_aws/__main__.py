"""`python -m embedded_aws`: serves until SIGTERM, SIGINT, or until the pipe on its standard input closes."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import stat
import sys
import threading
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

from .clock import parse_rfc3339

SELF_CHECK_SECONDS = 20


def main() -> int:
    options = arguments()
    # Before moto's import, which takes most of the start: a starter may give up at any time.
    ending = threading.Event()
    end_with_parent(ending)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())

    from .server import LOOPBACK, EmbeddedAws

    aws = EmbeddedAws(options.port, options.now, options.nonce)
    aws.start()
    check_that_it_serves(f"http://{LOOPBACK}:{aws.port}", options.nonce)
    if options.port_file:
        write_whole(options.port_file, f"{aws.port}\n")
    print(f"embedded AWS on http://{LOOPBACK}:{aws.port}", file=sys.stderr, flush=True)
    ending.wait()
    aws.stop()
    if options.port_file:
        options.port_file.unlink(missing_ok=True)
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m embedded_aws", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on loopback; 0 takes a free one (default)")
    parser.add_argument("--port-file", type=Path, help="file to write the port to, once the server answers")
    parser.add_argument("--nonce", default=secrets.token_hex(8), help="what GET /nightcap/identity answers")
    parser.add_argument(
        "--now",
        type=parse_rfc3339,
        default=datetime.now(timezone.utc).replace(microsecond=0),
        help="where the virtual clock stands at first, as 2026-11-20T18:00:00Z (default: the present)",
    )
    return parser.parse_args()


def end_with_parent(ending: threading.Event) -> None:
    """A pipe on standard input is held open by whoever started this: when it closes, they are gone.

    A terminal or /dev/null is nobody's hand and is not watched.
    """
    mode = os.fstat(0).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return

    def watch() -> None:
        while os.read(0, 4096):
            pass
        ending.set()

    threading.Thread(target=watch, daemon=True).start()


def check_that_it_serves(endpoint: str, nonce: str) -> None:
    # Without the environment's proxies: this is loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{endpoint}/nightcap/identity", timeout=SELF_CHECK_SECONDS) as answer:
        if json.load(answer)["nonce"] != nonce:
            raise SystemExit(f"another server answers on {endpoint}")


def write_whole(path: Path, text: str) -> None:
    """The file is either absent or complete: its reader may be polling."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text(text)
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main())
