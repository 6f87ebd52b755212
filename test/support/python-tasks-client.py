# A client that knows tasks by others (FastMCP and its tasks extension), unmodified: makes one call and prints how it ended.
# python-tasks-client.py URL TOKEN TOOL N
import asyncio
import json
import sys

import fastmcp_tasks
from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport


async def main(url: str, token: str, tool: str, n: str) -> None:
    transport = StreamableHttpTransport(url, headers={"Authorization": f"Bearer {token}"})
    async with Client(transport) as client:
        handle = await fastmcp_tasks.call_tool_task(client, tool, {"n": n})
        first = await handle.status()
        print(json.dumps({"task": handle.task_id, "status": first.status}), flush=True)
        result = await handle.result()
        print(json.dumps({"error": result.is_error, "text": result.content[0].text}), flush=True)


asyncio.run(main(*sys.argv[1:]))
