"""What stands before every route: names, sizes, headers, and answers in words."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from ripeness.api.lab import Lab
from ripeness.web.app import make_app
from ripeness.web.guard import hosts_of
from ripeness.web.page import SLOT, Page
from ripeness.web.serve import listen

ROUTES = (
    "/",
    "/health",
    "/metrics",
    "/embed/brent_usd_bbl",
    "/api/v1/schema",
    "/api/v1/money?n=40",
    "/api/v1/run.svg?n=40&chart=brent_usd_bbl",
    "/api/v1/openapi.json",
    "/api/v1/nothing",
    "/page/nothing.js",
)


@pytest.mark.parametrize("route", ROUTES)
def test_every_answer_carries_safe_headers(site: httpx.Client, route: str) -> None:
    headers = site.get(route).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert policy.startswith(("default-src 'self'", "default-src 'none'"))
    assert "unsafe-eval" not in policy
    assert ("frame-ancestors 'self'" if route.startswith("/embed/") else "frame-ancestors 'none'") in policy
    assert "server" not in headers
    if headers["content-type"].startswith(("text/html", "image/svg")):
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]


def test_a_foreign_name_is_refused(site: httpx.Client) -> None:
    answer = site.get("/health", headers={"host": "evil.example"})
    assert answer.status_code == 421
    assert answer.json()["faults"][0]["key"] == "host"


def test_names_of_a_server_follow_its_address() -> None:
    assert hosts_of("0.0.0.0") is None
    assert hosts_of("0.0.0.0", ("Lab.example.",)) == ("lab.example", "localhost", "127.0.0.1", "[::1]")
    assert "192.168.1.5" in (hosts_of("192.168.1.5") or ())
    assert "127.0.0.1" in (hosts_of("127.0.0.1") or ())


def test_the_line_sends_small_answers_at_once() -> None:
    with listen("127.0.0.1", 0) as listening:
        assert (
            listening.proto == socket.IPPROTO_TCP
        )  # what asyncio looks at before it turns Nagle's delay off


def test_another_site_may_not_write(site: httpx.Client) -> None:
    answer = site.post("/api/v1/cases", content=b"x", headers={"origin": "http://evil.example"})
    assert answer.status_code == 403
    own = site.post("/api/v1/cases", content=b"x", headers={"origin": str(site.base_url).rstrip("/")})
    assert own.status_code == 422


def test_a_long_link_is_refused_before_it_is_read(site: httpx.Client) -> None:
    assert site.get("/api/v1/money?" + "&".join(f"x{i}=1" for i in range(3000))).status_code == 414


def test_a_large_body_is_refused_whether_or_not_it_says_so(site: httpx.Client) -> None:
    large = b"0" * 2_000_001
    assert site.post("/api/v1/cases", content=large).status_code == 413

    def parts() -> object:
        for _ in range(21):
            yield b"0" * 100_000

    assert site.post("/api/v1/cases", content=parts()).status_code == 413  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path",
    [
        "/page/../app.py",
        "/page/..%2fapp.py",
        "/page/%2e%2e/%2e%2e/pyproject.toml",
        "/page//etc/passwd",
        "/page/strings/../../app.py",
        "/page/index.html%00.js",
        "/page/..\\app.py",
    ],
)
def test_no_path_leaves_the_page(address: str, path: str) -> None:
    place = urlsplit(address)
    with socket.create_connection((place.hostname or "", place.port or 0)) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: close\r\n\r\n".encode())
        head = line.recv(4096)
    assert b" 404 " in head.splitlines()[0]


def test_only_known_kinds_of_files_are_served(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("1")
    (tmp_path / "secret.txt").write_text("2")
    (tmp_path / "link.js").symlink_to("/etc/passwd")
    page = Page(tmp_path)
    assert page.file("app.js") is not None
    assert page.file("secret.txt") is None
    assert page.file("link.js") is None


def test_the_schema_in_the_page_cannot_end_its_element(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(f"<body>{SLOT}</body>")
    text = (
        Page(tmp_path)
        .filled("index.html", '{"title":"</script><script>alert(1)</script>"}', "overview")
        .decode()
    )
    assert text.count("</script>") == 1
    assert "\\u003c/script" in text


def test_an_answer_that_is_held_is_not_sent_again(site: httpx.Client) -> None:
    first = site.get("/api/v1/money?n=40&l.waiver=0.5")
    tag = first.headers["etag"]
    again = site.get("/api/v1/money?n=40&l.waiver=0.5&view=money&lang=uk", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    other = site.get("/api/v1/money?n=40&l.waiver=0.6", headers={"if-none-match": tag})
    assert other.status_code == 200
    assert other.headers["etag"] != tag


def test_answers_are_compressed_for_who_takes_it(site: httpx.Client) -> None:
    assert (
        site.get("/api/v1/money?n=40", headers={"accept-encoding": "gzip"}).headers["content-encoding"]
        == "gzip"
    )
    plain = site.get("/api/v1/money?n=40", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_faults_come_with_keys_and_remedies(site: httpx.Client) -> None:
    answer = site.get("/api/v1/money?l.waver=1&n=1")
    assert answer.status_code == 422
    faults = {fault["key"]: fault for fault in answer.json()["faults"]}
    assert faults["l.waver"]["remedy"] == "did you mean 'waiver'?"
    assert set(faults["n"]) == {"file", "line", "key", "value", "problem", "remedy"}


def test_what_nobody_foresaw_is_told_without_its_insides(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret")

    app = make_app(lab=lab)
    monkeypatch.setattr(lab, "money", fails)

    async def asked() -> httpx.Response:
        line = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=line, base_url="http://localhost") as client:
            return await client.get("/api/v1/money?n=40&l.waiver=0.123")

    answer = asyncio.run(asked())
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["problem"]
    assert "a secret" in caplog.text


def test_health_and_metrics(site: httpx.Client) -> None:
    assert site.get("/health").json()["ok"]
    text = site.get("/metrics").text
    assert 'ripeness_requests_total{route="/health",status="200"}' in text
    assert "# TYPE ripeness_request_seconds histogram" in text
    for line in text.splitlines():
        assert line.startswith("#") or float(line.rpartition(" ")[2]) >= 0.0
