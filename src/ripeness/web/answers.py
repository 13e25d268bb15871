"""Answers on HTTP: compressed JSON with a tag, and faults in words."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

from fastapi import Request, Response

from ripeness.api import faults_document
from ripeness.api.lab import as_text
from ripeness.base import RipenessError

WORTH_SQUEEZING = 1_000
"""Bytes from which an answer is compressed."""

KEEP = "private, max-age=0, must-revalidate"
"""A browser asks again, and is told in a few bytes that nothing has changed."""


def sent(
    request: Request,
    body: bytes,
    kind: str,
    *,
    tag: str | None = None,
    small: bytes | None = None,
    squeeze: bool = True,
    headers: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    """A body of a kind; 304 where the reader holds it already."""
    about = {"cache-control": KEEP if tag else "no-store", "vary": "accept-encoding", **(headers or {})}
    if tag:
        about["etag"] = f'"{tag}"'
        if matches(request, tag):
            return Response(status_code=304, headers=about)
    if squeeze and "gzip" in request.headers.get("accept-encoding", "") and len(body) >= WORTH_SQUEEZING:
        body = small if small is not None else gzip.compress(body, 1)
        about["content-encoding"] = "gzip"
    return Response(body, status, about, kind)


def matches(request: Request, tag: str) -> bool:
    """Whether the reader says that it holds this answer."""
    held = request.headers.get("if-none-match", "")
    return f'"{tag}"' in held


def document(
    request: Request,
    text: str,
    *,
    tag: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A JSON text."""
    return sent(request, text.encode("utf-8"), "application/json", tag=tag, status=status, headers=headers)


def faulty(request: Request, error: RipenessError, status: int) -> Response:
    """An error in words, with every fault."""
    return document(request, as_text(faults_document(error)), status=status)
