"""The Caddyfile, run by a real Caddy in front of two stub servers on loopback."""

from __future__ import annotations

import gzip
import json
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any, ClassVar

from support import APP, Stub, clean_environment, free_port, get, tool, wait_until

CADDYFILE = APP / "Caddyfile"
CADDY = tool("caddy")


@unittest.skipIf(CADDY is None, "no caddy: `tests/app/verify` fetches Debian's")
class RunningCaddy(unittest.TestCase):
    """One Caddy for all tests of this class; each asserts one promise of the Caddyfile."""

    backend: ClassVar[Stub]
    storefront: ClassVar[Stub]
    base: ClassVar[str]
    _folder: ClassVar[tempfile.TemporaryDirectory[str]]
    _process: ClassVar[subprocess.Popen[bytes]]
    _stdout: ClassVar[Path]

    @classmethod
    def setUpClass(cls) -> None:
        cls.backend, cls.storefront = Stub("backend"), Stub("storefront")
        cls.backend.start()
        cls.storefront.start()
        cls._folder = tempfile.TemporaryDirectory()
        home = cls._folder.name
        cls._stdout = Path(home) / "stdout"
        port = free_port()
        cls.base = f"http://127.0.0.1:{port}"
        environment = clean_environment(
            HOME=home,
            XDG_DATA_HOME=home,
            XDG_CONFIG_HOME=home,
            HTTP_PORT=str(port),
            CADDY_ADMIN=f"127.0.0.1:{free_port()}",
            CADDY_RETRY="1s",
            BACKEND=cls.backend.address,
            STOREFRONT=cls.storefront.address,
        )
        with cls._stdout.open("wb") as out, (Path(home) / "stderr").open("wb") as err:
            cls._process = subprocess.Popen(
                [str(CADDY), "run", "--config", str(CADDYFILE)], env=environment, stdout=out, stderr=err
            )
        cls.addClassCleanup(cls._shut)
        wait_until(cls._ready, 20, f"caddy answers on {cls.base}; its messages: {home}/stderr")

    @classmethod
    def _ready(cls) -> bool:
        if cls._process.poll() is not None:
            raise AssertionError((Path(cls._folder.name) / "stderr").read_text())
        try:
            return get(f"{cls.base}/health").status == 200
        except OSError:
            return False

    @classmethod
    def _shut(cls) -> None:
        cls._process.terminate()
        try:
            cls._process.wait(15)
        except subprocess.TimeoutExpired:
            cls._process.kill()
            cls._process.wait(5)
        cls.backend.stop()
        cls.storefront.stop()
        cls._folder.cleanup()

    def asked(self, path: str) -> dict[str, Any]:
        """What the stub that got the request says it got."""
        answer = get(self.base + path)
        self.assertEqual(answer.status, 200, path)
        got: dict[str, Any] = json.loads(answer.body)
        return got

    def access_log(self, path: str) -> dict[str, Any]:
        """The access log's line for a path; every line of the log must be JSON."""

        def lines() -> list[dict[str, Any]]:
            return [json.loads(line) for line in self._stdout.read_text().splitlines()]

        wait_until(lambda: any(line["request"]["uri"] == path for line in lines()), 5, f"a log line for {path}")
        return next(line for line in lines() if line["request"]["uri"] == path)

    def test_backend_routes_keep_their_prefix(self) -> None:
        for path in (
            "/store/products",
            "/store/products?limit=3&q=a%20b",
            "/store",
            "/admin/orders/order_1",
            "/admin",
            "/auth/customer/emailpass",
            "/auth",
        ):
            with self.subTest(path):
                got = self.asked(path)
                self.assertEqual((got["from"], got["path"]), ("backend", path))

    def test_everything_else_goes_to_the_storefront(self) -> None:
        for path in (
            "/",
            "/fr/products/tee?page=2",
            "/storefront-news",
            "/stores",
            "/administrator",
            "/authors/1",
            "/fr/store/x",
            "/healthy",
        ):
            with self.subTest(path):
                got = self.asked(path)
                self.assertEqual((got["from"], got["path"]), ("storefront", path))

    def test_health_asks_the_backend(self) -> None:
        got = self.asked("/health")
        self.assertEqual((got["from"], got["path"]), ("backend", "/health"))

    def test_the_other_health_path_asks_the_backend_the_same(self) -> None:
        got = self.asked("/health.php")
        self.assertEqual((got["from"], got["path"]), ("backend", "/health"))

    def test_security_headers_are_there_once_and_replace_the_upstreams(self) -> None:
        for path in ("/", "/store/products", "/health"):
            with self.subTest(path):
                headers = get(self.base + path).headers
                self.assertEqual(headers["x-content-type-options"], "nosniff")
                self.assertEqual(headers["x-frame-options"], "DENY")
                self.assertEqual(headers["referrer-policy"], "strict-origin-when-cross-origin")
                self.assertNotIn("server", headers)
                self.assertNotIn("x-powered-by", headers)

    def test_gzip_when_it_is_asked_for_and_only_then(self) -> None:
        plain = get(f"{self.base}/store/products")
        self.assertNotIn("content-encoding", plain.headers)
        packed = get(f"{self.base}/store/products", {"Accept-Encoding": "gzip"})
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertLess(len(packed.body), len(plain.body) / 4)
        self.assertEqual(gzip.decompress(packed.body), plain.body)

    def test_the_balancers_word_on_scheme_and_client_is_passed_on(self) -> None:
        get(
            f"{self.base}/store/who",
            {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9", "Host": "shop.example.com"},
        )
        seen = next(one for one in reversed(self.backend.seen) if one.path == "/store/who")
        self.assertEqual(seen.headers["x-forwarded-proto"], "https")
        self.assertEqual(seen.headers["x-forwarded-for"], "203.0.113.9, 127.0.0.1")
        self.assertEqual(seen.headers["host"], "shop.example.com")

    def test_access_log_is_json_without_credentials(self) -> None:
        path = "/store/logged?page=7"
        get(self.base + path, {"Cookie": "connect.sid=s3cr3t-cookie", "Authorization": "Bearer s3cr3t-token"})
        line = self.access_log(path)
        self.assertEqual(line["logger"].split(".")[:3], ["http", "log", "access"])
        self.assertEqual(line["request"]["method"], "GET")
        self.assertEqual(line["status"], 200)
        self.assertGreater(line["size"], 4000)
        self.assertIn("duration", line)
        self.assertNotIn("s3cr3t", self._stdout.read_text())

    def test_a_backend_that_is_down_fails_health_but_not_the_storefront(self) -> None:
        self.backend.stop()
        try:
            down = get(f"{self.base}/health")
            self.assertEqual(down.status, 502)
            self.assertEqual(down.headers["x-content-type-options"], "nosniff")
            self.assertNotIn("server", down.headers)
            self.assertEqual(get(f"{self.base}/store/products").status, 502)
            self.assertEqual(self.asked("/")["from"], "storefront")
        finally:
            self.backend.start()
        wait_until(lambda: get(f"{self.base}/health").status == 200, 10, "health comes back with the backend")


class Text(unittest.TestCase):
    """What a run cannot show."""

    @unittest.skipIf(CADDY is None, "no caddy")
    def test_is_formatted(self) -> None:
        done = subprocess.run([str(CADDY), "fmt", str(CADDYFILE)], capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout, CADDYFILE.read_text())

    @unittest.skipIf(CADDY is None, "no caddy")
    def test_defaults_are_the_containers_names_and_ports(self) -> None:
        done = subprocess.run(
            [str(CADDY), "adapt", "--config", str(CADDYFILE), "--adapter", "caddyfile"],
            env=clean_environment(), capture_output=True, text=True, check=True,
        )  # fmt: skip
        server = json.loads(done.stdout)["apps"]["http"]["servers"]["srv0"]
        self.assertEqual(server["listen"], [":80"])
        self.assertEqual(
            {dial for dial in _values(server, "dial")}, {"medusa-backend:9000", "medusa-storefront:8000"}
        )


def _values(tree: Any, key: str) -> list[Any]:
    """Every value of a key anywhere in a tree of JSON."""
    if isinstance(tree, dict):
        own = [tree[key]] if key in tree else []
        return own + [value for branch in tree.values() for value in _values(branch, key)]
    if isinstance(tree, list):
        return [value for branch in tree for value in _values(branch, key)]
    return []


if __name__ == "__main__":
    unittest.main()
