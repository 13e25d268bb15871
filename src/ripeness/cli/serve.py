"""`ripeness serve`: the lab."""

from __future__ import annotations

from typing import Annotated

import typer

Case = Annotated[str, typer.Argument(metavar="CASE", help="Name of a shipped case.")]
Address = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help="Address to listen on. 127.0.0.1 is this machine alone; 0.0.0.0 is every network it is on, "
        "and whoever reaches it may use it: there are no passwords.",
    ),
]
Port = Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port; 0 takes any that is free.")]
Names = Annotated[
    list[str] | None,
    typer.Option(
        "--host-name", metavar="NAME", help="Name by which readers call the server; may be given again."
    ),
]
Frames = Annotated[
    str,
    typer.Option(
        metavar="SOURCES",
        help="Sites that may show a chart in a frame, as a content security policy says it.",
    ),
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Read the files of the page anew for each request.")]


def command(
    case: Case = "ukraine",
    address: Address = "127.0.0.1",
    port: Port = 8765,
    host_name: Names = None,
    frames: Frames = "'self'",
    no_browser: NoBrowser = False,
    fresh: Fresh = False,
) -> None:
    """Open the lab: a page where policies are moved and futures answer.

    Example: ripeness serve --port 0 --no-browser
    """
    try:
        from ripeness.web.serve import serve
    except ModuleNotFoundError as missing:
        from ripeness.base import RipenessError

        raise RipenessError(
            f"the lab needs {missing.name}, which is not installed",
            "install it with: pip install 'ripeness[web]'",
        ) from missing

    serve(
        case,
        address=address,
        port=port,
        host_names=tuple(host_name or ()),
        frames=frames,
        open_browser=not no_browser,
        fresh=fresh,
    )
