# A server with background tasks of 2026-07-28 by others (FastMCP and its tasks extension), the way its users write one. Prints its URL when it listens.
import asyncio
import json
import socket

from fastmcp import FastMCP
from fastmcp.exceptions import ToolError
from fastmcp_tasks import TasksExtension

server = FastMCP("tasks")
server.add_extension(TasksExtension(url="memory://"))


@server.tool(task=True)
async def crunch(n: str) -> str:
    await asyncio.sleep(0.3)
    return f"crunched {n}"


@server.tool(task=True)
async def spoil(n: str) -> str:
    raise ToolError(f"spoiled {n}")


@server.tool()
def note(n: str) -> str:
    return f"noted {n}"


async def main() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = asyncio.create_task(server.run_http_async(host="127.0.0.1", port=port, show_banner=False, log_level="error"))
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            break
        except OSError:
            await asyncio.sleep(0.05)
    print(json.dumps({"url": f"http://127.0.0.1:{port}/mcp"}), flush=True)
    await running


asyncio.run(main())
